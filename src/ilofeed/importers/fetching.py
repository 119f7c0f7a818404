"""Put the pictures and documents of imported entries beside them.

They are fetched from public hosts or, from a folder of posts, copied. Each file is checked as
`ilofeed check` does it; one that cannot be kept is named, and its address stays. At any moment a
file or an entry is whole or not there.
"""

import contextlib
import dataclasses
import datetime as dt
import os
import posixpath
import shutil
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ilofeed import files
from ilofeed.content import check_entry
from ilofeed.http import FetchError, TooLargeError, fetch, is_address
from ilofeed.importers.addresses import EntryParts, Use, read_parts, suffix_of, text_of
from ilofeed.importers.convert import EntryFile
from ilofeed.importers.fields import MAX_LISTED
from ilofeed.importers.former import OldSite
from ilofeed.importers.plan import ImportRequest
from ilofeed.media import (
    MAX_FILE_BYTES,
    PICTURE_SUFFIXES,
    LocalFiles,
    OfficeFile,
    Unreadable,
    is_inside_office,
    media_type,
    published_name,
)
from ilofeed.model import Entry, Office, PublishedFile
from ilofeed.problems import attempting, plural, quote
from ilofeed.sources import FOLDER, ImportedFeed, Note, file_in_folder, note
from ilofeed.text import is_windows_name
from ilofeed.urls import AddressError, to_url

WORK = "entries/.import"  # a folder that other commands do not see
SECONDS, SECONDS_OF_ALL = 60.0, 3600.0  # until one file, and all files, must have arrived
AT_ONCE = 4  # requests
MAX_FAILURES = 3  # of connections to a host; then it is not tried again
MAX_STEM = 120  # bytes of a name without its suffix
MAX_SAME = 1000  # files of an entry with one name


@dataclass(slots=True)
class _EntryFiles:
    """The files of an entry while they get names."""

    folder: str  # of the entry, with a slash
    slug: str
    checked: LocalFiles
    by_path: dict[str, OfficeFile]  # those checked
    types: dict[str, str]  # of attachments, by address
    attachments: int
    taken: set[str] = field(default_factory=set)  # paths without case
    names: dict[str, str] = field(default_factory=dict)  # by address
    uses: dict[tuple[str, Use], str] = field(default_factory=dict)  # paths from the entry's folder
    links: dict[str, str] = field(default_factory=dict)  # published addresses of linked files


