"""Create an office's repository, checked as a whole before anything is written, or renew one."""

import contextlib
import dataclasses
import datetime as dt
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ilofeed.build import make
from ilofeed.content import Site, Sources, check, read
from ilofeed.feeds import select
from ilofeed.files import is_same
from ilofeed.model import Office
from ilofeed.problems import quote
from ilofeed.scaffold.new_office import NewOffice, office_sources, suggest_authority
from ilofeed.scaffold.office_kit import PROGRAM, kit
from ilofeed.scaffold.program import program_files
from ilofeed.verify import verify

REQUIRED = ("title", "url", "timezone")
_STAGE = ".ilofeed-init"  # where the files are written before they appear, all at once
# what belongs to the program and not to the office
_RENEWED = (PROGRAM, ".github/scripts/", ".github/workflows/", ".vscode/feeds.schema.json")


class OfficeError(ValueError):
    """Why an office cannot be created or renewed, as a sentence about an option or the folder."""


def check_place(folder: Path) -> None:
    """Raise `OfficeError` if a folder is not empty, but for the beginnings of a repository, or lies
    among the entries of an office, which would read its files as entries."""
    for parent in Path(os.path.normpath(folder.absolute())).parents:
        if parent.name == "entries" and os.path.lexists(parent.parent / "feeds.yaml"):
            raise OfficeError(f"{parent} holds the entries of an office, and nothing else")
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise OfficeError(f"{folder} is not a folder")
    if names := sorted({path.name for path in folder.iterdir()} - {".git"}):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise OfficeError(f"{folder} is not empty, and nothing is overwritten: {listed}")


def describe_office(
    clock: dt.datetime,
    *,
    languages: tuple[str, ...],
    countries: tuple[str, ...],
    **options: str | None,
) -> NewOffice:
    """Return the office that the options describe: title, url, timezone, authority, and the lists.

    `option_problems` checks their values.
    """
    texts = {name: (value or "").strip() for name, value in options.items()}
    if missing := [f"--{name}" for name in REQUIRED if not texts[name]]:
        *first, last = missing
        text = f"{', '.join(first)} and {last} are" if first else f"{last} is"
        raise OfficeError(f"{text} missing; on a terminal ilofeed asks")
    lists = {"language": " ".join(languages), "country": " ".join(countries)}
    for name, text in (texts | lists).items():
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise OfficeError(f"--{name} is not written in UTF-8")
    if not texts["authority"]:
        suggested = suggest_authority(texts["url"], clock)
        # without one the address is what is wrong
        texts["authority"] = NewOffice.authority if suggested is None else suggested
    return NewOffice(
        **texts,
        languages=tuple(dict.fromkeys(tag.strip() for tag in languages)) or ("en",),
        countries=tuple(map(parse_country, countries)),
    )


def parse_country(text: str) -> tuple[str, str]:
    """Return code and label of `CODE=LABEL`."""
    code, sign, label = (part.strip() for part in text.partition("="))
    if not sign or not code or not label:
        raise OfficeError(f"--country {text} wants a code and a label: CODE=LABEL")
    return code, label


def option_problems(office: NewOffice, clock: dt.datetime) -> list[tuple[str, str]]:
    """Return what `check` says, each message with the option it is about ("" if none)."""
    codes = [code for code, _ in office.countries]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        return [("--country", f"{quote(twice)} is named twice; keep one")]
    messages = []
    if not office.authority:
        message = (
            f"{quote(office.url)} names no domain, from which the ids of entries would be made; "
            f"name one that you hold, by --authority example.org,{clock.year}"
        )
        messages.append(("--url", message))
        office = dataclasses.replace(office, authority=NewOffice.authority)
    return messages + office_sources(office, clock)[1]


def check_answer(name: str, value: Any, clock: dt.datetime) -> Any:
    """Return a value of `NewOffice` that the check accepts by itself; else raise `OfficeError`."""
    if messages := option_problems(dataclasses.replace(NewOffice(), **{name: value}), clock):
        raise OfficeError("; ".join(message for _, message in messages))
    return value


def office_files(office: NewOffice, clock: dt.datetime) -> dict[str, bytes]:
    """Return every file of the office, by path."""
    sources, site = check_office_sources(office, clock)
    assert sources.office is not None
    return {
        "feeds.yaml": sources.office,
        **dict(sources.entries),
        **kit(site.office, program_files(), clock),
    }


def check_office_sources(office: NewOffice, clock: dt.datetime) -> tuple[Sources, Site]:
    """Return the office's own files, and its site, whose feeds were rendered and verified."""
    if messages := option_problems(office, clock):
        lines = [f"{option}: {message}".removeprefix(": ") for option, message in messages]
        raise OfficeError("\n".join(dict.fromkeys(lines)))
    sources, _ = office_sources(office, clock)
    site, problems = check(sources, clock)
    if site is None or problems:
        raise OfficeError("\n".join(problem.message for problem in problems))
    if faults := verify(make(select(site, clock)), site.office):
        fault = faults[0]
        raise OfficeError(
            f"the feeds would not come back as they were made ({fault.path}: {fault.field} is "
            f"{fault.actual}, not {fault.expected}); try another title"
        )
    return sources, site


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that has none of them: all of them or, if that fails, none."""
    new_folder = next(
        (path for path in [*reversed(folder.parents), folder] if not path.exists()), None
    )
    stage = folder / _STAGE
    moved: list[Path] = []
    try:
        for path, data in files.items():
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            (stage / path).write_bytes(data)
        for name in sorted({path.partition("/")[0] for path in files}):
            _check_absent(folder / name)
            moved.append((stage / name).rename(folder / name))
        stage.rmdir()
    except BaseException:
        with contextlib.suppress(OSError):
            for leftover in [stage, *moved] if new_folder is None else [new_folder]:
                if leftover.is_dir():
                    shutil.rmtree(leftover)
                else:
                    leftover.unlink(missing_ok=True)
        raise


def _check_absent(path: Path) -> None:
    if os.path.lexists(path):
        raise OfficeError(f"{path} is there by now, and nothing is overwritten")


def check_renewable(folder: Path) -> None:
    """Raise `OfficeError` if `ilofeed init` did not create a folder's office."""
    if not (folder / PROGRAM).is_dir():
        raise OfficeError(f"{folder} has no {PROGRAM}, so `ilofeed init` did not make it")


def renew_office(folder: Path, office: Office, clock: dt.datetime) -> list[str]:
    """Replace the program, its lock and the workflows of an office by this version's.

    Return the paths that changed.
    """
    files = kit(office, program_files(), clock)
    files = {path: data for path, data in files.items() if path.startswith(_RENEWED)}
    changed = [path for path, data in files.items() if not is_same(str(folder / path), data)]
    old = {f"{PROGRAM}{path.name}" for path in (folder / PROGRAM).glob("*.whl")} - files.keys()
    # the lock names the wheel, so it comes after it
    for path in sorted(changed, key=lambda path: not path.endswith(".whl")):
        write = read.replace if (folder / path).exists() else read.create
        write(folder / path, files[path])
    for path in old:
        (folder / path).unlink()
    return sorted({*changed, *old})
