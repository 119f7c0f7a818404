"""Read a folder of Markdown posts of Hugo, Jekyll, Eleventy or Pelican as items.

Only files that these programs would publish as posts are read: no pages, no hidden folders, no
symbolic links. What a folder says about its posts (`cascade`, data files) counts as theirs.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ilofeed import dates
from ilofeed.bodies import render_body
from ilofeed.content import read
from ilofeed.foreign_dates import read_date
from ilofeed.problems import has_errors, plural, quote, visible
from ilofeed.sources import items, public
from ilofeed.sources.files.beside import find_beside
from ilofeed.sources.files.front_matter import read_front_matter, remove_templates, text_of
from ilofeed.sources.json_feed import as_list, as_mapping
from ilofeed.text import Source, decode, repair

MAX_FILES = 50_000  # of a folder, of any kind
_SUFFIXES = frozenset(".md .markdown .mkd .mkdn .mdown".split())
_JEKYLL = frozenset({"_posts", "_drafts"})
_NAME = re.compile(
    r"(?P<date>\d{4}-\d\d?-\d\d?)[-_](?P<slug>.+)|(?P<name>.*?)(?:\.(?P<language>[a-z]{2}))?\Z",
    re.DOTALL,
)
_HTML = re.compile(r"&(?:#\w{1,7}|[A-Za-z]\w{1,30});|</?[A-Za-z][^<>]{0,2000}>")
_MORE = re.compile(r"<!--\s{0,9}more\s{0,9}-->")
_NO_PATH = re.compile(r"[{}]|/:|\A(?:true|false)\Z")
# key of entries: keys of posts in the form of `public.fold`; but for lists the first is used
_KEYS = {
    "title": "title",
    "date": "publishdate pubdate date",
    "updated": "lastmod lastmodified lastmodifiedat modified updated",
    "summary": "summary description excerpt",
    "link": "link externalurl",
    "image": "image images cover featuredimage thumbnail",
    "authors": "authors author",
    "language": "language lang locale",
    "slug": "slug",
    "categories": "categories category tags tag topics",
    "countries": "countries country",
    "aliases": "url permalink aliases alias redirectfrom",
}
_LISTS = frozenset({"categories", "countries", "aliases"})
_ADVICE = {  # about files that are not read, by how their names end
    "_config.yml": "of its `defaults` only what hides posts is read; copy the others by hand",
    ".11tydata.js": "a program that gives values to posts; check that it hides none",
    ".rst": "convert posts in reStructuredText to Markdown, for instance with pandoc",
}
_HIDDEN = {"headless": "true", "eleventyexcludefromcollections": "true", "permalink": "false"}


@dataclass(frozen=True, slots=True)
class _Post:
    """A post: the path of its file, what its name says, its keys as written, and its body."""

    path: PurePosixPath
    name: Mapping[str, str]  # `date` and `slug`, or `name` and `language`
    written: Mapping[str, Any]
    body: str
    keys: Mapping[str, Any]  # in the form of `public.fold`
    used: Mapping[str, str]  # those that become keys of the entry, and which

    def values(self, target: str) -> list[Any]:
        """Return what becomes a key of the entry: one value, or several for a list."""
        return [self.keys[key] for key, name in self.used.items() if name == target]

    def text(self, target: str) -> str:
        """Return the text that becomes a key of the entry, or ""."""
        return next(map(text_of, self.values(target)), "")

    def texts(self, target: str) -> list[str]:
        """Return all texts that become a list in the entry."""
        parts = (part for value in self.values(target) for part in _list(value))
        return [text for text in map(text_of, parts) if text]


def read_posts(
    folder: Path, zone: dt.tzinfo, now: dt.datetime, *, drafts: bool = False
) -> items.ImportedFeed:
    """Return the posts in a folder as items, numbered in the order of their paths.

    `zone` applies to times without a zone, `now` decides what is in the future or has expired.
    Raise `SourceError` if the folder has too many files.
    """
    site, base = folder.resolve(), ""
    if (folder / "content").is_dir() and not (folder / "_posts").is_dir():
        folder, base = folder / "content", "content/"  # of Hugo, Pelican and Eleventy
    paths, others = _walk(folder)
    if not paths:
        raise items.SourceError("this is a folder without Markdown files; import a file in it")
    in_posts = {path for path in paths if _JEKYLL & {folder.name, *path.parent.parts}}
    bundles = {path.parent for path in paths if path.stem.partition(".")[0] == "index"}
    inherited = functools.cache(functools.partial(_inherited, folder))
    states, posts, size = [], dict[int, _Post](), 0
    failed = defaultdict[str, list[str]](list)
    for number, path in enumerate(paths, 1):
        is_draft = "_drafts" in {folder.name, *path.parts}
        is_page = _is_page(folder, path, bundles) or (in_posts and path not in in_posts)
        if is_page or (is_draft and not drafts):
            states.append((number, public.State(*("other", "page") if is_page else ("draft", ""))))
            continue
        try:
            posts[number] = post = _read(folder, path)
        except items.SourceError as error:
            failed[str(error)].append(quote(str(path), 100))
            continue
        if (size := size + len(post.body)) > items.MAX_BYTES:
            raise items.SourceError(f"its posts have more than {items.MAX_BYTES // 2**20} MiB")
        fields = [field for parent in path.parents for field in inherited(parent)]
        fields += [("draft", "true")] * is_draft + list(post.written.items())
        states.append((number, _state(post, fields, zone, now)))
    selection = public.select(states, drafts=drafts)
    notes = []
    for why, names in failed.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        notes.append(items.note(f"left out {', '.join(names[:5])}{more}: {why}"))
    for end in _ADVICE.keys() & others.keys():
        text = f"not read: {plural(others.pop(end), f'{end} file')}: {_ADVICE[end]}"
        notes.append(items.note(text))
    if others:
        kinds = items.listed([plural(count, name) for name, count in sorted(others.items())], 20)
        text = f"not read: {kinds}: only posts in Markdown are, and files that they show"
        notes.append(items.note(text))
    usage = Counter[tuple[str, str]]()
    taken = [
        dataclasses.replace(
            _item(number, posts[number], usage, notes),
            find_file=functools.partial(find_beside, site, base + str(posts[number].path.parent)),
        )
        for number in selection.taken
    ]
    left_out = sum(map(len, failed.values()))
    return selection.feed(taken, notes, left_out, table=_table(usage), folder=site)


def _walk(folder: Path) -> tuple[list[PurePosixPath], Counter[str]]:
    """Return the sorted paths of Markdown files, and the number of other files by kind."""
    paths, others, waiting = [], Counter[str](), [PurePosixPath()]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(folder / parent) as scan:
                inner = list(itertools.islice(scan, MAX_FILES + 1))
        except OSError:
            others["unreadable folder"] += 1
            continue
        for item in inner:
            path, is_folder = parent / item.name, item.is_dir(follow_symlinks=False)
            is_hidden = item.name[0] in "._" and item.name not in _JEKYLL
            if item.is_symlink():
                others["symbolic link"] += 1
            elif is_folder and not is_hidden and item.name not in {"node_modules", "vendor"}:
                waiting.append(path)
            elif item.is_file() and path.suffix.lower() in _SUFFIXES and item.name[0] != ".":
                paths.append(path)
            else:
                end = next(filter(item.name.endswith, _ADVICE), "")
                kind = "hidden folder" if is_folder else end or f"{path.suffix} file".strip()
                others[kind] += 1
        if len(paths) + len(waiting) + others.total() > MAX_FILES:
            raise items.SourceError(f"it has more than {MAX_FILES} files; import its parts")
    return sorted(paths), others


def _is_page(folder: Path, path: PurePosixPath, bundles: set[PurePosixPath]) -> bool:
    """Return whether a file is not a post by its place.

    Jekyll publishes only dated files of `_posts`, Hugo no other file beside or below `index.md`.
    """
    name = path.stem.partition(".")[0]
    if name == "_index" or path.parts[0] == "pages" or (name == "index" and len(path.parts) == 1):
        return True
    if "_posts" in {folder.name, *path.parts}:
        return not re.match("[0-9]{4}-", path.name)
    around = path.parents if name != "index" else path.parent.parents
    return any(parent in bundles for parent in around if parent.name)


def _read(folder: Path, path: PurePosixPath) -> _Post:
    try:
        data = read.read_limited(folder / path, read.MAX_TEXT_BYTES)
    except OSError as error:
        raise items.SourceError(f"it cannot be read ({error.strerror})") from error
    if data is None:
        raise items.SourceError("it is larger than 1 MiB")
    for problem in decode(str(path), data)[1]:
        if problem.code == "not-utf-8":
            raise items.SourceError(problem.message)
    text = repair(data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    if path.suffix in {".json", ".yml"}:
        text = f"---{path.suffix[1:].removeprefix('yml')}\n{text}\n---\n"
    written, body = read_front_matter(text)
    stem = path.stem
    if stem.partition(".")[0] == "index":
        stem = path.parent.name + stem.removeprefix("index")
    match = _NAME.match(stem)
    assert match is not None  # it matches any text
    name = match.groupdict("")
    keys = {public.fold(key): value for key, value in written.items()}
    if re.match(r"\d{4}-", text_of(keys.get("published"))):
        keys.setdefault("publishdate", keys["published"])
    for key in {"categories", "tags"} & keys.keys():
        if name["date"] and not re.search("[,;]", text_of(keys[key])):  # Jekyll divides at spaces
            keys[key] = text_of(keys[key]).split() or keys[key]
    used: dict[str, str] = {}
    for target, names in _KEYS.items():
        present = [name for name in names.split() if keys.get(name)]
        used |= dict.fromkeys(present if target in _LISTS else present[:1], target)
    return _Post(path, name, written, body, keys, used)


def _inherited(folder: Path, parent: PurePosixPath) -> list[tuple[str, Any]]:
    """Return what a folder says about the posts in it, with what is within its values."""
    name, fields, waiting = parent.name or folder.name, list[tuple[str, Any]](), list[Any]()
    waiting += _defaults(folder, parent)
    for path in ("_index.md", f"{name}.json", f"{name}.11tydata.json"):
        with contextlib.suppress(items.SourceError):
            keys = _read(folder, parent / path).keys
            waiting.append(keys if path != "_index.md" else keys.get("cascade"))
    for value in waiting:  # grows
        fields += value.items() if isinstance(value, dict) else ()
        waiting += value.values() if isinstance(value, dict) else ()
        waiting += value if isinstance(value, list) else ()
    return fields


def _defaults(folder: Path, parent: PurePosixPath) -> Iterator[Any]:
    """Yield the values that `_config.yml` of Jekyll gives to posts in a folder, or may give."""
    if folder.name in _JEKYLL:
        folder, parent = folder.parent, folder.name / parent
    try:
        defaults = as_list(_read(folder, PurePosixPath("_config.yml")).keys.get("defaults"))
    except items.SourceError:
        return
    for default in map(as_mapping, defaults):
        scope = as_mapping(default.get("scope"))
        path, kind = (text_of(scope.get(key)).strip("/") for key in ("path", "type"))
        is_above = parent.is_relative_to(path) or "*" in path or PurePosixPath(path).suffix
        if is_above and kind in {"", "posts", "drafts"}:
            yield default.get("values")


def _state(
    post: _Post, fields: Iterable[tuple[str, Any]], zone: dt.tzinfo, now: dt.datetime
) -> public.State:
    """Return the strictest of what the folders of a post and its keys say."""
    states = [public.State()]
    if not post.values("date") and not post.name["date"]:
        states.append(public.State("other", "post without a date"))
    for written, value in fields:
        key, text = public.fold(written), text_of(value)
        shown = value if key == "build" and isinstance(value, dict) else {}
        if key in public.NAMES and (key, text) not in public.NO_PASSWORD:
            states.append(public.state_of([(key, text or (str(value) if value else ""))]))
        elif key == "layout":
            states.append(public.state_of([("type", text)]))
        elif _HIDDEN.get(key) == text or {"never", "false", "link"} & {
            text_of(shown.get(name)) for name in ("list", "render")
        }:
            states.append(public.State("private"))
    given = [text_of(post.keys.get(key)) for key in _KEYS["date"].split()]
    moments = [_moment(text, zone) for text in [*given, "" if any(given) else post.name["date"]]]
    expires = _moment(text_of(post.keys.get("expirydate")), zone)
    states += [public.State("expired")] * (expires is not None and expires < now)
    is_future = any(moment is not None and moment > now for moment in moments)
    states += [public.State("scheduled")] * is_future
    return public.strictest(states)


def _moment(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the instant of a date as an import will read it; None if it cannot be read."""
    moment, _ = read_date(text, zone)
    return None if moment is None else dates.instant(moment, zone, dt.time())


