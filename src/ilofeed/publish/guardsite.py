"""The part of the continuity guard that looks at addresses and at what names the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ilofeed.content import scalar
from ilofeed.document import FILE_NAMES
from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ilofeed.feeds import Ledger
    from ilofeed.model import Office
    from ilofeed.problems import Code

PATH = "feeds.yaml"
_FORMATS = {name: form for form, name in FILE_NAMES.items()}


def address_problems(
    office: Office, before: Ledger, after: Ledger, read: Callable[[str], bytes]
) -> Iterator[Problem]:
    """What subscribers have stored, and would not be there any more."""

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
    gone: dict[str, list[str]] = {}
    for path in sorted(before.documents.keys() - after.documents.keys()):
        gone.setdefault(re.split(r"/archive/|/[^/]+$", path)[0], []).append(path)
    named = {tag for feed in gone if (tag := _parts(feed)[0])}
    lost = sorted(named - {tag.lower() for tag in _languages(office)})
    for feed, paths in gone.items():
        key, what = _to_put_back(feed, paths, office, before, lost)
        some = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        message = f"people are subscribed to {some}, which would be gone; {what}"
        yield problem(key, "feed-vanished", message)


def _to_put_back(
    feed: str, paths: list[str], office: Office, before: Ledger, lost: list[str]
) -> tuple[str, str]:
    """The key of feeds.yaml that a feed hangs on, and what to write there; `lost` are languages
    that stand in no list any more, all of them, since there is one line for them."""
    language, code, category = _parts(feed)
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
            known = ", ".join([*_languages(office), *map(_as_tag, lost)])
            return "languages", f"below `site` write `languages: [{known}]`"
        named = {"language": language, "country": code, "category": category}
        dimensions = [name for name, value in named.items() if value]
        of = dimensions[0] if len(dimensions) == 1 else f"[{', '.join(dimensions)}]"
        return "feeds", f"below `feeds` write `- {f'per: {of}' if dimensions else 'all'}`"
    forms = {_FORMATS[name] for path in paths if (name := path.rpartition("/")[2]) in _FORMATS}
    listed = ", ".join(sorted(forms | office.archives))
    return "archives", f"below `site` write `archives: [{listed}]`"


def _languages(office: Office) -> tuple[str, ...]:
    return office.languages or (office.own_language,)


def _as_tag(path: str) -> str:
    """A language tag that stands in lower case in a path, as it is written (RFC 5646, 2.1.1)."""
    first, *rest = path.split("-")
    forms = {4: str.title, 2: str.upper}
    return "-".join([first, *(forms.get(len(part), str)(part) for part in rest)])


def _parts(feed: str) -> tuple[str | None, str | None, str | None]:
    """The language, the country and the category in the path of a feed."""
    parts = "/?".join(rf"(?:{name}/([^/]+))?" for name in ("language", "country", "category"))
    match = re.fullmatch(parts, feed)
    return (match[1], match[2], match[3]) if match else (None, None, None)


def line_of(data: bytes, key: str) -> int:
    """The line of the first key of this name in a file; the first line where there is none."""
    match = re.search(rb"^[ \t-]*[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, match.end()) + 1 if match else 1
