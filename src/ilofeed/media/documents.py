"""Make the published files of an office: converted pictures, and copies of other files."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from ilofeed.ids import SHORT
from ilofeed.media.brand import Icon
from ilofeed.media.local_files import version_path
from ilofeed.media.pictures import convert, convert_square, converter_version
from ilofeed.media.sources import OfficeFile, digest_of
from ilofeed.model import AnyDocument, Document, Entry, Office, OutputFile, PublishedFile, UpToDate
from ilofeed.workers import ALONE, Workers


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
