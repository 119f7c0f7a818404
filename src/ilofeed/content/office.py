"""Check feeds.yaml and convert it to an `Office`."""

import dataclasses
import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, TypeAlias

from ilofeed import dates, i18n
from ilofeed.content import frontmatter, yaml_nodes
from ilofeed.content.keys import country_code, country_codes
from ilofeed.content.schemas import LinkFields, OfficeFields, PerFields, TermFields
from ilofeed.content.validation import CheckedKeys, validate
from ilofeed.ids import parse_authority
from ilofeed.media import (
    BRAND_KEYS,
    OfficeFile,
    Unreadable,
    alias_path,
    check_aliases,
    check_brand,
    site_paths,
)
from ilofeed.model import FeedSpec, Link, Office, Person, PublishedFile, Term
from ilofeed.problems import Code, Problem, did_you_mean, plural, quote
from ilofeed.text import SLUG, Source, find_unfit, is_windows_name, slugify
from ilofeed.urls import AddressError

CheckedOffice: TypeAlias = CheckedKeys[OfficeFields]

PATH = "feeds.yaml"
_FIRST_DOMAIN = dt.date(1985, 1, 1)
Dimensions: TypeAlias = tuple[str, ...]  # those whose terms get a feed; () for the feed `all`
_DIMENSIONS = ("language", "country", "category")  # in the order of a feed's path
_DEFAULT_FEEDS: tuple[Dimensions, ...] = ((), ("category",), ("country",), ("country", "category"))


def _category_name(name: str) -> str | None:
    """Return a category's name if it is a valid slug; otherwise a suggestion, or None."""
    return name if SLUG.fullmatch(name) and len(name) <= 80 else slugify(name) or None


def _country_name(name: str) -> str | None:
    """Return a country's name if it is valid; otherwise a suggestion, or None."""
    if len(name) == 2 and name.upper() in country_codes():
        return name.upper()
    is_name = SLUG.fullmatch(name) and 3 <= len(name) <= 80
    return name if is_name else country_code(name)


# by section of feeds.yaml: a function that returns a valid name unchanged or suggests one
_CORRECT: dict[str, Callable[[str], str | None]] = {
    "categories": _category_name,
    "countries": _country_name,
}


def brand_paths(data: bytes) -> list[str]:
    """Return the paths of the logo, the icon and the picture as feeds.yaml names them."""
    source, _ = frontmatter.read_source(PATH, data)
    root, _ = yaml_nodes.compose(source, 0, len(source.text)) if source is not None else (None, [])
    site = root.get("site") if root is not None else None
    if not isinstance(site, yaml_nodes.Mapping):
        return []
    nodes = [site.get(key) for key in BRAND_KEYS]
    values = [node.value.strip() for node in nodes if isinstance(node, yaml_nodes.Scalar)]
    return [value for value in values if find_unfit(value) is None]


def check_office(
    data: bytes, now: dt.datetime, files: Mapping[str, OfficeFile] | None = None
) -> tuple[Office, list[Problem]]:
    """Return the office that the bytes of feeds.yaml describe, and all problems in them.

    If there are errors, the office has placeholders for the invalid values, so that the entries can
    be checked in the same run. `files` are those of `brand_paths`; if it is None, the office has no
    logo, icon and picture.
    """
    source, problems = frontmatter.read_source(PATH, data)
    if source is None:
        return placeholder_office(), problems
    root, more = yaml_nodes.compose(source, 0, len(source.text), OfficeFields.model_fields)
    problems += more
    if root is None:
        if not problems:
            message = "the file is empty; `ilofeed explain no-feeds-yaml` shows the minimal file"
            problems.append(Problem(PATH, 1, 1, "empty-file", message))
        return placeholder_office(), problems
    garbled = _garbled(source, root, more)
    checked, more = validate(source, root, OfficeFields, _placeholders(root), comments=True)
    feeds, feed_problems = _feeds(checked)
    names = {key: getattr(checked.fields.site, key) for key in BRAND_KEYS if files is not None}
    brand = {key: check_brand(key, name, files or {}) for key, name in names.items() if name}
    problems += [
        *more,
        *_site_problems(checked, now),
        *(checked.problem(*f, "site", k) for k, f in brand.items() if isinstance(f, Unreadable)),
        *(p for section in _CORRECT for p in _term_problems(checked, section)),
        *(p for section in _CORRECT for p in _comma_problems(checked, section)),
        *feed_problems,
        *_words_problems(checked),
    ]
    office = _office(checked.fields, feeds, checked.failed | garbled)
    aliases, alias_problems = _aliases(checked, office)
    problems += alias_problems
    published = {key: file for key, file in brand.items() if isinstance(file, PublishedFile)}
    return dataclasses.replace(office, brand=published, aliases=aliases), problems


