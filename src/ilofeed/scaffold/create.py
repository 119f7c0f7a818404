"""Create an office's repository, after checking all of its files, or update an existing one.

Each line of feeds.yaml is kept with its option of `ilofeed init`, so that a problem in the line is
reported for the option.
"""

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import shutil
import urllib.parse
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from ilofeed import dates
from ilofeed.build import render_site
from ilofeed.content import Site, Sources, check, check_office, read, serialize_entry, to_yaml
from ilofeed.feeds import select
from ilofeed.files import is_same
from ilofeed.model import Office
from ilofeed.problems import attempting, quote
from ilofeed.scaffold.office_kit import PROGRAM, kit, program_files
from ilofeed.text import slugify
from ilofeed.urls import AddressError, to_url
from ilofeed.verify import verify

REQUIRED = ("title", "url", "timezone")
_STAGE = ".ilofeed-init"  # folder where all files are written before they are moved into place
# files that belong to the program, not to the office
_RENEWED = (PROGRAM, ".github/scripts/", ".github/workflows/", ".vscode/feeds.schema.json", "docs/")
_PLACEHOLDER = re.compile(r"@([A-Z]+)@")


class OfficeError(ValueError):
    """An office cannot be created or updated; the messages are about options or the folder."""


@dataclasses.dataclass(frozen=True)
class NewOffice:
    """Options of `ilofeed init`; the defaults are valid values for options not given yet."""

    title: str = "x"
    url: str = "https://example.org/"
    timezone: str = "Etc/UTC"
    authority: str = "example.org,2000"
    languages: tuple[str, ...] = ("en",)  # BCP 47; the first is the office's
    countries: tuple[tuple[str, str], ...] = ()  # code and label; if empty, only `world`


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
    return NewOffice(
        **texts,
        languages=tuple(dict.fromkeys(tag.strip() for tag in languages)) or ("en",),
        countries=tuple(map(parse_country, countries)),
    )


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
        **kit(site.office, program_files(), clock),
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
    if site is None or problems:
        raise OfficeError(*(problem.message for problem in problems))
    if faults := verify(render_site(select(site, clock)), site.office):
        fault = faults[0]
        raise OfficeError(
            f"the feeds fail verification ({fault.path}: {fault.field}: expected {fault.expected}, "
            f"read {fault.found}); try another title"
        )
    return sources, site


# --- feeds.yaml and the first entry ---


def suggest_authority(url: str, now: dt.datetime) -> str | None:
    """Return an authority (RFC 4151) for an address: its host, this year, and its path as a prefix.

    The prefix keeps the ids of offices apart that share a host, as on GitHub Pages. Return None if
    the address is invalid, and "" if its host is not a domain (localhost, 127.0.0.1).
    """
    try:
        parts = urllib.parse.urlsplit(to_url(url.strip(), local=True))
    except AddressError:
        return None
    prefix, host = slugify(parts.path), parts.hostname or ""
    if host.rpartition(".")[2].isdigit() or "." not in host:
        return ""
    return f"{host},{now.year}" + (f":{prefix}" if prefix else "")


def office_sources(office: NewOffice, now: dt.datetime) -> tuple[Sources, list[tuple[str, str]]]:
    """Return the office's files, and their problems as pairs of option ("" if none) and message."""
    lines = list(_feeds_yaml(office))
    data = "".join(f"{line}\n" for line, _ in lines).encode()
    _, problems = check_office(data, now)
    messages = [
        (lines[min(problem.line, len(lines)) - 1][1], problem.message)
        for problem in sorted(problems)
    ]
    return Sources(data, () if problems else (_first_entry(office, now),), {}), messages


