"""Publishing: only what changed, each file at once, nothing of others touched."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import files as files_module
from ilofeed.build import BuildContext, finish, prepare, render_site
from ilofeed.feeds.ledger import ManifestError, parse_manifest
from ilofeed.feeds.selection import select
from ilofeed.files import PublishError
from ilofeed.guard.manifest import make_ledger
from ilofeed.model import ORDER, Document
from ilofeed.pages.render import render
from ilofeed.publish.last_build import Previous
from ilofeed.publish.output import locked, publish, read_manifest
from offices import NOW, OFFICE, entry, site, write_office

if TYPE_CHECKING:
    from ilofeed.feeds.ledger import Ledger
    from ilofeed.publish.output import PublishResult


def build(folder: Path, output: Path) -> PublishResult:
    draft = prepare(folder, NOW)
    assert draft.problems == ()
    assert draft.faults == ()
    with locked(output):
        return finish(draft, output, BuildContext(before=Previous(owned=read_manifest(output))))


def files(output: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }


def test_a_build_writes_everything_and_the_next_one_touches_nothing(tmp_path: Path) -> None:
    office, output = write_office(tmp_path / "office", wages=entry()), tmp_path / "public"
    first = build(office, output)
    assert set(first.written) == set(files(output))
    before = {path: path.stat() for path in output.rglob("*")}
    second = build(office, output)
    assert (second.written, second.deleted) == ((), ())
    assert len(second.unchanged) == len(first.written)
    for path, was in before.items():
        now = path.stat()
        assert (now.st_mtime_ns, now.st_ino) == (was.st_mtime_ns, was.st_ino)


def test_an_edit_touches_only_what_shows_it(tmp_path: Path) -> None:
    office, output = (
        write_office(
            tmp_path / "o", wages=entry(), jobs=entry(categories="[employment]", countries="[CN]")
        ),
        tmp_path / "public",
    )
    build(office, output)
    (office / "entries" / "jobs.md").write_bytes(
        entry(categories="[employment]", countries="[CN]", summary="More jobs.")
    )
    changes = build(office, output)
    assert "country/cn/atom.xml" in changes.written
    assert "entry/jobs/index.html" in changes.written
    assert "country/mn/atom.xml" not in changes.written
    assert "entry/wages/index.html" not in changes.written
    assert changes.deleted == ()


def test_a_warm_build_equals_a_fresh_one(tmp_path: Path) -> None:
    office, output = write_office(tmp_path / "o", wages=entry(), jobs=entry()), tmp_path / "public"
    build(office, output)
    (office / "entries" / "jobs.md").unlink()
    (office / "entries" / "pay.md").write_bytes(entry(countries="[CN]", date="2014-01-01"))
    changes = build(office, output)
    assert "entry/jobs/index.html" in changes.deleted
    build(office, tmp_path / "fresh")
    assert files(output) == files(tmp_path / "fresh")


def test_files_of_others_are_kept(tmp_path: Path) -> None:
    office, output = write_office(tmp_path / "o", wages=entry(), jobs=entry()), tmp_path / "public"
    build(office, output)
    (output / "CNAME").write_text("feeds.example.org")
    (output / "entry" / "jobs" / "photo.png").write_text("x")
    (office / "entries" / "jobs.md").unlink()
    build(office, output)
    assert (output / "CNAME").read_text() == "feeds.example.org"
    assert (output / "entry" / "jobs" / "photo.png").exists()
    assert not (output / "entry" / "jobs" / "index.html").exists()


def test_a_manifest_cannot_have_anything_outside_deleted(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("x")
    for path in ("../victim", str(victim), "a/../../victim", "", ".", "a//b", "..\\victim"):
        ledger = {"version": 1, "entries": [], "documents": [], "files": [path]}
        manifest = parse_manifest(json.dumps(ledger).encode())
        assert manifest.files == frozenset()
    assert victim.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"version": 1}',
        b'{"version": "x"}',
        b"\xff\xfe",
        b'{"version": 99}',
    ],
)
def test_a_manifest_that_is_damaged_or_newer_is_said_so(data: bytes) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(data)


def test_the_manifest_is_the_ledger_of_what_subscribers_saw() -> None:
    made = site(wages=entry(link="https://example.org/n"), gone=entry(withdrawn="2015-06-01"))
    seen = select(made, NOW)
    documents = render(seen)
    ledger = json.loads(render_site(seen)[-1].data)
    assert [item["id"].rpartition(":")[2] for item in ledger["entries"]] == ["gone", "wages"]
    wages = ledger["entries"][1]
    assert wages["url"] == "https://example.org/feeds/entry/wages/"
    assert wages["published"] == "2015-05-19T09:00:00+09:00"
    assert (wages["title"], wages["withdrawn"]) == ("Wages rise", None)
    assert wages["file"] == "entries/wages.md"
    assert (ledger["version"], ledger["site"]) == (4, "https://example.org/feeds/")
    assert ledger["countries"]["MN"] == "Mongolia"
    listed = {item["path"]: item["sha256"] for item in ledger["documents"]}
    for document in documents:
        if document.kind in {"feed", "calendar"}:
            assert listed.pop(document.path) == hashlib.sha256(document.data).hexdigest()
    assert listed == {}


def test_the_digest_follows_what_subscribers_see_and_survives_a_move() -> None:
    def digest(office: bytes = OFFICE, **changes: Any) -> str:
        made = site(office=office, wages=entry(**changes))
        (record,) = make_ledger(select(made, NOW), ()).entries.values()
        return str(record.digest)

    assert digest() == digest(office=OFFICE.replace(b"https://example.org", b"https://example.net"))
    changes: list[dict[str, Any]] = [
        {"title": "x"},
        {"summary": "x"},
        {"link": "https://a.org"},
        {"body": "x"},
        {"categories": "[employment]"},
        {"event": "{start: 2015-06-01}"},
        {"authors": "[Somebody]"},
    ]
    for change in changes:
        assert digest(**change) != digest()
    unseen: list[dict[str, Any]] = [
        {"date": "2015-05-20"},
        {"updated": "2015-05-21"},
        {"id": "pay"},
    ]
    for same in unseen:
        assert digest(**same) == digest()
    renamed = OFFICE.replace(b"label: Wages", b"label: Pay").replace(
        b"  title:", b"  author: {name: X}\n  title:"
    )
    assert digest(office=renamed) == digest()


def test_the_order_never_leaves_a_feed_that_names_a_missing_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = site(wages=entry(), jobs=entry())
    documents = (*render(select(made, NOW)), Document("manifest.json", "manifest", b"{}"))
    seen: list[str] = []
    real = files_module.move

    def move(draft: str, path: str) -> None:
        seen.append(str(Path(path).relative_to(tmp_path / "public")))
        real(draft, path)

    monkeypatch.setattr(files_module, "move", move)
    publish(documents[::-1], tmp_path / "public", None)
    kinds = {document.path: document.kind for document in documents}
    places = [ORDER.index(kinds[path]) for path in seen if path in kinds]  # or a new folder
    assert places == sorted(places)
    assert seen[-1] == "manifest.json"


@pytest.fixture
def moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What a reader sees of the folder `all` after each step of publishing."""
    seen: list[list[str]] = []
    real = os.replace

    def look(draft: str, target: str) -> None:
        real(draft, target)
        now = sorted(path for path in files(tmp_path / "public") if path.startswith("all/"))
        seen.extend([now] * (not seen or seen[-1] != now))

    monkeypatch.setattr(os, "replace", look)
    return seen


