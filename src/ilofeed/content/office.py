"""feeds.yaml to an `Office`: what its keys mean together."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any, TypeAlias

from ilofeed import dates
from ilofeed.content import conflicts, validate, yamldoc
from ilofeed.content.officefile import OfficeFields, PerFields, TermFields
from ilofeed.content.termnames import RIGHT, WANTED
from ilofeed.ids import parse_authority
from ilofeed.model import FeedSpec, Office, Person, Term, in_language
from ilofeed.problems import Problem, did_you_mean, quote
from ilofeed.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


PATH = "feeds.yaml"
Dimensions: TypeAlias = str | tuple[str, ...]
_FIRST_DOMAIN = dt.date(1985, 1, 1)
_DEFAULT_FEEDS: tuple[Dimensions, ...] = (
    "all",
    ("category",),
    ("country",),
    ("country", "category"),
)


def check_office(data: bytes, now: dt.datetime) -> tuple[Office, list[Problem]]:
    """The office of the bytes of feeds.yaml, and every problem in them.

    Also where there are problems an office is returned, with stand-ins for what could not be read,
    so that the entries can be checked in the same run.
    """
    text, problems = decode(PATH, data)
    if text is None:
        return stand_in(), problems
    text, found = conflicts.settle(text)
    root, more = yamldoc.compose(text, 0, len(text.text))
    problems += found + more
    if root is None:
        if not problems:
            message = "the file is empty; `ilofeed explain no-feeds-yaml` shows what it may say"
            problems.append(Problem(PATH, 1, 1, "empty-file", message))
        return stand_in(), problems
    checked, found = validate.validate(text, root, OfficeFields, _stand_ins, comments=True)
    problems += found
    problems += _authority_problems(checked, now)
    problems += _hub_problems(checked)
    problems += _language_problems(checked)
    for dimension in ("categories", "countries"):
        problems += _term_problems(checked, dimension)
    feeds, found = _feeds(checked)
    problems += found
    return _office(checked.fields, feeds, checked.failed), problems


def stand_in() -> Office:
    """What entries are checked against where feeds.yaml says nothing."""
    fields = OfficeFields.model_validate(_stand_ins(yamldoc.Mapping((), 0, 0)))
    return _office(fields, (), frozenset({"categories", "countries"}))


def _stand_ins(root: yamldoc.Mapping) -> dict[str, Any]:
    """What takes the place of a section that failed; terms keep their names, so that the entries
    that use them are not blamed."""

    def names(section: str) -> dict[str, str]:
        node = root.get(section)
        pairs = node.pairs if isinstance(node, yamldoc.Mapping) else ()
        return {key.value: "x" for key, _ in pairs} or {"x": "x"}

    return {
        "site": {
            "url": "https://example.org/",
            "authority": "example.org,2000",
            "title": "x",
            "timezone": "Etc/UTC",
        },
        "categories": names("categories"),
        "countries": names("countries"),
        "feeds": ["all"],
    }


Checked = validate.Checked[OfficeFields]


def _authority_problems(checked: Checked, now: dt.datetime) -> list[Problem]:
    since = parse_authority(checked.fields.site.authority).since
    if not checked.holds("site") or _FIRST_DOMAIN <= since <= now.date():
        return []
    when = "in the future" if since > now.date() else f"before {_FIRST_DOMAIN.year}"
    message = f"the date after the comma, {since}, is {when}; nobody holds a domain then"
    return [checked.source.problem(checked.at("site", "authority"), "bad-authority", message)]


def _hub_problems(checked: Checked) -> list[Problem]:
    site = checked.fields.site
    if not checked.holds("site") or site.hub is None or not site.hub.startswith(site.url):
        return []
    message = f"{quote(site.hub)} is below site.url, where nothing but the output is; a hub is not"
    return [checked.source.problem(checked.at("site", "hub"), "bad-url", message)]


def _language_problems(checked: Checked) -> list[Problem]:
    site = checked.fields.site
    languages = site.languages or [site.language]
    if "site" in checked.failed:
        return []
    problems = []
    for at, language in enumerate(languages):
        if language in languages[:at]:
            offset = checked.at("site", "languages", at)
            message = f"{quote(language)} is named twice; delete one"
            problems.append(checked.source.problem(offset, "named-twice", message))
    if site.language not in languages:
        message = (
            f"the office's own language, {quote(site.language)}, is not among them; "
            f"write languages: [{', '.join([site.language, *languages])}]"
        )
        offset = checked.at("site", "languages")
        problems.append(checked.source.problem(offset, "unknown-language", message))
    return problems


def _term_problems(checked: Checked, dimension: str) -> list[Problem]:
    terms = _terms(checked.fields, dimension)
    problems = []
    circles: set[str] = set()
    section = checked.root.get(dimension)
    written = section.pairs if isinstance(section, yamldoc.Mapping) else ()
    names = {key.value: None for key, _ in written}
    for name in names:
        if (right := RIGHT[dimension](name)) != name:
            code, message = WANTED[dimension]
            message = f"{quote(name)} {message}" + (f"; write {right}" if right else "")
            problems.append(checked.source.problem(checked.at_key(dimension, name), code, message))
        term = terms.get(name)
        if not checked.holds(dimension) or term is None or term.broader is None:
            continue
        if term.broader not in names:
            offset = checked.at(dimension, name, "broader")
            message = f"{quote(term.broader)} is not among the {dimension}"
            message += did_you_mean(term.broader, names.keys() - {name})
            problems.append(checked.source.problem(offset, "unknown-broader", message))
        elif name not in circles and name in (circle := list(_broader(name, terms))):
            circles.update(circle)
            offset = checked.at(dimension, name, "broader")
            message = "broader goes in a circle: " + " → ".join([name, *circle])
            problems.append(checked.source.problem(offset, "circular-broader", message))
    return problems


def _broader(name: str, terms: Mapping[str, Term]) -> Iterator[str]:
    """The broader terms of a term, nearest first; ends where it would come round."""
    seen = set()
    while (term := terms.get(name)) and term.broader and term.broader not in seen:
        name = term.broader
        seen.add(name)
        yield name


def _terms(office: OfficeFields, dimension: str) -> dict[str, Term]:
    written = office.categories if dimension == "categories" else office.countries
    return {name: _term(name, value, office.site.language) for name, value in written.items()}


def _known(office: OfficeFields, dimension: str) -> dict[str, Term]:
    """The terms, those with a wrong name also under the right one: its entries are not blamed."""
    terms = _terms(office, dimension)
    return {
        right: term for name, term in terms.items() if (right := RIGHT[dimension](name))
    } | terms


def _term(name: str, value: str | TermFields, own: str) -> Term:
    if isinstance(value, str):
        return Term(name, {"": value})
    return Term(name, texts(value.label, own), value.broader, texts(value.description, own))


def texts(written: str | Mapping[str, str] | None, own: str) -> dict[str, str]:
    """A text by language, the office's own first, since that is what any other falls back to."""
    if not written:
        return {}
    if isinstance(written, str):
        return {"": written}
    first = in_language(written, own)[1]
    return {first: written[first], **written}