def _aliases(checked: CheckedOffice, office: Office) -> tuple[dict[str, str], list[Problem]]:
    """Return the targets of the aliases in feeds.yaml, by output path, and their problems."""
    targets: dict[str, str] = {}
    aliases: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for text, written in (checked.fields.aliases or {}).items():
        target = f"{written}index.html" if written.endswith("/") else written
        try:
            aliases.append((text, alias_path(text, target)))
            targets[aliases[-1][1]] = target
        except AddressError as error:
            problems.append(checked.key_problem("bad-alias", str(error), "aliases", text))
    for number, code, message in check_aliases(aliases, {"entry", *site_paths(office)}):
        problem = checked.key_problem(code, message, "aliases", aliases[number][0])
        problems.append(problem.as_warning() if code == "windows-name" else problem)
    return targets, problems


def placeholder_office() -> Office:
    """Return the office that entries are checked against if feeds.yaml cannot be read."""
    fields = OfficeFields.model_validate(_placeholders(yaml_nodes.Mapping((), 0, 0)))
    return _office(fields, (), frozenset({"categories", "countries"}))


def _placeholders(root: yaml_nodes.Mapping) -> dict[str, Any]:
    """Return placeholders for invalid sections; terms keep their names, so entries may use them."""
    return {
        "site": {
            "url": "https://example.org/",
            "authority": "example.org,2000",
            "title": "x",
            "timezone": "Etc/UTC",
        },
        "categories": dict.fromkeys(_names(root, "categories") or ["x"], "x"),
        "countries": dict.fromkeys(_names(root, "countries") or ["x"], "x"),
        "feeds": ["all"],
    }


def _garbled(source: Source, root: yaml_nodes.Mapping, problems: list[Problem]) -> set[str]:
    """Return the sections of terms in which a line could not be read, perhaps that of a term."""
    lines = {problem.line for problem in problems if problem.severity == "error"}
    sections = set()
    for key, node in root.pairs:
        first, last = source.place(key.start)[0], source.place(node.end)[0]
        if key.value in {"categories", "countries"} and any(first <= x <= last for x in lines):
            sections.add(key.value)
    return sections


def _names(root: yaml_nodes.Mapping, section: str) -> list[str]:
    node = root.get(section)
    return [key.value for key, _ in node.pairs] if isinstance(node, yaml_nodes.Mapping) else []


def _site_problems(checked: CheckedOffice, now: dt.datetime) -> Iterator[Problem]:
    if not checked.is_usable("site"):
        return
    site = checked.fields.site
    since = parse_authority(site.authority).since
    if not _FIRST_DOMAIN <= since <= now.date():
        when = "in the future" if since > now.date() else f"before {_FIRST_DOMAIN.year}"
        message = f"the date {since} is {when}; write a date on which you had the domain"
        yield checked.problem("bad-authority", message, "site", "authority")
    if site.hub is not None and site.hub.startswith(site.url):
        message = f"{quote(site.hub)} is part of this site, so it is not a WebSub hub; "
        yield checked.problem("bad-url", message + "write the address of a hub", "site", "hub")
    if site.search and find_spec("pagefind_bin") is None:
        message = "the search needs a package that is not installed; install it with "
        message += '`pip install "ilofeed[search]"`, or write search: false'
        yield checked.problem("bad-choice", message, "site", "search")
    if "site" in checked.failed:
        return
    languages = site.languages or [site.language]
    for index, language in enumerate(languages):
        if language in languages[:index]:
            message = f"duplicate {quote(language)}; remove one"
            yield checked.problem("named-twice", message, "site", "languages", index)
        if language == "all" != site.language:
            message = "pages in the language `all` would be where the feed `all` is; "
            message += "write the tag with a script, such as all-Mlym"
            yield checked.problem("bad-language", message, "site", "languages", index)
    if site.language not in languages:
        message = f"the list does not contain the office's language, {quote(site.language)}; "
        message += f"write languages: [{', '.join([site.language, *languages])}]"
        yield checked.problem("unknown-language", message, "site", "languages")


