"""The checks of an entry that need more than one key, the office, or another file."""

from __future__ import annotations

import datetime as dt
import functools
import mimetypes
import posixpath
import re
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.content import images
from ilofeed.model import Image
from ilofeed.problems import Problem, did_you_mean, nearest, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilofeed.content.entryfile import EntryFields, ImageFields
    from ilofeed.content.validate import Checked
    from ilofeed.model import Office, Term
    from ilofeed.problems import Code

UPDATED_AHEAD = dt.timedelta(hours=24)  # validators take a feed from further ahead for a mistake
# not in the table of every Python
_OFFICE_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".epub": "application/epub+zip",
    ".webp": "image/webp",
}


class EntryCheck:
    """The checks that need more than one key, or the office."""

    def __init__(
        self,
        checked: Checked[EntryFields],
        office: Office,
        files: Mapping[str, bytes],
        slug: str,
        now: dt.datetime,
    ) -> None:
        self.image: Image | None = None
        self._checked = checked
        self._keys = checked.fields
        self._office = office
        self._files = files
        self._slug = slug
        self._now = now
        self._problems: list[Problem] = []

    def all(self) -> list[Problem]:
        """Every problem, key by key; `image` is set where there is one to publish."""
        keys, office = self._keys, self._office
        self._terms("categories", keys.categories, office.categories, "unknown-category")
        self._terms("countries", keys.countries, office.countries, "unknown-country")
        self._language()
        self._identity()
        self._dates()
        self._event()
        self._image()
        self._attachments()
        return self._problems

    def _report(self, code: Code, message: str, *loc: int | str) -> None:
        offset = self._checked.at(*loc)
        self._problems.append(self._checked.source.problem(offset, code, message))

    def _sound(self, *keys: str) -> bool:
        return not self._checked.failed & set(keys)

    def _terms(self, key: str, names: list[str], known: Mapping[str, Term], unknown: Code) -> None:
        if not self._sound(key):
            return
        unsure = key in self._office.unsure  # feeds.yaml is to be mended first
        times: dict[str, int] = {}
        for at, name in enumerate(names):
            times[name] = times.get(name, 0) + 1
            if name not in known and unsure:
                continue
            if name not in known:
                message = f"{quote(name)} is not among the {key} of feeds.yaml"
                if several := _several(name, known):
                    message = f"{quote(name)} looks like {several} names; put a comma "
                    message += "and a space between them, in brackets"
                elif named := _labelled(name, known):
                    message += f"; that is the label of {named}, write {named}"
                else:
                    message += did_you_mean(name, known)
                self._report(unknown, message, key, at)
            elif times[name] == 2:
                self._report("named-twice", f"{quote(name)} is named twice; delete one", key, at)

    def _language(self) -> None:
        written, known = self._keys.language, self._office.languages
        if written is None or not known or written in known or not self._sound("language"):
            return
        near = [one for one in known if one.partition("-")[0] == written.partition("-")[0]]
        message = f"{quote(written)} is not among the languages of feeds.yaml, {', '.join(known)}"
        message += f"; write language: {near[0]}" if near else ""
        self._report("unknown-language", message, "language")

    def _identity(self) -> None:
        written = self._keys.id
        if written is None or not self._sound("id"):
            return
        if written.startswith(self._office.authority.id_of("feed/")):
            self._report("bad-id", "an id that begins like this is a feed's; choose another", "id")

    def _instant(self, moment: dates.Moment) -> dt.datetime:
        return dates.instant(moment, self._office.timezone, self._office.publish_time)

    def _dates(self) -> None:
        if self._keys.updated is None and self._keys.withdrawn is None:
            return
        published = self._instant(self._keys.date)
        later: tuple[tuple[str, dates.Moment | None, Code], ...] = (
            ("updated", self._keys.updated, "updated-before-date"),
            ("withdrawn", self._keys.withdrawn, "withdrawn-before-date"),
        )
        for key, moment, code in later:
            if moment is None or not self._sound(key, "date"):
                continue
            if moment == published.date():  # the same day, without a time: later on that day
                continue
            if self._instant(moment) < published:
                message = (
                    f"{dates.write_moment(moment)} is before the date, "
                    f"{dates.write_moment(self._keys.date)}; nothing can be {key} before it is out"
                )
                self._report(code, message, key)
        updated = self._keys.updated
        is_out = published <= self._now and not self._keys.draft
        if updated is None or not self._sound("updated", "date") or not is_out:
            return
        if self._instant(updated) > self._now + UPDATED_AHEAD:
            message = (
                f"{dates.write_moment(updated)} is in the future, but the entry is out already"
            )
            self._report("updated-in-future", message, "updated")

    def _event(self) -> None:
        event = self._keys.event
        if event is None or event.end is None or not self._checked.holds("event"):
            return
        start, end = event.start, event.end
        if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
            message = "one of start and end has a time, the other has none; give both or neither"
            self._report("mixed-event", message, "event", "end")
        elif end < start:
            message = (
                f"the event ends on {dates.write_moment(end)}, "
                f"before it starts on {dates.write_moment(start)}"
            )
            self._report("event-ends-before-start", message, "event", "end")

    def _image(self) -> None:
        keys = self._keys.image
        if keys is None or not self._checked.holds("image"):
            return
        if (keys.file is None) == (keys.url is None):
            if not self._sound("image"):  # the one may be misspelt
                return
            message = "a picture has either file or url; write one of them"
            self._report("image-source", message, "image")
        elif keys.url is not None:
            self.image = Image(keys.url, keys.alt, keys.credit, _image_type(keys.url))
        else:
            self._local_image(keys, keys.file or "")

    def _local_image(self, keys: ImageFields, file: str) -> None:
        folder = posixpath.dirname(self._checked.source.path)
        path = posixpath.normpath(posixpath.join(folder, file))
        data = self._files.get(path)
        suffix = posixpath.splitext(path)[1].lower()
        if data is None and suffix and suffix not in images.FILE_SUFFIXES:  # it was not looked for
            message = f"{quote(path)} is not a PNG, JPEG, GIF or WebP picture by its name"
            self._report("bad-image", message, "image", "file")
            return
        if data is None:
            near = nearest(path, self._files)
            message = f"there is no picture {quote(path)}; it must lie in entries/ beside the entry"
            if near:
                message += f"; did you mean {quote(posixpath.relpath(near, folder))}?"
            self._report("image-not-found", message, "image", "file")
            return
        if len(data) > images.MOST_BYTES:
            message = f"the picture has more than {images.MOST_BYTES // 2**20} MiB; make it smaller"
            self._report("bad-image", message, "image", "file")
            return
        try:
            info = images.look_at(data)
        except images.ImageError as error:
            self._report("bad-image", f"{quote(path)} {error}", "image", "file")
            return
        target = f"entry/{self._slug}/image.{info.suffix}"
        self.image = Image(
            self._office.address(target),
            keys.alt,
            keys.credit,
            info.type,
            info.width,
            info.height,
            len(data),
            target,
            data,
        )

    def _attachments(self) -> None:
        if not self._sound("attachments"):
            return
        times: dict[str, int] = {}
        for at, attachment in enumerate(self._keys.attachments or []):
            times[attachment.url] = times.get(attachment.url, 0) + 1
            if times[attachment.url] == 2:
                message = f"{quote(attachment.url)} is named twice; delete one"
                self._report("named-twice", message, "attachments", at, "url")
            if attachment.type is None and media_type(attachment.url) is None:
                message = (
                    "the address does not tell the type; add, for instance, type: application/pdf"
                )
                self._report("missing-key", message, "attachments", at)


def _several(name: str, known: Mapping[str, Term]) -> int:
    """How many names were written as one, 0 where it is one."""
    parts = re.split(r"\s*[,;，；、]\s*", name)
    if len(parts) == 1:
        parts = re.split(r"\s+(?:-\s*)?", name)
        return len(parts) if len(parts) > 1 and all(part in known for part in parts) else 0
    return len(parts)


def _labelled(label: str, known: Mapping[str, Term]) -> str | None:
    """The term that has a label, in any language, unless the label is only its slug in capitals."""
    for name, term in known.items():
        if name != label.casefold() and label.casefold() in map(str.casefold, term.labels.values()):
            return name
    return None


def media_type(url: str) -> str | None:
    """The media type that an address's ending stands for, the same on every host."""
    path = re.sub(r"[?#].*", "", url)
    if office := _OFFICE_TYPES.get(posixpath.splitext(path)[1].lower()):
        return office
    return _types().guess_type(path)[0]


@functools.cache
def _types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()  # an instance of its own reads no host's table


def _image_type(url: str) -> str | None:
    guess = media_type(url)
    return guess if guess is not None and guess.startswith("image/") else None