class MediaFiles:
    """Keeps the files of one import; each address is fetched once, into the folder `WORK`.

    The files of a folder of posts are copied; those at addresses are fetched on request.
    """

    def __init__(
        self,
        root: Path,
        office: Office,
        now: dt.datetime,
        request: ImportRequest,
        feed: ImportedFeed,
    ) -> None:
        self._root, self._office, self._now = root, office, now
        self._folder, self._fetches = feed.folder, request.media
        self._may_have_files = request.media or feed.folder is not None
        self._site = OldSite.of(feed.items)  # which has the documents that bodies link to
        # a source that was given by the number of its address may be in a private network;
        # a name may mean another address at the next look-up
        address = to_url(request.source, local=True) if is_address(request.source) else ""
        parts = urllib.parse.urlsplit(address)
        self._trusted = parts.netloc if (parts.hostname or "").rpartition(".")[2].isdigit() else ""
        self._got: dict[str, Path | str] = {}  # by address: the file, or why there is none
        self._failures = Counter[str]()  # by host
        self._end = time.monotonic() + SECONDS_OF_ALL
        self._kept = 0  # files that are beside entries now

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Have the folder `WORK`, if there can be files, until the end."""
        with contextlib.ExitStack() as stack:
            if self._may_have_files:
                (self._root / WORK).parent.mkdir(exist_ok=True)
                stack.enter_context(files.work_folder(self._root / WORK))
            yield

    def forecast(self, planned: Iterable[EntryFile]) -> list[Note]:
        """Return a note on how many files would be fetched or copied."""
        planned = planned if self._may_have_files else ()
        urls = {url for file in planned for url, _ in self._wanted(self._parts(file))}
        text = f"{plural(len(urls), 'file')} would be put beside entries, if they can be used"
        return [note(text)] * bool(urls)

    def summary(self, already: int) -> list[Note]:
        """Return a note on how many files there are; `already` entries were there before."""
        texts = [f"{plural(self._kept, 'file')} put beside entries"] * bool(self._kept)
        if already and self._fetches:
            entries = plural(already, "entry is", "entries are")
            texts.append(f"files are fetched for new entries alone; {entries} already present")
        return list(map(note, texts))

    def _parts(self, file: EntryFile) -> EntryParts:
        return read_parts(file.path, file.data, self._office, self._now)

    def _wanted(self, parts: EntryParts) -> list[tuple[str, Use]]:
        wanted = dict.fromkeys(parts.files(self._is_own))
        is_taken = {True: self._folder is not None, False: self._fetches}
        return [(url, use) for url, use in wanted if is_taken[url.startswith(FOLDER)]]

    def _is_own(self, url: str) -> bool:
        """Return whether a link in a body leads to a file of the old site."""
        return url.startswith(FOLDER) or self._site.has(url)

    def keep(self, file: EntryFile) -> tuple[EntryFile | None, list[Note]]:
        """Put the files of an entry into the folder of its name, and return the entry that names
        them, with notes on those that stay where they are; None if it must not be written."""
        if not self._may_have_files:
            return file, []
        parts = self._parts(file)
        wanted = self._wanted(parts)
        if not wanted:
            return file, []
        self._get(list(dict.fromkeys(url for url, _ in wanted)))
        by_path: dict[str, OfficeFile] = {}
        attachments = parts.keys.get("attachments", ())
        own = _EntryFiles(
            file.path.removesuffix(f"{file.entry.slug}.md"),
            file.entry.slug,
            LocalFiles(file.path, file.entry.slug, by_path),
            by_path,
            {item["url"]: item["type"] for item in attachments if "type" in item},
            len(attachments),
        )
        reasons = {url: why for url, use in wanted if (why := self._name(url, use, own))}
        texts = []
        if own.names:
            data = parts.with_names(own.uses, own.links)
            parsed = check_entry(file.path, data, self._office, by_path, self._now)
            if parsed.entry and text_of(parsed.entry.html) == text_of(file.entry.html):
                self._place(parsed.entry, own)
                file = dataclasses.replace(file, data=data, entry=parsed.entry)
            else:
                errors = (p.message for p in parsed.problems if p.severity == "error")
                why = next(errors, "its text would change")
                texts.append(f"all of its files keep their addresses: {why}")
        left = [url for url, _ in wanted if url.encode() in file.data]
        texts += [
            f"the file {quote(url, 200)} keeps its address: {reasons[url]}"
            for url in dict.fromkeys(left)
            if url in reasons
        ]
        is_lost = any(url.startswith(FOLDER) for url in left)  # which leads nowhere
        if is_lost:
            texts = [f"left out: {texts[-1] if texts else 'its files cannot be named'}"]
        notes = [Note(file.number, file.entry.title, text) for text in texts]
        return None if is_lost else file, notes

    def _get(self, urls: list[str]) -> None:
        """Find the files of a folder; fetch others that were not fetched before, a few at once."""
        for url in (url for url in urls if url.startswith(FOLDER)):
            file = file_in_folder(self._folder, url)
            self._got[url] = file or "it is not in the folder any more"
        new = [url for url in urls if url not in self._got]
        paths = [self._root / WORK / str(len(self._got) + number) for number in range(len(new))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self._got |= dict(zip(new, pool.map(self._fetch, new, paths), strict=True))

    def _fetch(self, url: str, path: Path) -> Path | str:
        """Return the path of a file after it was fetched, or why it cannot be."""
        host = urllib.parse.urlsplit(url).netloc
        seconds = min(SECONDS, self._end - time.monotonic())
        if seconds <= 0:
            return f"all files together take longer than {SECONDS_OF_ALL / 60:.0f} minutes"
        if self._failures[host] >= MAX_FAILURES:
            return f"the host {quote(host)} cannot be reached"
        try:
            response = fetch(url, MAX_FILE_BYTES, seconds, self._trusted)
        except TooLargeError:
            return "it has 25 MiB or more"
        except (FetchError, AddressError) as error:
            status = error.status if isinstance(error, FetchError) else None
            self._failures[host] += status is None
            if status is not None and status >= 400:
                return f"the server answers {status}"
            return str(error).removeprefix(f"{url} ")
        files.create(str(path), response.data)
        return path

    def _name(self, url: str, use: Use, own: _EntryFiles) -> str:
        """Give a file a name in the entry's folder; return why it cannot have one, or ""."""
        source, known = self._got[url], own.names.get(url)
        if isinstance(source, str):
            return source
        if use == "link" and own.attachments >= MAX_LISTED:
            return f"the entry has {MAX_LISTED} attachments"
        for name in [known] if known else self._names(url, use, source):
            path = f"{own.folder}{own.slug}/{name}"
            if not known and not self._is_free(path, source, own):
                continue
            own.by_path[path] = OfficeFile(self._root, path, str(source))
            result = _check(f"{own.slug}/{name}", use, own, own.types.get(url))
            if not isinstance(result, Unreadable):
                own.names[url] = name
                own.uses[url, use] = f"{own.slug}/{name}"
                own.taken.add(path.casefold())
                if use == "link":
                    own.links[url] = self._office.address(result.path)
                    own.attachments += 1
                return ""
            if not known:
                del own.by_path[path]
            if known or result.code != "named-twice":
                return result.message.removeprefix(f"{quote(path)} ").partition("; ")[0]
        return "too many files have its name"

    def _names(self, url: str, use: Use, source: Path) -> Iterator[str]:
        """Yield names for a file that every file system can have, made from its address."""
        name = posixpath.basename(urllib.parse.urlsplit(url).path)
        name = urllib.parse.unquote(name)
        stem, suffix = posixpath.splitext(published_name(name if "." in name else f"{name}."))
        if use in {"image", "picture"} and suffix not in PICTURE_SUFFIXES:
            files_of_one = {"entries/x": OfficeFile(self._root, "entries/x", str(source))}
            picture = LocalFiles("entries/x.md", "x", files_of_one).picture("x")
            suffix = "" if isinstance(picture, Unreadable) else suffix_of(picture.path)
        stem = stem.encode()[:MAX_STEM].decode("utf-8", "ignore").rstrip("-.") or "file"
        stem = f"file-{stem}" if is_windows_name(stem + suffix) else stem
        return (
            f"{stem}{more}{suffix}" for more in ("", *(f"-{at}" for at in range(2, MAX_SAME + 1)))
        )

    def _is_free(self, path: str, source: Path, own: _EntryFiles) -> bool:
        """Return whether a path is not taken by another file, also where case does not matter."""
        if path.casefold() in own.taken:
            return False
        target = self._root / path  # an import that was stopped may have left the file
        return not os.path.lexists(target) or files.is_same(str(target), source.read_bytes())

    def _place(self, entry: Entry, own: _EntryFiles) -> None:
        """Move the files that an entry uses to their places; copy those of a folder."""
        for file in entry.files:
            source, target = Path(own.by_path[file.source].path), self._root / file.source
            if os.path.lexists(target):
                continue
            if not is_inside_office(self._root, target):
                raise OSError(f"{target} leads out of {self._root}; replace the link")
            if source.parent != self._root / WORK:
                with attempting(f"copy {source}"):
                    source = shutil.copyfile(source, self._root / WORK / "copy")
            files.move(str(source), str(target))
            url = next(url for url, name in own.names.items() if target.name == name)
            self._got[url] = target
            self._kept += 1


def _check(name: str, use: Use, own: _EntryFiles, kind: str | None) -> PublishedFile | Unreadable:
    """Return the published form of a file, or why it cannot be published."""
    if use == "image":
        return own.checked.picture(name, "image")
    if use == "picture":
        return own.checked.picture(name)
    if media_type(name) is None or name.endswith(".md"):  # which would be an entry
        return Unreadable("bad-file", "its name does not show the type of a document")
    result = own.checked.attachment(name, kind)
    return result if isinstance(result, Unreadable) else result[0]