def archived(*numbers: int) -> tuple[list[Document], Ledger]:
    """A feed with its archives, and a ledger that knows them."""
    model = select(site(wages=entry()), NOW).feeds[0]
    documents = [
        Document(f"all/archive/{number}/{name}", "archive", b"x", model)
        for number in numbers
        for name in ("atom.xml", "rss.xml")
    ]
    documents.append(Document("all/atom.xml", "feed", repr(numbers).encode(), model))
    documents.append(Document("all/index.html", "feed-page", b"page", model))
    paths = frozenset(document.path for document in documents)
    empty = parse_manifest(b'{"version": 2, "entries": [], "documents": [], "files": []}')
    return documents, dataclasses.replace(empty, files=paths)


def paths(documents: list[Document]) -> list[str]:
    return sorted(document.path for document in documents)


def test_a_feed_and_its_archives_appear_and_go_at_once(
    tmp_path: Path, moments: list[list[str]]
) -> None:
    """They name each other: no order of two files would do."""
    documents, ledger = archived(1, 2)
    publish(documents, tmp_path / "public", None)
    assert moments == [[], paths(documents)]
    publish([], tmp_path / "public", ledger)
    assert moments == [[], paths(documents), []]
    assert list((tmp_path / "public").iterdir()) == []


def test_the_first_archives_of_a_feed_appear_at_once_and_before_it(
    tmp_path: Path, moments: list[list[str]]
) -> None:
    without, _ = archived()
    publish(without, tmp_path / "public", None)
    moments.clear()
    documents, _ = archived(1, 2)
    publish(documents, tmp_path / "public", None)
    assert moments == [paths(without), paths(documents)]
    later, ledger = archived(1, 2, 3)
    publish(later, tmp_path / "public", None)
    assert (tmp_path / "public/all/atom.xml").read_bytes() == b"(1, 2, 3)"
    (tmp_path / "public/all/archive/theirs.txt").write_bytes(b"theirs")
    assert len(publish([], tmp_path / "public", ledger).deleted) == 8
    assert files(tmp_path / "public") == {"all/archive/theirs.txt": b"theirs"}