def _words_problems(checked: CheckedOffice) -> Iterator[Problem]:
    """Yield wrong plural forms, and a warning for each language whose pages speak English."""
    tables = _tables(checked.fields)
    for tag, table in tables.items():
        is_given = "number" in (checked.fields.words or {})[tag].model_fields_set
        if is_given and (message := i18n.find_wrong_forms(tag, table["number"])):
            yield checked.problem("bad-phrase", message, "words", tag, "number")
        if table.untranslated and "words" not in checked.failed:
            left = plural(len(table.untranslated), "phrase")
            message = f"{left} left to translate, the first is {quote(table.untranslated[0])}; "
            message += f"until then pages in {quote(tag)} speak English, and `ilofeed words {tag}` "
            yield checked.key_problem(
                "no-words", message + "prints them", "words", tag
            ).as_warning()
    site = checked.fields.site
    languages = site.languages or []
    for tag in () if "site" in checked.failed else dict.fromkeys([site.language, *languages]):
        if not i18n.phrases(tag, tables).speaks(tag) and not tables.keys() & i18n.shorter_tags(tag):
            place = ("languages", languages.index(tag)) if tag in languages else ("language",)
            message = f"there are no words in {quote(tag)}, so pages in it speak English; "
            message += f"`ilofeed words {tag}` prints what to translate"
            yield checked.problem("no-words", message, "site", *place).as_warning()


def _tables(fields: OfficeFields) -> dict[str, i18n.Phrases]:
    written = (fields.words or {}).items()
    return i18n.complete_tables(
        {tag: words.model_dump(exclude_none=True) for tag, words in written}
    )


def _term_problems(checked: CheckedOffice, section: str) -> Iterator[Problem]:
    terms = _terms(checked.fields, section)
    circles: set[str] = set()
    names = _names(checked.root, section)
    for name in names:
        if (correct := _CORRECT[section](name)) != name:
            code: Code = "bad-slug" if section == "categories" else "bad-country-code"
            message = f"{quote(name)} is neither a country code (ISO 3166-1, such as MN) nor a "
            message += "lower-case name (such as world)"
            if section == "categories":
                message = f"{quote(name)} is not a slug (lower-case letters, digits and single "
                message += "hyphens, at most 80 characters)"
            message += f"; write {correct}" if correct else ""
            yield checked.key_problem(code, message, section, name)
        elif is_windows_name(name):
            message = f"Windows cannot have a folder {quote(name)}; choose another name"
            yield checked.key_problem("windows-name", message, section, name).as_warning()
        term = terms.get(name)
        if not checked.is_usable(section) or term is None or term.broader is None:
            continue
        if term.broader not in {*names, *map(_CORRECT[section], names)}:
            message = f"{quote(term.broader)} is not defined in {section}"
            message += did_you_mean(term.broader, {*names} - {name})
            yield checked.problem("unknown-broader", message, section, name, "broader")
        elif name not in circles and name in (circle := list(_broader(name, terms))):
            circles.update(circle)
            message = f"circular `broader`: {' → '.join([name, *circle])}; remove one of them"
            yield checked.problem("circular-broader", message, section, name, "broader")


def _comma_problems(checked: CheckedOffice, section: str) -> Iterator[Problem]:
    """Yield a warning for each label that FreshRSS and node-ical split at its comma."""
    terms = _terms(checked.fields, section) if checked.is_usable(section) else {}
    for name, term in terms.items():
        for tag, label in term.labels.items():
            if "," not in label:
                continue
            better = _without_comma(label, is_place=section == "countries") or name
            message = "some feed readers and calendars split a label at its comma; "
            message += f"write {quote(better)}, or other words without a comma"
            place = (section, name, "label", tag)
            yield checked.problem("comma-in-label", message, *place).as_warning()


def _without_comma(label: str, *, is_place: bool) -> str:
    """Suggest a label without a comma: `Hong Kong (China)`, or a list with slashes."""
    texts = map(str.strip, re.sub(r"(?<=\d),(?=\d{3})", "", label).split(","))
    parts = [text for text in texts if text]
    is_detail = len(parts) == 2 and (is_place or len(parts[1].split()) <= 2)
    if is_detail and "(" not in label:
        return f"{parts[0]} ({parts[1]})"
    return " / ".join(parts)


def _broader(name: str, terms: Mapping[str, Term]) -> Iterator[str]:
    """Yield the broader terms of a term, nearest first, each at most once."""
    seen = set()
    while (term := terms.get(name)) and term.broader and term.broader not in seen:
        name = term.broader
        seen.add(name)
        yield name


