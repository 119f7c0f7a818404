"""What the workflows and `action.yml` do, one word for each step that runs a program.

    office.py check     problems at their lines; in the summary what subscribers would notice
    office.py build     compare with what is live, build, say whether anything is to be deployed
    office.py confirm   fetch the changed feeds back from the live site, then tell the hub
    office.py report    open, update or close the issue about a site that was not published

Settings come from the environment: OFFICE (the folder of feeds.yaml, or that file), OUTPUT, STRICT,
PREVIOUS (`live`, `none`, a path from there), ALLOW (rules of the guard, by spaces), PUBLICATION (a
folder for what later jobs need). The exit code is the one of the `ilofeed` command that failed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import issue

WAIT = "600"  # seconds that the caches of the live site may take
MOST_SAID = 10_000  # characters of what a build said, for the issue


def main() -> int:
    steps = {"check": check, "build": build, "confirm": confirm, "report": issue.report}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:
        print(__doc__, file=sys.stderr)
        return 2
    return steps[sys.argv[1]]()


def setting(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def office() -> Path:
    """The folder of the office, relative as it was given, for the names in annotations."""
    given = Path(setting("OFFICE", "."))
    return given.parent if given.name == "feeds.yaml" else given


def output() -> Path:
    return Path(setting("OUTPUT", "public")).absolute()


def publication() -> Path:
    return Path(setting("PUBLICATION", "publication")).absolute()


def ilofeed(command: str, *options: str) -> tuple[int, str]:
    """Run a command of ilofeed, show what it says, and return that with its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "ilofeed", "-C", str(office()), command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    print(done.stdout, end="", flush=True)
    return done.returncode, done.stdout


def answer_of(command: str, *options: str) -> tuple[int, bytes, str]:
    """The same for what goes into a file: exit code, answer and what was said beside it."""
    done = subprocess.run(
        [sys.executable, "-m", "ilofeed", "-C", str(office()), command, *options],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    said = done.stderr.decode(errors="replace")
    print(said, end="", flush=True)
    return done.returncode, done.stdout, said


def tell(name: str, value: str) -> None:
    """Set an output of the step; a text may have any lines."""
    if path := setting("GITHUB_OUTPUT"):
        end = uuid.uuid4().hex
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{name}<<{end}\n{value}\n{end}\n")


def summarise(text: str) -> None:
    if path := setting("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def check() -> int:
    code, _ = ilofeed("check", *strict())
    if code != 0:
        return code
    asked, markdown, said = answer_of("diff", "--previous", "live", "--format", "markdown")
    if asked in {0, 5}:
        summarise(markdown.decode())
    else:
        summarise("Nothing was compared: what is live could not be had.")
        issue.annotate("warning", f"Nothing was compared. {said}")
    if asked == 5:
        why = "The continuity guard would refuse to publish this; the summary says why."
        issue.annotate("warning", why)
    return 0


def strict() -> list[str]:
    return ["--strict"] if setting("STRICT") == "true" else []


def build() -> int:
    code, said, changed = _build()
    tell("changed", "true" if changed else "false")
    tell("messages", said[-MOST_SAID:])
    return code


def _build() -> tuple[int, str, bool]:
    """The exit code, what was said, and whether the output is another than what is live."""
    previous = setting("PREVIOUS", "live")
    kept = publication()
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    before = kept / "before.json"
    if previous == "live":
        # once, so that the comparison, the build and the answer rest on the same manifest
        code, said = ilofeed("live", "--output", str(before))
        if code != 0:
            return code, said, False
    elif (office() / previous).is_file():
        shutil.copy(office() / previous, before)
    if before.exists():
        previous = str(before)
    asked, markdown, _ = answer_of("diff", *to(), "--previous", previous, "--format", "markdown")
    if asked in {0, 5}:  # otherwise it is no Markdown
        summarise(markdown.decode())
    allow = [word for rule in setting("ALLOW").split() for word in ("--allow", rule)]
    code, said = ilofeed("build", *to(), "--previous", previous, *allow, *strict())
    if code != 0:
        return code, said, False
    made = output() / "manifest.json"
    if others := _others(made):
        named = ", ".join(others[:5]) + (", …" if len(others) > 5 else "")
        why = f"{setting('OUTPUT')} holds what no build wrote: {named}; build into a new folder"
        issue.annotate("error", why)
        return 2, f"{said}{why}", False
    shutil.copy(made, kept)
    # by value, because `live` escapes invisible characters
    changed = not before.exists() or json.loads(before.read_bytes()) != json.loads(
        made.read_bytes()
    )
    if not changed:
        print("what is live is what was built: nothing to deploy")
    return code, said, changed


def to() -> list[str]:
    return ["--output", str(output())]


def _others(made: Path) -> list[str]:
    """The files and links beside the manifest that are not in it; tell how much is in it."""
    from ilofeed.feeds import parse_manifest

    ledger = parse_manifest(made.read_bytes())
    tell("entries", str(len(ledger.entries)))
    tell("feeds", str(len(ledger.feeds)))
    present = {
        path.relative_to(made.parent).as_posix()
        for path in made.parent.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    return sorted(present - ledger.files - {made.name})


def confirm() -> int:
    kept = publication()
    before = kept / "before.json"
    since = ["--output", str(kept), "--since", str(before) if before.exists() else "none"]
    code, said = ilofeed("confirm", *since, "--wait", setting("WAIT", WAIT))
    tell("messages", said[-MOST_SAID:])
    if code != 0:
        return code
    told, said = ilofeed("ping", *since)
    if told != 0:  # readers that poll notice all the same
        issue.annotate("warning", f"The hub was not told of every change. {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
