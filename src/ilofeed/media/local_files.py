"""Find the files that an entry names, decide where they are published, and make them: converted
pictures, and copies of other files."""

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from ilofeed.ids import SHORT
from ilofeed.media.brand import Icon
from ilofeed.media.kinds import PICTURE_SUFFIXES, media_type, refuse_download, suffix_of
from ilofeed.media.pictures import (
    check_picture,
    convert,
    convert_square,
    converter_version,
    version_path,
)
from ilofeed.media.sources import MAX_FILE_BYTES, OfficeFile, Unreadable, digest_of
from ilofeed.model import AnyDocument, Document, Entry, Office, OutputFile, PublishedFile, UpToDate
from ilofeed.problems import Code, nearest, quote
from ilofeed.workers import ALONE, Workers

# names of other files in the folder where those of an entry are published
RESERVED = frozenset({"index.html", "event.ics", "embed.html", "oembed.json"})
_UNSAFE = re.compile(r"[^\w.-]+")
_MAX_STEM = 80  # characters

Files = Mapping[str, OfficeFile]  # below entries/, by path relative to the office's folder, in NFC


class LocalFiles:
    """The files of one entry. Each method returns a file to publish, or why it cannot be."""

    def __init__(self, entry_path: str, slug: str, files: Files) -> None:
        self._folder = posixpath.dirname(entry_path)
        self._target = f"entry/{slug}"
        self._files = files
        self._published: dict[str, PublishedFile] = {}  # by output path without case

    @property
    def published(self) -> tuple[PublishedFile, ...]:
        """The files of the entry, sorted by path."""
        return tuple(sorted(set(self._published.values()), key=lambda file: file.path))

    def attachment(
        self, name: str, given: str | None
    ) -> tuple[PublishedFile, str, int] | Unreadable:
        """Return a file to download, with its media type and its length in bytes; `given` is the
        media type that the entry states."""
        path, data = self._read(name, "file-not-found")
        if isinstance(data, Unreadable):
            return data
        if suffix_of(path) in PICTURE_SUFFIXES:
            picture, converted = self.picture(name), convert(data)  # to know its length
            if isinstance(picture, PublishedFile) and not isinstance(converted, str):
                return picture, str(picture.type), len(converted[0])
            failed = Unreadable("bad-file", f"{quote(path)} {converted}")
            return picture if isinstance(picture, Unreadable) else failed
        kind = given or media_type(path)
        if problem := refuse_download(path, data, kind):
            return Unreadable("bad-file", f"{quote(path)} {problem}")
        if kind is None:
            message = f"unknown media type of {quote(path)}; add a line such as type: text/plain"
            return Unreadable("missing-key", message)
        target = published_name(posixpath.basename(path))
        file = self._publish(
            PublishedFile(f"{self._target}/{target}", path, digest_of(data), len(data))
        )
        return file if isinstance(file, Unreadable) else (file, kind, len(data))

    def picture(self, name: str, stem: str | None = None) -> PublishedFile | Unreadable:
        """Return a picture, which is published under the name `stem`; by default under its own."""
        suffix = suffix_of(name)
        if suffix and suffix not in PICTURE_SUFFIXES:
            message = f"the name {quote(name)} does not end in .png, .jpg, .gif or .webp; "
            return Unreadable("bad-image", message + "save the picture as one of these")
        path, data = self._read(name, "image-not-found")
        if isinstance(data, Unreadable):
            return data
        info = check_picture(data)
        if isinstance(info, str):
            return Unreadable("bad-image", f"{quote(path)} {info}")
        known = next((f for f in self._published.values() if f.source == path and f.width), None)
        if known is not None:
            return known
        own, _ = posixpath.splitext(published_name(posixpath.basename(path)))
        target = f"{self._target}/{stem or own}.{info.suffix}"
        size = info.width, info.height, info.type, info.widths
        return self._publish(PublishedFile(target, path, digest_of(data), len(data), *size))

    def _publish(self, file: PublishedFile) -> PublishedFile | Unreadable:
        """Reserve the output paths of a file; refuse paths that another file has."""
        paths = _paths(file)
        for path in paths:
            other = self._published.get(path.casefold())
            name = posixpath.basename(path)
            if name.casefold() in RESERVED or (other is not None and other.source != file.source):
                message = f"{quote(file.source)} would be published as {quote(name)}, "
                message += f"like {quote(other.source)}" if other else "which is the name of a page"
                return Unreadable("named-twice", f"{message}; rename one of the files")
        self._published |= dict.fromkeys((path.casefold() for path in paths), file)
        return file

    def _read(self, name: str, missing: Code) -> tuple[str, bytes | Unreadable]:
        """Return the path of a file, and its bytes or why it cannot be read."""
        written = unicodedata.normalize("NFC", name)
        path = posixpath.normpath(posixpath.join(self._folder, written))
        file = self._files.get(path)
        if file is None:
            return path, self._not_found(path, missing)
        data = file.read()
        if isinstance(data, Unreadable):
            return path, Unreadable(data.code, f"{quote(path)}: {data.message}")
        if not data:
            return path, Unreadable("bad-file", f"{quote(path)} is empty; export it again")
        if len(data) > MAX_FILE_BYTES:
            message = f"{quote(path)} has 25 MiB or more; make it smaller, or link to it"
            return path, Unreadable("bad-file", message)
        return path, data

    def _not_found(self, path: str, code: Code) -> Unreadable:
        """Say where a file was looked for, and which one may be meant."""
        if path.startswith(("../", "/")) or not path.startswith("entries/"):
            message = f"{quote(path)} is not below entries/; put the file beside the entry"
            return Unreadable(code, message)
        if path.endswith(".md"):
            return Unreadable(
                code, f"{quote(path)} would be an entry; write the name of a document"
            )
        message = f"there is no file {quote(path)}; put it there"
        folder, base = posixpath.split(path)
        beside = {posixpath.basename(p): p for p in self._files if posixpath.dirname(p) == folder}
        elsewhere = {posixpath.basename(other): other for other in self._files}
        near = beside.get(nearest(base, beside) or "") or elsewhere.get(base)
        if near is not None:
            message += f", or write {quote(posixpath.relpath(near, self._folder))}"
        return Unreadable(code, message)