def test_an_archive_loses_an_entry_after_its_feed_has_it(tmp_path: Path) -> None:
    documents, _ = archived(1, 2)
    publish(documents, tmp_path, None)
    less = [dataclasses.replace(one, data=one.data + b"!") for one in documents]
    written = publish([*less, *archived(3)[0][:2]], tmp_path, None).written
    order = ["index.html", "archive/3/", "all/atom.xml", "archive/1/", "archive/2/"]
    places = [next(n for n, part in enumerate(order) if part in path) for path in written]
    assert places == sorted(places)


def test_a_reader_never_meets_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while a file is written leaves the old one; the next build clears up after it."""
    output = tmp_path / "public"
    old, new = Document("a.xml", "feed", b"old"), Document("a.xml", "feed", b"new and longer")
    publish([old], output, None)

    def crash(draft: str, target: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            publish([new], output, None)
    assert files(output) == {"a.xml": b"old"}
    (output / ".ilofeed-tmp").mkdir(exist_ok=True)
    (output / ".ilofeed-tmp" / "next").write_bytes(b"half")
    publish([new], output, None)
    assert files(output) == {"a.xml": b"new and longer"}
    assert not (output / ".ilofeed-tmp").exists()


def test_what_a_dead_build_published_and_nobody_wants_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died before its manifest, then the editor took the entry back: none knows the page."""
    output = tmp_path / "public"
    page, feed = Document("entry/x/index.html", "entry", b"x"), Document("a.xml", "feed", b"x")
    publish([feed], output, None)
    real = files_module.move

    def die(draft: str, path: str) -> None:
        if path.endswith("a.xml"):
            raise KeyboardInterrupt
        real(draft, path)

    newer = Document("a.xml", "feed", b"names x")
    with monkeypatch.context() as patch:
        patch.setattr(files_module, "move", die)
        with pytest.raises(KeyboardInterrupt):
            publish([page, newer], output, None)
    assert files(output) == {"a.xml": b"x", "entry/x/index.html": b"x"}
    changes = publish([feed], output, None)
    assert changes.deleted == ("entry/x/index.html",)
    assert files(output) == {"a.xml": b"x"}


