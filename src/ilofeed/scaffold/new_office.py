"""Write feeds.yaml and the first entry of a new office from a few answers.

Each line of feeds.yaml carries the option it came from, so that a problem in the line is reported
as a problem of the option.
"""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

from ilofeed import dates
from ilofeed.content import Sources, check_office, scalar, slugify, written
from ilofeed.urls import AddressError, to_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ilofeed.problems import Problem

_Line: TypeAlias = tuple[str, str]  # with the option it came from, or ""


@dataclass(frozen=True)
class NewOffice:
    """The options of `ilofeed init`; the defaults are placeholders for what is not known yet."""

    title: str = "x"
    url: str = "https://example.org/"
    timezone: str = "Etc/UTC"
    authority: str = "example.org,2000"
    languages: tuple[str, ...] = ("en",)  # the first is the office's
    countries: tuple[tuple[str, str], ...] = ()  # code and label; none: the world


def suggest_authority(url: str, now: dt.datetime) -> str | None:
    """Return the authority that an address suggests: its host, this year, its path as a prefix.

    Two offices may share a host, as they do on Pages; the prefix keeps their ids apart. None if the
    address is invalid, "" if its host is not a domain that one can hold (localhost, 127.0.0.1).
    """
    try:
        parts = urllib.parse.urlsplit(to_url(url.strip(), local=True))
    except AddressError:
        return None
    prefix, host = slugify(parts.path), parts.hostname or ""
    if host.rpartition(".")[2].isdigit() or "." not in host:
        return ""
    return f"{host},{now.year}" + (f":{prefix}" if prefix else "")


def office_sources(
    office: NewOffice, now: dt.datetime
) -> tuple[Sources, list[tuple[str, Problem]]]:
    """Return the office's files, and the problems in them, each with the option it is about."""
    lines = [*_site(office), *_categories(office), *_countries(office), *_feeds(office)]
    data = "".join(f"{line}\n" for line, _ in lines).encode()
    _, problems = check_office(data, now)
    by_option = [
        (lines[min(problem.line, len(lines)) - 1][1], problem) for problem in sorted(problems)
    ]
    return Sources(data, () if problems else (_first_entry(office, now),), {}), by_option


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
        *_languages(office),
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
    """Write a term with its label in each language that has words, or with a single label."""
    labels = {tag: match[1][name] for tag in languages if (match := _words(tag))}
    if len(labels) > 1:
        lines = [
            (f"      {scalar(tag)}: {scalar(label)}", "--language") for tag, label in labels.items()
        ]
        return [(f"  {name}:", ""), ("    label:", ""), *lines]
    return [(f"  {name}: {next(iter(labels.values()), _table()['en'][name])}", "")]


def _feeds(office: NewOffice) -> list[_Line]:
    # one country alone: its feed would be the one of everything
    mark = "" if len(office.countries) > 1 else "# "
    return [
        ("# Subscribers keep these addresses: lines may come, but none should go.", ""),
        ("feeds:", ""),
        ("  - all", ""),
        ("  - per: category", ""),
        *([("  - per: language", "")] if len(office.languages) > 1 else []),
        (f"  {mark}- per: country", ""),
        (f"  {mark}- per: [country, category]", ""),
    ]


def _languages(office: NewOffice) -> list[_Line]:
    """List the languages of an office that has several."""
    if len(office.languages) == 1:
        return []
    tags = [(f"    - {scalar(language)}", "--language") for language in office.languages]
    return [("  languages:", ""), *tags]


def _first_entry(office: NewOffice, now: dt.datetime) -> tuple[str, bytes]:
    """Write the first entry: what it says about itself is true, and it is published at once."""
    local = now.astimezone(dates.zone(office.timezone)).replace(microsecond=0)
    language, words = _first_entry_words(office)
    keys = {
        "title": words["title"],
        "date": local,
        "summary": words["summary"].replace("{day}", local.date().isoformat()),
        "categories": ["news"],
        "countries": [next((code for code, _ in office.countries), "world")],
        "language": None if language == office.languages[0] else language,
        "body": words.get("body"),
    }
    return f"entries/{local.year}/these-feeds-exist.md", written(keys)


def _first_entry_words(office: NewOffice) -> tuple[str, dict[str, str]]:
    """Return the first entry's language and words: the office's first language that has some.

    If none has, an office of one language gets the entry in another, which the entry says; an
    office of several gets words that are only names and a date.
    """
    for language in office.languages:
        tag, words = _words(language) or ("", {})
        if tag and f"{language}-".startswith(f"{tag}-"):
            return language, words
    if len(office.languages) == 1:
        return _words(office.languages[0]) or ("en", _table()["en"])
    return office.languages[0], {"title": office.title, "summary": "ilofeed init, {day}"}


def _words(language: str) -> tuple[str, dict[str, str]] | None:
    """Return tag and words of a language, or of its variant of another region or script."""
    primary = language.partition("-")[0]
    matches = (item for item in _table().items() if item[0].partition("-")[0] == primary)
    return next(matches, None)


def _table() -> Mapping[str, dict[str, str]]:
    file = resources.files("ilofeed") / "data" / "office" / "first.json"
    table: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return table
