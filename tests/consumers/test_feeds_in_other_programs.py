"""Feeds in other programs: what each reader finds is what the entries say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from entries_said import FIELDS, feed_files, text_of
from feed_limits import ABSENT, LIMITS, NO_JSON
from feed_readers import PYTHON, read_feeds

from effort import LONG
from serving import needs, needs_checkers

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from entries_said import FeedFile, Item

pytestmark = pytest.mark.slow

JAVASCRIPT = ("feedsmith", "rss-parser", "feedparser-js", "feed-extractor", "feed-parser")
READERS = [
    *(pytest.param(reader) for reader in (*PYTHON, "reader")),
    *(pytest.param(reader, marks=[needs("node"), needs_checkers()]) for reader in JAVASCRIPT),
    *(pytest.param(reader, marks=needs(reader)) for reader in ("sfeed", "newsboat")),
]
if LONG:  # the rest is read at night
    READERS += [
        pytest.param("rss2email", marks=needs("r2e")),
        pytest.param("ruby-rss", marks=needs("ruby")),
        pytest.param("XML::Feed", marks=needs("perl")),
        pytest.param("gofeed", marks=needs("go")),
        pytest.param("ROME", marks=needs("javac")),
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, FeedFile]:
    """The feeds of all offices as files."""
    folder = tmp_path_factory.mktemp("feeds")
    files = {folder / file.name: file for file in feed_files()}
    for path, file in files.items():
        path.write_bytes(file.data)
    return files


def test_the_offices_have_what_is_hard(published: dict[Path, FeedFile]) -> None:
    items = [item for file in published.values() for item in file.items]
    for field in FIELDS:
        assert len({str(item[field]) for item in items}) > 5, field
    assert any(item["updated"] > item["published"] for item in items)
    assert any("]]>" in item["title"] and "]]>" in item["content"] for item in items)
    assert max(len(item["enclosures"]) for item in items) > 2
    assert any(b"deleted-entry" in file.data for file in published.values())


# atoma asks for the truth of elements, which Python 3.12 and later warn of
@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_finds_what_the_entries_say(
    reader: str, published: dict[Path, FeedFile], tmp_path: Path
) -> None:
    """Only the differences of `LIMITS` are left, and each of these is there."""
    wrong: list[Any] = []
    needed = set()
    for group, files in _groups(reader, published).items():
        (tmp_path / group).mkdir()
        seen = read_feeds(reader, list(files), tmp_path / group)
        for path, file in files.items():
            items = {item["id"]: item for item in seen[path.name]}
            assert items.keys() == {item["id"] for item in file.items}, path.name
            assert len(seen[path.name]) == len(file.items), path.name
            for said in file.items:
                for field in FIELDS:
                    limit = LIMITS.get((reader, file.form, field))
                    expected = limit.shows(said) if limit is not None else said[field]
                    value = _shown(items[said["id"]], field)
                    if value != expected:
                        wrong.append((path.name, said["id"], field, expected, value))
                    if value != said[field]:
                        needed.add((reader, file.form, field))
    assert wrong[:5] == []
    assert {key for key in LIMITS if key[0] == reader} == needed, "limits that do not hold any more"


def _groups(reader: str, published: dict[Path, FeedFile]) -> dict[str, dict[Path, FeedFile]]:
    """The files that a reader knows, read together.

    newsboat keeps an entry once, whichever document has it: it reads one format after the other,
    and one feed of each office.
    """
    groups: dict[str, dict[Path, FeedFile]] = {}
    for path, file in published.items():
        if file.form == "json" and reader in NO_JSON:
            continue
        if reader != "newsboat" or "-everything" in path.name:
            groups.setdefault(file.form if reader == "newsboat" else "all", {})[path] = file
    return groups


def _shown(item: Item, field: str) -> Any:
    value = item.get(field, ABSENT)
    return text_of(value) if field == "content" and value else value


@pytest.mark.parametrize("reader", [one for one in READERS if one.values[0] in NO_JSON])
def test_a_reader_that_does_not_know_json_feed_finds_nothing(
    reader: str, published: dict[Path, FeedFile], tmp_path: Path
) -> None:
    path = next(path for path, file in published.items() if file.form == "json")
    try:
        seen = read_feeds(reader, [path], tmp_path)
    except (AssertionError, FileNotFoundError):  # a program that fails, or writes no mail
        return
    assert not any(seen.values())