def _item(
    number: int, post: _Post, usage: Counter[tuple[str, str]], notes: list[items.Note]
) -> items.Item:
    """Return the item of a post; count in `usage` what its keys become."""
    name = post.name
    body, removed = remove_templates(post.body)
    if removed:
        tags = [f"{quote(tag, 80)} ({count})" for tag, count in removed.most_common()]
        text = f"templates are removed from the body: {items.listed(tags, 20)}"
        notes.append(items.Note(number, post.text("title"), text))
    mark = text_of(post.keys.get("excerptseparator"))
    head, *rest = body.split(mark, 1) if mark and mark in body else _MORE.split(body)
    html, problems = render_body(Source("", head), 0, "") if rest else ("", ())
    excerpt = items.Text("" if has_errors(problems) else html, "html")
    for key in (key for key, value in post.written.items() if value not in ("", None, [])):
        is_about_state = public.is_name(key) or public.fold(key) == "expirydate"
        usage[key, post.used.get(public.fold(key), "draft" if is_about_state else "")] += 1
    return items.Item(
        number,
        slug=post.text("slug") or name["slug"] or name["name"],
        title=_line(post.text("title") or name["slug"].replace("-", " ").capitalize()),
        link=post.text("link"),
        date=post.text("date") or name["date"],
        updated=post.text("updated"),
        summary=_line(post.text("summary")) or excerpt,
        content=items.Text("".join([head, *rest]), "markdown"),
        tags=tuple(_tags(post)),
        authors=tuple(_authors(post)),
        picture=_picture(next(iter(post.values("image")), "")),
        language=post.text("language") or name["language"],
        aliases=tuple(path for path in post.texts("aliases") if not _NO_PATH.search(path)),
    )