def _feeds(checked: Checked) -> tuple[tuple[FeedSpec, ...], list[Problem]]:
    """Every feed that feeds.yaml asks for, pairs included (whether they hold anything or not)."""
    lines = checked.fields.feeds
    if lines is None:
        asked: list[tuple[int, Dimensions]] = [(0, default) for default in _DEFAULT_FEEDS]
    else:
        asked = [(at, _dimensions(line)) for at, line in enumerate(lines)]
    specs: dict[str, FeedSpec] = {}
    problems = []
    for at, dimensions in asked:
        new = {spec.path: spec for spec in _specs(checked.fields, dimensions)}
        if twice := sorted(new.keys() & specs.keys()):
            message = f"a feed at {twice[0]} is asked for twice; delete this line"
            problems.append(
                checked.source.problem(checked.at("feeds", at), "duplicate-feed", message)
            )
        if len(set(dimensions)) < len(dimensions) and dimensions != "all":
            message = "the two dimensions of a pair are two of country, category and language"
            problems.append(
                checked.source.problem(checked.at("feeds", at, "per"), "bad-choice", message)
            )
        specs |= new
    return tuple(specs.values()), problems


def _dimensions(line: str | PerFields) -> Dimensions:
    if isinstance(line, str):
        return line
    return (line.per,) if isinstance(line.per, str) else tuple(line.per)


def _specs(office: OfficeFields, dimensions: Dimensions) -> Iterator[FeedSpec]:
    categories, countries = office.categories, office.countries
    languages = list(dict.fromkeys(office.site.languages or [office.site.language]))
    match dimensions:
        case "all":
            yield FeedSpec("all")
        case ("category",):
            yield from (FeedSpec(f"category/{c}", category=c) for c in categories)
        case ("country",):
            yield from (FeedSpec(f"country/{k.lower()}", country=k) for k in countries)
        case ("language",):
            yield from (FeedSpec(f"language/{t.lower()}", language=t) for t in languages)
        case _ if set(dimensions) == {"category", "country"}:
            for k, c in itertools.product(countries, categories):
                yield FeedSpec(f"country/{k.lower()}/category/{c}", category=c, country=k)
        case _ if set(dimensions) == {"language", "category"}:
            for t, c in itertools.product(languages, categories):
                yield FeedSpec(f"language/{t.lower()}/category/{c}", category=c, language=t)
        case _ if set(dimensions) == {"language", "country"}:
            for t, k in itertools.product(languages, countries):
                yield FeedSpec(f"language/{t.lower()}/country/{k.lower()}", country=k, language=t)


def _office(written: OfficeFields, feeds: tuple[FeedSpec, ...], failed: frozenset[str]) -> Office:
    site = written.site
    author = site.author
    return Office(
        url=site.url,
        authority=parse_authority(site.authority),
        titles=texts(site.title, site.language),
        descriptions=texts(site.description, site.language),
        language=site.language,
        own_language=site.language,
        languages=tuple(site.languages or ()) if "site" not in failed else (),
        timezone=dates.zone(site.timezone),
        publish_time=site.publish_time,
        signs=Person(author.name, author.email, author.url) if author else None,
        limit=site.limit,
        archives=frozenset(site.archives),
        hub=site.hub,
        categories=_known(written, "categories"),
        countries=_known(written, "countries"),
        feeds=feeds,
        unsure=frozenset(
            dimension
            for dimension, right in RIGHT.items()
            if dimension in failed or None in map(right, _terms(written, dimension))
        ),
    )