def published_name(name: str) -> str:
    """Return the name with which a file is published: no spaces, and no signs but `-`, `_`, `.`.

    Names are in Unicode form NFC; macOS writes NFD.
    """
    stem, dot, suffix = unicodedata.normalize("NFC", name).rpartition(".")
    stem = _UNSAFE.sub("-", stem)[:_MAX_STEM].strip("-.")
    return f"{stem or 'file'}{dot}{_UNSAFE.sub('', suffix).lower()}"


# --- as documents ---


def files_of(office: Office, entries: Iterable[Entry]) -> list[PublishedFile]:
    """Return all files that an office and its entries publish."""
    return [*office.brand.values(), *(file for entry in entries for file in entry.files)]


def unread_files(wanted: Iterable[PublishedFile]) -> list[Document]:
    """Return files as documents without their bytes, which suffice to find broken links."""
    return [Document(path, "file", b"") for file in wanted for path in _paths(file)]


def render_files(
    wanted: Sequence[PublishedFile],
    files: Mapping[str, OfficeFile],
    outputs: Mapping[bytes, Sequence[OutputFile]],
    workers: Workers = ALONE,
) -> list[AnyDocument]:
    """Return files as documents; those with a recipe in `outputs` are `UpToDate`.

    Raise `OSError` if a file has changed since it was checked.
    """
    recipes = {file: _recipe(file) for file in wanted}
    changed = [file for file in wanted if recipes[file] not in outputs]
    rendered = iter(workers.map(partial(_render, files), changed))
    documents: list[AnyDocument] = []
    for file in wanted:
        recipe = recipes[file]
        if recipe not in outputs:
            documents += next(rendered)
            continue
        again = partial(_render, files, file)
        documents += (
            UpToDate(output.path, output.kind, recipe, output.sha256, again)
            for output in outputs[recipe]
        )
    return documents


def _paths(file: PublishedFile) -> list[str]:
    return [file.path, *(version_path(file.path, width) for width in file.widths)]


def _recipe(file: PublishedFile) -> bytes:
    text = f"{file.path} {file.digest} {file.widths} {converter_version()}"
    return hashlib.blake2b(text.encode(), digest_size=SHORT).digest()


def _render(files: Mapping[str, OfficeFile], file: PublishedFile) -> list[Document]:
    """Return a file, or a picture with its smaller versions; only entries publish all of these."""
    data = files[file.source].read()
    if not isinstance(data, bytes) or digest_of(data) != file.digest:
        raise OSError(f"{file.source} has changed while it was published; build again")
    recipe = _recipe(file)
    if file.width is None:
        return [Document(file.path, "file", data, recipe=recipe)]
    is_icon = file.path == Icon.LARGE.path
    versions = convert_square(data, list(Icon)) if is_icon else convert(data)
    assert not isinstance(versions, str)
    paths = _paths(file)
    return [
        Document(path, "file", version, recipe=recipe)
        for path, version in zip(paths, versions[: len(paths)], strict=True)
    ]
