"""Refuse changes of addresses that subscribers have stored: of the site, its ids, and its feeds."""

import functools
import json
import re
from collections.abc import Iterator, Mapping

from ilofeed.content import to_yaml
from ilofeed.feeds import Ledger
from ilofeed.guard.comparison import Comparison
from ilofeed.model import FILE_NAMES, Office, Term
from ilofeed.problems import Problem, nearest, quote

DIMENSIONS = ("language", "country", "category")
_FORMATS = {name: form for form, name in FILE_NAMES.items()}


def check_addresses(comparison: Comparison, before: Ledger) -> Iterator[Problem]:
    """Refuse changes of the authority and of addresses; `before` has its original ids."""
    office = comparison.office
    problem = functools.partial(comparison.problem, "feeds.yaml")
    if before.authority not in {None, office.authority.text}:
        message = (
            "a new authority changes the id of every entry, so that readers would show all of "
            f"them twice; write `authority: {before.authority}`"
        )
        yield problem(["authority"], "authority-changed", message)
    if before.site not in {None, office.url}:
        message = (
            f"the site moves from {quote(before.site or '')} to {quote(office.url)}, but "
            f"subscribers have the old address; write `url: {before.site}`, or redirect the old "
            "address to the new one (ids do not change, so most readers show no entry twice)"
        )
        yield problem(["url"], "site-moved", message)
    gone: dict[str, list[str]] = {}  # paths of documents, by the path of their feed
    for path in sorted(before.documents.keys() - comparison.after.documents.keys()):
        gone.setdefault(re.split(r"/archive/|/[^/]+$", path)[0], []).append(path)
    languages = {language for feed in gone if (language := _dimensions(feed).get("language"))}
    lost = sorted(languages - {tag.lower() for tag in _languages(office)})
    for feed, paths in gone.items():
        key, advice = _advice(feed, paths, office, before, lost)
        shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        message = f"{shown} would be removed, but may have subscribers; {advice}"
        yield problem([key], "feed-vanished", message)


def check_former(comparison: Comparison, before: Ledger) -> Iterator[Problem]:
    """Refuse to remove what is published at a former address, except of entries that are gone."""
    pages = {
        record.url.removeprefix(before.site or ""): record for record in before.entries.values()
    }
    for path, target in before.aliases.items():
        if path in comparison.after.files:
            continue
        record = pages.get(target.removesuffix("index.html"))
        entry = comparison.by_id.get(record.id) if record is not None else None
        if record is not None and (entry is None or entry.id not in comparison.after.entries):
            continue  # reported as `id-vanished`
        alias = to_yaml(path.removesuffix("index.html"))
        line = f"- {alias}" if entry is not None else f"{alias}: {to_yaml(target)}"
        message = f"{quote(path)} would be removed, but links and subscribers lead there; "
        message += f"below `aliases` write `{line}`"
        name = entry.path if entry is not None else "feeds.yaml"
        yield comparison.problem(name, ["aliases"], "alias-vanished", message)


def _advice(
    feed: str, paths: list[str], office: Office, before: Ledger, lost: list[str]
) -> tuple[str, str]:
    """Return the key of feeds.yaml that a removed feed depends on, and what to write there; `lost`
    are all languages that are no longer listed, because one line lists them."""
    dimensions = _dimensions(feed)
    language, code, category = (dimensions.get(name) for name in DIMENSIONS)
    countries = {name.lower(): name for name in (*before.countries, *office.countries)}
    country = countries.get(code or "", code or "")
    if category and category not in office.categories:
        return "categories", _restore("categories", category, before.categories, office.categories)
    if code and country not in office.countries:
        return "countries", _restore("countries", country, before.countries, office.countries)
    if feed not in {spec.path for spec in office.feeds}:
        if language in lost:
            tags = ", ".join([*_languages(office), *map(_as_tag, lost)])
            return "languages", f"below `site` write `languages: [{tags}]`"
        names = [name for name in DIMENSIONS if name in dimensions]
        per = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        return "feeds", f"below `feeds` write `- {f'per: {per}' if names else 'all'}`"
    formats = {_FORMATS[name] for path in paths if (name := path.rpartition("/")[2]) in _FORMATS}
    archives = ", ".join(sorted(formats | office.archives))
    return "archives", f"below `site` write `archives: [{archives}]`"


def _restore(section: str, term: str, before: Mapping[str, str], now: Mapping[str, Term]) -> str:
    """Return what to write if a term was removed, and what if it was renamed or merged."""
    label = before.get(term, term)
    new = {name: now[name].label("") for name in sorted(now.keys() - before.keys())}
    similar = nearest(label, new.values()) or next(iter(new.values()), None)
    broader = next((name for name in new if new[name] == similar), "…")
    quoted = json.dumps(label, ensure_ascii=False)  # a comma would end the value in braces
    narrower = f"{term}: {{label: {quoted}, broader: {broader}}}"
    advice = (
        f"below `{section}` write `{term}: {to_yaml(label)}`, or, if another term replaces it, "
    )
    return advice + f"`{narrower}`" + (" with the name of that term" if broader == "…" else "")


def _languages(office: Office) -> tuple[str, ...]:
    return office.languages or (office.default_language,)


def _as_tag(path: str) -> str:
    """Return a lower-case language tag with the recommended capitals (RFC 5646, section 2.1.1)."""
    language, *subtags = path.split("-")
    styles = {4: str.title, 2: str.upper}
    return "-".join([language, *(styles.get(len(part), str)(part) for part in subtags)])


def _dimensions(feed: str) -> dict[str, str]:
    """Return the language, country and category in the path of a feed, by dimension."""
    parts = feed.split("/")
    return dict(zip(parts[::2], parts[1::2], strict=False))
