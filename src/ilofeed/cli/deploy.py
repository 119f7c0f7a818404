"""The command that uploads the output: `ilofeed deploy`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilofeed.cli import console, options
from ilofeed.problems import DEPLOY_RULES, attempting, plural, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.deploy import Deployment, Target


@click.command()
@click.argument("target", metavar="TARGET")
@options.output
@click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
@click.option("--verbose", is_flag=True, help="Print each file that is uploaded or deleted.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Upload every file again, for a target where files were lost or changed.",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="RULE",
    type=click.Choice(DEPLOY_RULES),
    help="Permit once what is refused by this rule. May be repeated.",
)
@click.pass_obj
def deploy(
    root: Path,
    /,
    *,
    target: str,
    output: Path,
    dry_run: bool,
    verbose: bool,
    everything: bool,
    allowed: Sequence[str],
) -> int:
    """Upload what changed in the output to TARGET: a folder, or a URL.

    s3://bucket/path, gs://, az://, sftp://user@host/path, ftp://, webdavs://, or rclone://NAME/path
    for a remote that rclone's own configuration has. Credentials come from the environment.
    """
    from ilofeed.deploy import carry_out, find_engine, prepare
    from ilofeed.publish import output as published

    started = time.monotonic()
    folder, place = options.output_folder(root, output), _target(root, target, output)
    progress = console.Progress()
    with attempting(f"deploy {folder}"):
        engine = find_engine(place, os.environ)
        if not folder.is_dir():
            raise options.OptionError(f"there is no folder {folder}; run `ilofeed build` first")
        with published.locked(folder, console.say):
            deployment = prepare(folder, engine, allowed, everything=everything)
            if verbose or dry_run:
                console.answer(*(f"upload {path}" for path in deployment.plan.paths))
                console.answer(*(f"delete {path}" for path in deployment.plan.deleted))
            for rule, message in deployment.refused.items():
                advice = f"If this is intended, pass --allow {rule}"
                console.say(f"{place.shown}: {message}. {advice}")
            if deployment.refused:
                console.say("refused; nothing was uploaded")
                return console.REFUSED
            if deployment.is_needed and not dry_run:
                carry_out(deployment, engine, progress)
    progress.end()
    seconds = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{_summary(deployment, place, dry_run=dry_run)} {seconds}")
    return console.DONE


def _target(root: Path, text: str, output: Path) -> Target:
    """Read the target; raise `OptionError` if it is wrong, or is a folder that is not one to
    deploy to."""
    if "://" not in text and ":" in text.partition("/")[0] and not Path(text).drive:
        raise options.OptionError(
            f"TARGET {quote(text)}: write a URL with ://, such as sftp://user@host/path, "
            f"or ./{text} for a folder"
        )
    if "://" not in text:
        folder = options.output_folder(root, Path(text), "TARGET")
        source = options.output_folder(root, output)
        if folder == source or folder in source.parents or source in folder.parents:
            raise options.OptionError(f"TARGET {text} and the output {output} must be apart")
        text = str(folder)
    from ilofeed.deploy import TargetError, read_target

    try:
        return read_target(text, os.environ)
    except TargetError as error:
        shown = "" if "@" in text else f" {quote(text)}"  # it may have a password
        raise options.OptionError(f"TARGET{shown}: {error}") from error


def _summary(deployment: Deployment, target: Target, *, dry_run: bool) -> str:
    documents = f"{plural(len(deployment.files), 'document')} at {target.shown}"
    plan = deployment.plan
    if not plan.paths and not plan.deleted:
        return f"{documents}: nothing changed"
    would = "would be " * dry_run
    return f"{documents}: {len(plan.paths)} {would}uploaded, {len(plan.deleted)} {would}deleted"