@pytest.mark.slow
def test_a_death_between_the_manifest_and_the_deletions_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, output = write_office(tmp_path / "o", wages=entry(), jobs=entry()), tmp_path / "public"
    build(office, output)
    (office / "entries" / "jobs.md").unlink()

    def die(output: Path, path: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files_module, "delete", die)
        with pytest.raises(KeyboardInterrupt):
            build(office, output)
    assert "entry/jobs/index.html" in files(output)
    assert "entry/jobs/index.html" in build(office, output).deleted
    build(office, tmp_path / "fresh")
    assert files(output) == files(tmp_path / "fresh")


def test_a_journal_cannot_have_anything_outside_deleted(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("x")
    journal = tmp_path / ".public.journal"
    for text in (
        '["../victim"]',
        json.dumps([str(victim)]),
        '["a/../../victim"]',
        "{",
        "[7]",
        "7",
        "null",
        "",
    ):
        journal.write_text(text)
        publish([Document("a.xml", "feed", b"x")], tmp_path / "public", None)
        assert victim.exists()
        assert not journal.exists()


def test_feeds_are_deleted_before_the_pages_they_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, output = (
        write_office(
            tmp_path / "o", wages=entry(), jobs=entry(event="{start: 2015-06-01}", countries="[CN]")
        ),
        tmp_path / "public",
    )
    build(office, output)
    (office / "entries" / "jobs.md").unlink()
    deleted = list(build(office, output).deleted)
    feeds = [path for path in deleted if path.endswith((".xml", "feed.json", "calendar.ics"))]
    assert len(feeds) > 5
    assert deleted[: len(feeds)] == feeds


def test_a_link_that_leads_out_of_the_output_is_not_followed(tmp_path: Path) -> None:
    output, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    output.mkdir()
    elsewhere.mkdir()
    (output / "all").symlink_to(elsewhere)
    with pytest.raises(PublishError, match="leads out of the output"):
        publish([Document("all/a.xml", "feed", b"x")], output, None)
    assert list(elsewhere.iterdir()) == []
    (output / "all").unlink()
    (output / "all").mkdir()
    (elsewhere / "a.xml").write_text("theirs")
    (output / "all" / "a.xml").symlink_to(elsewhere / "a.xml")
    publish([Document("all/a.xml", "feed", b"ours")], output, None)
    assert (elsewhere / "a.xml").read_text() == "theirs"
    assert (output / "all" / "a.xml").read_bytes() == b"ours"


def test_a_link_that_any_folder_lies_in_is_seen(tmp_path: Path) -> None:
    output, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    (elsewhere / "archive" / "1").mkdir(parents=True)
    (output / "other").mkdir(parents=True)
    (output / "all").symlink_to(elsewhere)
    for path in ("all/a.xml", "all/archive/1/a.xml", "all/new/deep/a.xml"):
        with pytest.raises(PublishError, match="all leads out of the output"):
            publish([Document(path, "feed", b"x")], output, None)
    assert files(elsewhere) == {}
    (output / "all").unlink()
    (output / "all").symlink_to("other")  # within the output it harms nobody
    publish([Document("all/archive/a.xml", "feed", b"x")], output, None)
    assert files(output) == {"other/archive/a.xml": b"x"}


def test_files_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        publish([Document("a/b.xml", "feed", b"x")], tmp_path / "public", None)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "public" / "a" / "b.xml").stat().st_mode) == 0o644


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    output = tmp_path / "public"
    (output / "a.xml").mkdir(parents=True)
    with pytest.raises(PublishError, match=r"a folder is in the way of the file .*a\.xml"):
        publish([Document("a.xml", "feed", b"x")], output, None)
    (output / "b").write_text("x")
    with pytest.raises(PublishError, match=r"a file is in the way of the folder .*b;"):
        publish([Document("b/c.xml", "feed", b"x")], output, None)


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("x")
    with pytest.raises(PublishError, match="is a file"), locked(tmp_path / "public"):
        pass


def test_there_is_no_manifest_before_the_first_build(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