def _feeds_yaml(office: NewOffice) -> Iterator[tuple[str, str]]:
    """Yield each line of feeds.yaml with the option it depends on, or ""."""
    tags = office.languages
    languages = [f"    - {to_yaml(tag)}" for tag in tags] if len(tags) > 1 else []
    countries = [f"  {to_yaml(code)}: {to_yaml(label)}" for code, label in office.countries]
    # the feed of a single country would be the same as the feed of everything
    mark = "" if len(countries) > 1 else "# "
    blocks = {  # line of the template: the lines that replace it, and their option
        "@LANGUAGES@": (["  languages:", *languages] if languages else [], "--language"),
        "@CATEGORIES@": ([*_term("news", tags), *_term("events", tags)], "--language"),
        "@COUNTRIES@": (countries, "--country") if countries else (_term("world", tags), ""),
        "@PER_LANGUAGE@": (["  - per: language"] if languages else [], ""),
        "@PER_COUNTRY@": (
            [f"  {mark}- per: country", f"  {mark}- per: [country, category]"],
            "--country",
        ),
    }
    template = resources.files("ilofeed") / "data" / "office" / "feeds.yaml"
    for line in template.read_text("utf-8").splitlines():
        if line in blocks:
            lines, option = blocks[line]
            yield from ((text, option) for text in lines)
        elif placeholder := _PLACEHOLDER.search(line):
            name = placeholder[1].lower()
            value = tags[0] if name == "language" else getattr(office, name)
            yield line.replace(placeholder[0], to_yaml(value)), f"--{name}"
        else:
            yield line, ""


def _term(name: str, languages: tuple[str, ...]) -> list[str]:
    """Return the lines of a term, with its label in each language that has a translation."""
    labels = {tag: match[1][name] for tag in languages if (match := _words(tag))}
    if len(labels) > 1:
        lines = [f"      {to_yaml(tag)}: {to_yaml(label)}" for tag, label in labels.items()]
        return [f"  {name}:", "    label:", *lines]
    return [f"  {name}: {next(iter(labels.values()), _table()['en'][name])}"]


def _first_entry(office: NewOffice, now: dt.datetime) -> tuple[str, bytes]:
    """Return path and bytes of the first entry, which is true and published at once."""
    local = now.astimezone(dates.zone(office.timezone)).replace(microsecond=0)
    language, words = _first_entry_words(office)
    keys = {
        "title": words["title"],
        "date": local,
        "summary": words["summary"].replace("{day}", local.date().isoformat()),
        "categories": ["news"],
        "countries": [office.countries[0][0] if office.countries else "world"],
        "language": None if language == office.languages[0] else language,
        "body": words.get("body"),
    }
    return f"entries/{local.year}/these-feeds-exist.md", serialize_entry(keys)


def _first_entry_words(office: NewOffice) -> tuple[str, dict[str, str]]:
    """Return the first entry's language and texts, in the first language with a translation.

    Without a translation, an office of one language gets a text in another language, marked as
    such; an office of several languages gets a text of only names and a date.
    """
    for language in office.languages:
        tag, words = _words(language) or ("", {})
        if tag and f"{language}-".startswith(f"{tag}-"):
            return language, words
    if len(office.languages) == 1:
        return _words(office.languages[0]) or ("en", _table()["en"])
    return office.languages[0], {"title": office.title, "summary": "ilofeed init, {day}"}


def _words(language: str) -> tuple[str, dict[str, str]] | None:
    """Return the tag and texts of a language, which may be for another region or script."""
    primary = language.partition("-")[0]
    matches = (item for item in _table().items() if item[0].partition("-")[0] == primary)
    return next(matches, None)


def _table() -> Mapping[str, dict[str, str]]:
    file = resources.files("ilofeed") / "data" / "office" / "first.json"
    table: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return table


# --- the folder ---


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


def check_renewable(folder: Path) -> None:
    """Raise `OfficeError` if a folder is not an office that `ilofeed init` created."""
    if not (folder / PROGRAM).is_dir():
        raise OfficeError(f"{folder} was not created by `ilofeed init`: it has no {PROGRAM}")


def renew_office(folder: Path, office: Office, clock: dt.datetime) -> list[str]:
    """Update the program, its lock and the workflows of an office to this version.

    Return the paths that changed, sorted.
    """
    files = kit(office, program_files(), clock)
    files = {path: data for path, data in files.items() if path.startswith(_RENEWED)}
    changed = [path for path, data in files.items() if not is_same(str(folder / path), data)]
    old = {f"{PROGRAM}{path.name}" for path in (folder / PROGRAM).glob("*.whl")} - files.keys()
    # the lock names the wheel, so the wheel is written first
    for path in sorted(changed, key=lambda path: not path.endswith(".whl")):
        write = read.replace_file if (folder / path).exists() else read.create_file
        write(folder, folder / path, files[path])
    for path in old:
        with attempting(f"delete {folder / path}"):
            (folder / path).unlink()
    return sorted({*changed, *old})
