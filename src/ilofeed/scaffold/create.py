"""Create an office's repository, after checking all of its files, or update an existing one."""

import contextlib
import dataclasses
import datetime as dt
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ilofeed.build import render_site
from ilofeed.content import Site, Sources, check, read
from ilofeed.feeds import select
from ilofeed.files import is_same
from ilofeed.media import MAX_FILE_BYTES, OfficeFile, Unreadable, files_of, read_file, unread_files
from ilofeed.model import Office
from ilofeed.problems import attempting, quote
from ilofeed.scaffold.new_office import NewOffice, office_sources, suggest_authority
from ilofeed.scaffold.office_kit import HOSTS, Host, kit, program_files
from ilofeed.verify import verify

REQUIRED = ("title", "url", "timezone")
_STAGE = ".ilofeed-init"  # folder where all files are written before they are moved into place
# files that belong to the office, although `kit` writes them
_SCHEMA = ".vscode/feeds.schema.json"
_KEPT = {".editorconfig", ".gitattributes", ".gitignore", ".github/dependabot.yml", "README.md"}


class OfficeError(ValueError):
    """An office cannot be created or updated; the messages are about options or the folder."""


def check_place(folder: Path) -> None:
    """Raise `OfficeError` if a folder contains anything but `.git`, or is among the entries of an
    office, which would read its files as entries."""
    for parent in Path(os.path.normpath(folder.absolute())).parents:
        if parent.name == "entries" and os.path.lexists(parent.parent / "feeds.yaml"):
            raise OfficeError(f"{parent} is only for entries; choose another folder")
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise OfficeError(f"{folder} is not a folder")
    if names := sorted({path.name for path in folder.iterdir()} - {".git"}):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise OfficeError(f"{folder} is not empty ({listed}); choose another folder")


def describe_office(
    clock: dt.datetime,
    *,
    languages: tuple[str, ...],
    countries: tuple[str, ...],
    logo: OfficeFile | None = None,
    **options: str | None,
) -> NewOffice:
    """Return the office that the options of `ilofeed init` describe.

    Raise `OfficeError` if one is missing or not text. `option_problems` checks the values.
    """
    texts = {name: (value or "").strip() for name, value in options.items()}
    if missing := [f"--{name}" for name in REQUIRED if not texts[name]]:
        *first, last = missing
        text = f"{', '.join(first)} and {last} are" if first else f"{last} is"
        raise OfficeError(f"{text} missing; pass them, or answer the questions on a terminal")
    lists = {"language": " ".join(languages), "country": " ".join(countries)}
    for name, text in (texts | lists).items():
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise OfficeError(f"--{name} is not valid UTF-8")
    if not texts["authority"]:
        suggested = suggest_authority(texts["url"], clock)
        # None: the url is invalid, which is reported later
        texts["authority"] = NewOffice.authority if suggested is None else suggested
    texts["host"] = texts.get("host") or NewOffice.host
    return NewOffice(
        **texts,
        languages=tuple(dict.fromkeys(tag.strip() for tag in languages)) or ("en",),
        countries=tuple(map(parse_country, countries)),
        logo=logo,
    )


def read_logo(root: Path, name: str) -> OfficeFile | None:
    """Return a picture as the logo of a new office, None without a name, or raise `OfficeError`."""
    if not name:
        return None
    path = root / name
    data = read_file(path.parent, path, MAX_FILE_BYTES)
    if isinstance(data, Unreadable):
        raise OfficeError(f"--logo {path} is not a file that can be read")
    return OfficeFile(path.parent, f"brand/logo{path.suffix.lower()}", str(path), data)


def parse_country(text: str) -> tuple[str, str]:
    """Return the code and the label of `CODE=LABEL`, or raise `OfficeError`."""
    code, equals, label = (part.strip() for part in text.partition("="))
    if not equals or not code or not label:
        raise OfficeError(f"invalid --country {text}; write CODE=LABEL")
    return code, label


