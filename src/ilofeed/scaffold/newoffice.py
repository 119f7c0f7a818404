"""feeds.yaml and the first entry of a new office, from a few answers.

Each line of feeds.yaml knows which option it came from, so that what the check says of the line is
said of the option.
"""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.content import Sources, check_office, scalar, slugify, written
from ilofeed.urls import AddressError, to_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ilofeed.problems import Problem

_Line = tuple[str, str]  # with the option it came from, or none


@dataclass(frozen=True)
class NewOffice:
    """What `ilofeed init` was told; the values here stand in for what is not known yet."""

    title: str = "x"
    url: str = "https://example.org/"
    timezone: str = "Etc/UTC"
    authority: str = "example.org,2000"
    languages: tuple[str, ...] = ("en",)  # the first is the office's own
    countries: tuple[tuple[str, str], ...] = ()  # code and label; none: the world


def authority_of(url: str, now: dt.datetime) -> str | None:
    """The authority that an address suggests: its host, this year, and its path as a prefix.

    Two offices may share a host, as they do on Pages; the prefix keeps their ids apart. None where
    the address is none, empty where it names no domain that anybody holds (localhost, 127.0.0.1).
    """
    try:
        parts = urllib.parse.urlsplit(to_url(url.strip(), local=True))
    except AddressError:
        return None
    prefix, host = slugify(parts.path), parts.hostname or ""
    if host.rpartition(".")[2].isdigit() or "." not in host:
        return ""
    return f"{host},{now.year}" + (f":{prefix}" if prefix else "")


def sources(office: NewOffice, now: dt.datetime) -> tuple[Sources, list[tuple[str, Problem]]]:
    """The files that say what the office is, and what is wrong with them: option and problem."""
    lines = [*_site(office), *_categories(office), *_countries(office), *_feeds(office)]
    data = "".join(f"{line}\n" for line, _ in lines).encode()
    _, problems = check_office(data, now)
    found = [(lines[min(one.line, len(lines)) - 1][1], one) for one in sorted(problems)]
    return Sources(data, () if found else (_first(office, now),), {}), found


def _site(office: NewOffice) -> list[_Line]:
    return [
        ("# The office, its topics and its countries: what the feeds are made from.", ""),
        ("# `ilofeed check` says what is wrong in here, and where.", ""),
        ("site:", ""),
        ("  # where the output is served: a folder that holds nothing else", ""),
        (f"  url: {scalar(office.url)}", "--url"),
        ("  # what every id begins with: a domain that you hold, and since when. Never change", ""),
        ("  # it, or subscribers see every entry again", ""),
        (f"  authority: {scalar(office.authority)}", "--authority"),
        (f"  title: {scalar(office.title)}", "--title"),
        ("  # description: A sentence on what the feeds hold", ""),
        (f"  language: {scalar(office.languages[0])}", "--language"),
        *_spoken(office)[0],
        (f"  timezone: {scalar(office.timezone)}", "--timezone"),
        ("  # when an entry with a day and no time comes out", ""),
        ('  publish_time: "09:00"', ""),
        ("", ""),
    ]


def _categories(office: NewOffice) -> list[_Line]:
    return [
        ("# What entries are about: a slug, which is part of addresses, and a label.", ""),
        ("categories:", ""),
        *_term("news", office.languages),
        *_term("events", office.languages),
        ("", ""),
    ]


def _countries(office: NewOffice) -> list[_Line]:
    named = [
        (f"  {scalar(code)}: {scalar(label)}", "--country") for code, label in office.countries
    ]
    return [
        ("# Where it happens: a code of ISO 3166-1 in capitals, or a lower-case name.", ""),
        ("countries:", ""),
        *(named or _term("world", office.languages)),
        ("", ""),
    ]


def _term(name: str, languages: tuple[str, ...]) -> list[_Line]:
    """A term with its label in each language that has words; with one for all where one has."""
    found = {tag: one[1][name] for tag in languages if (one := _words(tag))}
    if len(found) > 1:
        labels = [
            (f"      {scalar(tag)}: {scalar(text)}", "--language") for tag, text in found.items()
        ]
        return [(f"  {name}:", ""), ("    label:", ""), *labels]
    return [(f"  {name}: {next(iter(found.values()), _table()['en'][name])}", "")]


def _feeds(office: NewOffice) -> list[_Line]:
    # one country alone: its feed would be the one of everything
    mark = "" if len(office.countries) > 1 else "# "
    return [
        ("# Subscribers keep these addresses: lines may come, but none should go.", ""),
        ("feeds:", ""),
        ("  - all", ""),
        ("  - per: category", ""),
        *_spoken(office)[1],
        (f"  {mark}- per: country", ""),
        (f"  {mark}- per: [country, category]", ""),
    ]


def _spoken(office: NewOffice) -> tuple[list[_Line], list[_Line]]:
    """What an office of several languages has more: the list of them below `site`, and feeds."""
    if len(office.languages) == 1:
        return [], []
    listed = [(f"    - {scalar(language)}", "--language") for language in office.languages]
    return [("  languages:", ""), *listed], [("  - per: language", "")]


def _first(office: NewOffice, now: dt.datetime) -> tuple[str, bytes]:
    """The first entry: what it says of itself is true, and it is out at once."""
    local = now.astimezone(dates.zone(office.timezone)).replace(microsecond=0)
    language, told = _speech(office)
    keys = {
        "title": told["title"],
        "date": local,
        "summary": told["summary"].replace("{day}", local.date().isoformat()),
        "categories": ["news"],
        "countries": [next((code for code, _ in office.countries), "world")],
        "language": None if language == office.languages[0] else language,
        "body": told.get("body"),
    }
    return f"entries/{local.year}/these-feeds-exist.md", written(keys)


def _speech(office: NewOffice) -> tuple[str, dict[str, str]]:
    """The language of the first entry and its words: the first of the office's that has some.

    An office of one language has the entry in another, which says so. In one of several an entry is
    in one of them, so the words are names and a date alone, of no language.
    """
    for language in office.languages:
        tag, words = _words(language) or ("", {})
        if tag and f"{language}-".startswith(f"{tag}-"):
            return language, words
    if len(office.languages) == 1:
        return _words(office.languages[0]) or ("en", _table()["en"])
    return office.languages[0], {"title": office.title, "summary": "ilofeed init, {day}"}


def _words(language: str) -> tuple[str, dict[str, str]] | None:
    """The words of a language, or of the same one elsewhere or in another script."""
    primary = language.partition("-")[0]
    found = ((tag, one) for tag, one in _table().items() if tag.partition("-")[0] == primary)
    return next(found, None)


def _table() -> Mapping[str, dict[str, str]]:
    file = resources.files("ilofeed") / "data" / "office" / "first.json"
    table: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return table
