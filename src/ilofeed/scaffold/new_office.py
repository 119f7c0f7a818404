"""Write feeds.yaml and the first entry of a new office from the options of `ilofeed init`.

Each line of feeds.yaml is kept with its option, so that a problem in the line is reported for the
option.
"""

import datetime as dt
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from ilofeed import dates
from ilofeed.content import Sources, check_office, serialize_entry, to_yaml
from ilofeed.media import OfficeFile
from ilofeed.text import slugify
from ilofeed.urls import AddressError, to_url

_EXAMPLES = (
    ("description", "What the feeds are about, in one sentence"),
    ("logo", "brand/logo.svg"),
    ("accent", '"#1a5fb4"'),
)
_PLACEHOLDER = re.compile(r"@([A-Z]+)@")


@dataclass(frozen=True)
class NewOffice:
    """Options of `ilofeed init`; the defaults are valid values for options not given yet."""

    title: str = "x"
    url: str = "https://example.org/"
    timezone: str = "Etc/UTC"
    authority: str = "example.org,2000"
    description: str = ""
    accent: str = ""  # colour of links and buttons
    logo: OfficeFile | None = None
    languages: tuple[str, ...] = ("en",)  # BCP 47; the first is the office's
    countries: tuple[tuple[str, str], ...] = ()  # code and label; if empty, only `world`
    host: str = "github"  # a key of `office_kit.HOSTS`


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
    brand = {office.logo.name: office.logo} if office.logo is not None else {}
    # an office may speak a language without words; `ilofeed check` will say so
    _, all_problems = check_office(data, now, brand)
    problems = [problem for problem in all_problems if problem.code != "no-words"]
    messages = [
        (lines[min(problem.line, len(lines)) - 1][1], problem.message)
        for problem in sorted(problems)
    ]
    entries = () if problems else (_first_entry(office, now),)
    return Sources(data, entries, {}, brand=brand), messages


def _feeds_yaml(office: NewOffice) -> Iterator[tuple[str, str]]:
    """Yield each line of feeds.yaml with the option it depends on, or ""."""
    tags = office.languages
    languages = [f"    - {to_yaml(tag)}" for tag in tags] if len(tags) > 1 else []
    countries = [f"  {to_yaml(code)}: {to_yaml(label)}" for code, label in office.countries]
    # the feed of a single country would be the same as the feed of everything
    mark = "" if len(countries) > 1 else "# "
    blocks = {  # line of the template: the lines that replace it, and their option
        **{f"@{name.upper()}@": _optional(name, example, office) for name, example in _EXAMPLES},
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


def _optional(name: str, example: str, office: NewOffice) -> tuple[list[str], str]:
    """Return the line of a key that may be left out, as a comment if it is."""
    value = getattr(office, name)
    value = value.name if isinstance(value, OfficeFile) else value
    line = f"  {name}: {to_yaml(value)}" if value else f"  # {name}: {example}"
    return [line], f"--{name}"


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
        "summary": words["summary"],
        "categories": ["news"],
        "countries": [office.countries[0][0] if office.countries else "world"],
        "language": None if language == office.languages[0] else language,
        "body": words.get("body"),
    }
    return f"entries/{local.year}/our-news-has-a-new-home.md", serialize_entry(keys)


def _first_entry_words(office: NewOffice) -> tuple[str, dict[str, str]]:
    """Return the first entry's language and texts, in the first language with a translation.

    Without a translation, an office of one language gets a text in another language, marked as
    such; an office of several languages gets a text of only names.
    """
    for language in office.languages:
        tag, words = _words(language) or ("", {})
        if tag and f"{language}-".startswith(f"{tag}-"):
            return language, words
    if len(office.languages) == 1:
        return _words(office.languages[0]) or ("en", _table()["en"])
    return office.languages[0], {
        "title": office.title,
        "summary": office.description or office.title,
    }


def _words(language: str) -> tuple[str, dict[str, str]] | None:
    """Return the tag and texts of a language, which may be for another region or script."""
    primary = language.partition("-")[0]
    matches = (item for item in _table().items() if item[0].partition("-")[0] == primary)
    return next(matches, None)


def _table() -> Mapping[str, dict[str, str]]:
    file = resources.files("ilofeed") / "data" / "office" / "first.json"
    table: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return table