def option_problems(office: NewOffice, clock: dt.datetime) -> list[tuple[str, str]]:
    """Return the messages of the check, each as a pair of its option ("" if none) and its text."""
    codes = [code for code, _ in office.countries]
    if duplicate := next((code for code in codes if codes.count(code) > 1), None):
        return [("--country", f"duplicate code {quote(duplicate)}; remove one")]
    messages = []
    if not office.authority:
        message = (
            f"{quote(office.url)} has no domain, which the ids of entries begin with; "
            f"pass one that you hold, such as --authority example.org,{clock.year}"
        )
        messages.append(("--url", message))
        office = dataclasses.replace(office, authority=NewOffice.authority)
    return messages + office_sources(office, clock)[1]


def check_answer(name: str, value: Any, clock: dt.datetime) -> Any:
    """Return the value of a field of `NewOffice`; raise `OfficeError` if the check refuses it."""
    if messages := option_problems(dataclasses.replace(NewOffice(), **{name: value}), clock):
        raise OfficeError("; ".join(message for _, message in messages))
    return value


def office_files(office: NewOffice, clock: dt.datetime) -> dict[str, bytes]:
    """Return all files of the office by path, or raise `OfficeError`."""
    sources, site = check_office_sources(office, clock)
    assert sources.office is not None
    return {
        "feeds.yaml": sources.office,
        **dict(sources.entries),
        **{file.name: file.data or b"" for file in sources.brand.values()},
        **kit(site.office, HOSTS[office.host], program_files()),
    }


def check_office_sources(office: NewOffice, clock: dt.datetime) -> tuple[Sources, Site]:
    """Return feeds.yaml and the first entry, and their site; raise `OfficeError` if it is wrong.

    The site is checked, rendered and verified.
    """
    if messages := option_problems(office, clock):
        lines = [f"{option}: {message}".removeprefix(": ") for option, message in messages]
        raise OfficeError(*dict.fromkeys(lines))
    sources, _ = office_sources(office, clock)
    site, problems = check(sources, clock)
    if refused := [problem.message for problem in problems if problem.code != "no-words"]:
        raise OfficeError(*refused)
    assert site is not None
    documents = render_site(select(site, clock))
    files = unread_files(files_of(site.office, ()))
    if faults := verify([*documents, *files], site.office):
        fault = faults[0]
        raise OfficeError(
            f"the feeds fail verification ({fault.path}: {fault.field}: expected {fault.expected}, "
            f"read {fault.found}); try another title"
        )
    return sources, site


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files into a folder: all of them or, on an error, none."""
    new_folder = next(
        (path for path in [*reversed(folder.parents), folder] if not path.exists()), None
    )
    stage = folder / _STAGE
    moved: list[Path] = []
    try:
        for path, data in files.items():
            with attempting(f"write {folder / path}"):
                (stage / path).parent.mkdir(parents=True, exist_ok=True)
                (stage / path).write_bytes(data)
        for name in sorted({path.partition("/")[0] for path in files}):
            _check_absent(folder / name)
            with attempting(f"create {folder / name}"):
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
        raise OfficeError(f"{path} already exists; choose another folder")


def find_host(folder: Path) -> Host:
    """Return the host of an office; raise `OfficeError` if `ilofeed init` did not create it."""
    for host in HOSTS.values():
        if (folder / host.program).is_dir():
            return host
    programs = ", ".join(host.program for host in HOSTS.values())
    raise OfficeError(f"{folder} was not created by `ilofeed init`: it has none of {programs}")


def renew_office(folder: Path, host: Host, office: Office) -> list[str]:
    """Update the program, its lock, and what publishes an office, to this version.

    Return the paths that changed, sorted.
    """
    files = kit(office, host, program_files())
    kept = {path for path in files if path in _KEPT or path.startswith(".vscode/")}
    files = {path: data for path, data in files.items() if path not in kept - {_SCHEMA}}
    changed = [path for path, data in files.items() if not is_same(str(folder / path), data)]
    wheels = (folder / host.program).glob("*.whl")
    old = {f"{host.program}{path.name}" for path in wheels} - files.keys()
    # the lock names the wheel, so the wheel is written first
    for path in sorted(changed, key=lambda path: not path.endswith(".whl")):
        write = read.replace_file if (folder / path).exists() else read.create_file
        write(folder, folder / path, files[path])
    for path in old:
        with attempting(f"delete {folder / path}"):
            (folder / path).unlink()
    return sorted({*changed, *old})