def _line(text: str) -> items.Text:
    """Return a title or a summary, which these programs put into pages as it is, often as HTML."""
    return items.Text(text, "html" if _HTML.search(text) else "plain")


def _list(value: Any) -> list[Any]:
    """Return a list as it is, a text divided at commas and semicolons, a mapping alone."""
    if isinstance(value, list | dict):
        return value if isinstance(value, list) else [value]
    return [part.strip() for part in re.split("[,;]", text_of(value))]


def _tags(post: _Post) -> Iterator[items.Tag]:
    """Yield topics and countries; for Jekyll the folders around `_posts` are topics too."""
    parts = post.path.parts
    folders = parts[: parts.index("_posts")] if "_posts" in parts else ()
    for name in (*folders, *post.texts("categories")):
        if name.casefold() not in {"post", "posts"}:  # by which Eleventy collects posts
            yield items.Tag(name)
    for name in post.texts("countries"):
        yield items.Tag(name, dimension="countries")


def _authors(post: _Post) -> Iterator[items.Author]:
    for person in itertools.chain(*map(_list, post.values("authors"))):
        values = person if isinstance(person, dict) else {"name": person}
        name, mail, url = (text_of(values.get(part)) for part in ("name", "email", "url"))
        if name or mail:
            yield items.Author(name or mail, mail, url)


def _picture(value: Any) -> items.Picture:
    """Return a picture: an address or a mapping, or the first in a list."""
    first = next(iter(value), None) if isinstance(value, list) else value
    values = first if isinstance(first, dict) else {"url": first}
    urls = (text_of(values.get(name)) for name in ("url", "src", "image", "path", "file"))
    return items.Picture(next(filter(None, urls), ""), text_of(values.get("alt")))


def _table(usage: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """Return the lines of a table: each key, what it becomes, and how many files have it."""
    rows = sorted(usage.items(), key=lambda row: (row[0][1] == "", row[0][1], -row[1], row[0][0]))
    head = [f"{'key of posts':<28} becomes             files"] * bool(rows)
    for (key, target), count in rows[:100]:
        head.append(f"{visible(key, 28):<28} {target or '(not kept)':<18} {count:>6}")
    return (*head, *[f"and {len(rows) - 100} other keys (not kept)"] * (len(rows) > 100))
