"""An entry file to an `Entry`: what its keys mean together and in this office."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import html
import posixpath
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ilofeed import dates
from ilofeed.content import conflicts, fields, frontmatter, markdown, plainkeys, validate, yamldoc
from ilofeed.content.entrychecks import EntryCheck, media_type
from ilofeed.content.entryfile import EntryFields
from ilofeed.ids import LONGEST_ID, SHORT, fraction
from ilofeed.model import Attachment, Entry, Event, Image, Person
from ilofeed.problems import Problem, has_errors, quote
from ilofeed.text import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilofeed.model import Office
    from ilofeed.problems import Code

Some = TypeVar("Some")
LONGEST_KEYS = 50_000  # characters of front matter
Checked = validate.Checked[EntryFields]
_STAND_INS = {
    "title": "x",
    "date": "2000-01-01",
    "summary": "x",
    "categories": ["x"],
    "countries": ["x"],
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """An entry file after its checks. `entry` is None where it has errors."""

    path: str
    slug: str
    id: str | None  # None where the file does not say it in a readable way
    translation_of: str | None
    entry: Entry | None
    problems: tuple[Problem, ...]
    checked: Checked | None
    is_recalled: bool = False  # an earlier build checked it

    def problem(self, key: str, code: Code, message: str) -> Problem:
        """A problem at one of the entry's keys, or at the first line where it is not written."""
        if self.checked is None or self.checked.root.get(key) is None:
            return Problem(self.path, 1, 1, code, message)
        return self.checked.source.problem(self.checked.at(key), code, message)


def check_entry(
    path: str, data: bytes, office: Office, files: Mapping[str, bytes], now: dt.datetime
) -> Parsed:
    """Everything that can be said of one entry file without the others."""
    slug = slug_of(path)
    problems = _file_name(path, slug)
    text, found = decode(path, data)
    problems += found
    if text is None:
        return Parsed(path, slug, None, None, None, tuple(problems), None)
    text, found = conflicts.settle(text)
    problems += found
    parts, found = frontmatter.split(text)
    problems += found
    if parts is None:
        return Parsed(path, slug, None, None, None, tuple(problems), None)
    address = office.address(f"entry/{slug}/index.html")
    body, body_problems = markdown.render_body(text, parts.body, address)
    if parts.end - parts.start > LONGEST_KEYS:
        message = f"the keys take more than {LONGEST_KEYS} characters; what is long goes below them"
        problems.append(text.problem(parts.start, "too-long", message))
        return Parsed(path, slug, None, None, None, (*problems, *body_problems), None)
    root, found = plainkeys.read(text.text, parts.start, parts.end), []
    if root is None:
        root, found = yamldoc.compose(text, parts.start, parts.end)
    problems += found
    if root is None:
        if not found:
            message = (
                "there are no keys between the two lines ---; "
                "title, date, summary, categories and countries are needed"
            )
            problems.append(text.problem(parts.start, "missing-key", message))
        return Parsed(path, slug, None, None, None, (*problems, *body_problems), None)
    checked, found = validate.validate(
        text,
        root,
        EntryFields,
        lambda _root: _STAND_INS,
        comments=False,
        context={"zone": office.timezone},
    )
    problems += found
    keys = checked.fields
    identity = _identity(keys.id if "id" not in checked.failed else None, slug, office)
    check = EntryCheck(checked, office, files, slug, now)
    problems += check.all() + body_problems
    if len(identity) > LONGEST_ID and "id" not in checked.failed:
        message = (
            f"the id {quote(identity)} has {len(identity)} characters, {LONGEST_ID} is the most"
        )
        problems.append(Problem(path, 1, 1, "too-long", message))
    entry = None
    if not has_errors(problems):
        read_from = hash_source(data, check.image)
        entry = _entry(path, slug, identity, keys, office, body, check.image, read_from)
    translation_of = None if "translation_of" in checked.failed else keys.translation_of
    known_id = None if "id" in checked.failed else identity
    return Parsed(path, slug, known_id, translation_of, entry, tuple(problems), checked)


def hash_source(data: bytes, image: Image | None = None) -> bytes:
    """A digest of what an entry is read from: its file, and its picture where that is a file."""
    hashed = hashlib.blake2b(data, digest_size=SHORT)
    if image is not None and image.data is not None:
        hashed.update(hashlib.blake2b(image.data).digest())
    return hashed.digest()


def slug_of(path: str) -> str:
    """The slug of an entry file: its name without `.md`."""
    return posixpath.basename(path).removesuffix(".md")


def _file_name(path: str, slug: str) -> list[Problem]:
    if fields.SLUG.fullmatch(slug):
        return []
    wanted = fields.slugify(slug)
    message = (
        f"the file name {quote(slug + '.md')} is not a slug: lower-case letters, digits, hyphens"
    )
    if wanted:
        message += f"; rename it to {wanted}.md"
    return [Problem(path, 1, 1, "bad-file-name", message)]


def _identity(written: str | None, slug: str, office: Office) -> str:
    if written is not None and ":" in written:
        return written
    return office.authority.id_of(written or slug)


def summary_html(summary: str) -> str:
    """The content of an entry without a body."""
    return f"<p>{html.escape(summary, quote=False)}</p>"


def _entry(
    path: str,
    slug: str,
    identity: str,
    keys: EntryFields,
    office: Office,
    body: str,
    image: Image | None,
    read_from: bytes,
) -> Entry:
    def instant(moment: dates.Moment) -> dt.datetime:
        return dates.instant(moment, office.timezone, office.publish_time)

    def stamped(moment: dates.Moment | None) -> dt.datetime:
        # a day without a time begins at publish_time, which may be before the entry came out
        latest = max(instant(moment), published) if moment is not None else published
        return latest.astimezone(dt.UTC).replace(microsecond=fraction(identity))

    published, event = instant(keys.date), keys.event
    return Entry(
        slug=slug,
        id=identity,
        title=keys.title,
        summary=keys.summary,
        html=body or summary_html(keys.summary),
        published=published,
        updated=stamped(keys.updated),
        url=office.address(f"entry/{slug}/index.html"),
        categories=_same(tuple(keys.categories)),
        countries=_same(tuple(keys.countries)),
        authors=_same(_authors(keys, office.speaking(keys.language or office.language))),
        language=keys.language or office.language,
        link=keys.link,
        event=Event(event.start, event.end, event.place, event.url) if event else None,
        image=image,
        attachments=tuple(
            Attachment(a.url, a.type or media_type(a.url) or "", a.length, a.title)
            for a in keys.attachments or ()
        ),
        translates=keys.translation_of,
        translation_of=keys.translation_of,
        draft=keys.draft,
        withdrawn=stamped(keys.withdrawn) if keys.withdrawn is not None else None,
        folder=sys.intern(path.removesuffix(f"{slug}.md")),
        source=read_from,
    )


@functools.lru_cache(maxsize=4096)
def _same(some: tuple[Some, ...]) -> tuple[Some, ...]:
    """What many entries have, in memory once: a third of a kilobyte of each."""
    return some


def _authors(keys: EntryFields, office: Office) -> tuple[Person, ...]:
    if keys.authors is None:
        return (office.author,)
    return tuple(
        Person(author) if isinstance(author, str) else Person(author.name, author.email, author.url)
        for author in keys.authors
    )