def _terms(office: OfficeFields, dimension: str) -> dict[str, Term]:
    written: Mapping[str, str | TermFields] = getattr(office, dimension)
    return {name: _term(name, value, office.site.language) for name, value in written.items()}


def _with_corrected(terms: dict[str, Term], dimension: str) -> dict[str, Term]:
    """Add each term with an invalid name under its suggested name too: entries may use that."""
    correct = _CORRECT[dimension]
    return {name: term for wrong, term in terms.items() if (name := correct(wrong))} | terms


def _term(name: str, value: str | TermFields, default: str) -> Term:
    if isinstance(value, str):
        return Term(name, {"": value})
    labels = i18n.by_language(value.label, default)
    return Term(name, labels, value.broader, i18n.by_language(value.description, default))


def _link(link: LinkFields, default: str) -> Link:
    return Link(i18n.by_language(link.label, default), link.url)


def _text_languages(fields: OfficeFields, terms: Iterable[Term]) -> tuple[str, ...]:
    site = fields.site
    titles = i18n.by_language(site.title, site.language)
    labels = (tag for term in terms for tag in (*term.labels, *term.descriptions))
    return tuple(filter(None, dict.fromkeys((*titles, *labels, *(fields.words or ())))))


def _feeds(checked: CheckedOffice) -> tuple[tuple[FeedSpec, ...], list[Problem]]:
    items = checked.fields.feeds
    all_dimensions = _DEFAULT_FEEDS if items is None else [_dimensions(item) for item in items]
    specs: dict[str, FeedSpec] = {}
    problems = []
    for index, dimensions in enumerate(all_dimensions):
        if len(set(dimensions)) < len(dimensions):
            message = "duplicate dimension; write two of country, category and language"
            problems.append(checked.problem("bad-choice", message, "feeds", index, "per"))
            continue
        new = {spec.path: spec for spec in _specs(checked.fields, dimensions)}
        if duplicates := sorted(new.keys() & specs.keys()):
            message = f"duplicate feed {quote(duplicates[0])}; remove this line"
            problems.append(checked.problem("duplicate-feed", message, "feeds", index))
        specs |= new
    return tuple(specs.values()), problems


def _dimensions(item: str | PerFields) -> Dimensions:
    if isinstance(item, str):
        return ()
    return (item.per,) if isinstance(item.per, str) else tuple(item.per)


def _specs(office: OfficeFields, dimensions: Dimensions) -> Iterator[FeedSpec]:
    terms = {
        "category": list(office.categories),
        "country": list(office.countries),
        "language": list(dict.fromkeys(office.site.languages or [office.site.language])),
    }
    names = [name for name in _DIMENSIONS if name in dimensions]
    for values in itertools.product(*(terms[name] for name in names)):
        keys = dict(zip(names, values, strict=True))
        path = "/".join(
            f"{name}/{value if name == 'category' else value.lower()}"
            for name, value in keys.items()
        )
        yield FeedSpec(path or "all", **keys)


def _office(fields: OfficeFields, feeds: tuple[FeedSpec, ...], failed: frozenset[str]) -> Office:
    site = fields.site
    author = site.author
    terms = {dimension: _terms(fields, dimension) for dimension in _CORRECT}
    return Office(
        url=site.url,
        authority=parse_authority(site.authority),
        titles=i18n.by_language(site.title, site.language),
        descriptions=i18n.by_language(site.description, site.language),
        language=site.language,
        default_language=site.language,
        languages=tuple(site.languages or ()) if "site" not in failed else (),
        timezone=dates.zone(site.timezone),
        publish_time=site.publish_time,
        default_author=Person(author.name, author.email, author.url) if author else None,
        limit=site.limit,
        archives=frozenset(site.archives),
        hub=site.hub,
        accent=site.accent,
        home=_link(site.home, site.language) if site.home else None,
        links=tuple(_link(link, site.language) for link in site.links or ()),
        newsletter=site.newsletter,
        search=site.search,
        categories=_with_corrected(terms["categories"], "categories"),
        countries=_with_corrected(terms["countries"], "countries"),
        feeds=feeds,
        text_languages=_text_languages(
            fields, [*terms["categories"].values(), *terms["countries"].values()]
        ),
        tables=_tables(fields),
        invalid_sections=frozenset(
            dimension
            for dimension, correct in _CORRECT.items()
            if dimension in failed or None in map(correct, terms[dimension])
        ),
    )
