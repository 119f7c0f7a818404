"""The rules of the continuity guard about addresses and about what names the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ilofeed.content import scalar
from ilofeed.model import FILE_NAMES
from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ilofeed.feeds import Ledger
    from ilofeed.model import Office
    from ilofeed.problems import Code


PATH = "feeds.yaml"
DIMENSIONS = ("language", "country", "category")
_FORMATS = {name: form for form, name in FILE_NAMES.items()}


def check_addresses(
    office: Office, before: Ledger, after: Ledger, read: Callable[[str], bytes]
) -> Iterator[Problem]:
    """Yield a refusal for each address or name that subscribers have stored and that would go."""

    def problem(key: str, code: Code, message: str) -> Problem:
        return Problem(PATH, line_of(read(PATH), key), 1, code, message)

    if before.authority not in {None, office.authority.text}:
        message = (
            f"the authority was {quote(before.authority or '')}; with another one every entry has "
            f"a new id, and readers show all of them again; write `authority: {before.authority}`"
        )
        yield problem("authority", "authority-changed", message)
    if before.site not in {None, office.url}:
        message = (
            f"the site was at {quote(before.site or '')} and would be at {quote(office.url)}, "
            f"where nobody is subscribed; write `url: {before.site}`, or let the old address lead "
            "to the new one: ids stay as they are, so that nobody sees an entry twice"
        )
        yield problem("url", "site-moved", message)
    gone: dict[str, list[str]] = {}  # paths of documents, by the path of their feed
    for path in sorted(before.documents.keys() - after.documents.keys()):
        gone.setdefault(re.split(r"/archive/|/[^/]+$", path)[0], []).append(path)
    languages = {language for feed in gone if (language := _dimensions(feed)["language"])}
    lost = sorted(languages - {tag.lower() for tag in _languages(office)})
    for feed, paths in gone.items():
        key, advice = _advice(feed, paths, office, before, lost)
        shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        message = f"people are subscribed to {shown}, which would be gone; {advice}"
        yield problem(key, "feed-vanished", message)


def _advice(
    feed: str, paths: list[str], office: Office, before: Ledger, lost: list[str]
) -> tuple[str, str]:
    """Return the key of feeds.yaml that a feed depends on, and what to write there to keep it;
    `lost` are all languages that no list has any more, since one line holds them."""
    dimensions = _dimensions(feed)
    language, code, category = (dimensions[name] for name in DIMENSIONS)
    countries = {name.lower(): name for name in (*before.countries, *office.countries)}
    country = countries.get(code or "", code or "")
    if category and category not in office.categories:
        label = before.categories.get(category, category)
        return "categories", f"below `categories` write `{category}: {scalar(label)}`"
    if code and country not in office.countries:
        label = before.countries.get(country, country)
        return "countries", f"below `countries` write `{country}: {scalar(label)}`"
    if feed not in {spec.path for spec in office.feeds}:
        if language in lost:
            tags = ", ".join([*_languages(office), *map(_as_tag, lost)])
            return "languages", f"below `site` write `languages: [{tags}]`"
        names = [name for name in DIMENSIONS if dimensions[name]]
        per = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        return "feeds", f"below `feeds` write `- {f'per: {per}' if names else 'all'}`"
    formats = {_FORMATS[name] for path in paths if (name := path.rpartition("/")[2]) in _FORMATS}
    archives = ", ".join(sorted(formats | office.archives))
    return "archives", f"below `site` write `archives: [{archives}]`"


def _languages(office: Office) -> tuple[str, ...]:
    return office.languages or (office.own_language,)


def _as_tag(path: str) -> str:
    """Write a lower-case language tag with its usual capitals (RFC 5646, section 2.1.1)."""
    language, *subtags = path.split("-")
    styles = {4: str.title, 2: str.upper}
    return "-".join([language, *(styles.get(len(part), str)(part) for part in subtags)])


def _dimensions(feed: str) -> dict[str, str | None]:
    """Return the language, the country and the category in the path of a feed."""
    pattern = "/?".join(rf"(?:{name}/(?P<{name}>[^/]+))?" for name in DIMENSIONS)
    match = re.fullmatch(pattern, feed)
    return match.groupdict() if match else dict.fromkeys(DIMENSIONS)


def line_of(data: bytes, key: str) -> int:
    """Return the line of the first key of this name in a file, 1 if there is none."""
    match = re.search(rb"^[ \t-]*[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, match.end()) + 1 if match else 1
