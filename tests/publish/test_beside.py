"""Files that ilofeed did not create, next to the output and in it: refused or ignored."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import files as files_module
from ilofeed.cli.options import OptionError, output_folder
from ilofeed.files import PublishError
from ilofeed.model import Document
from ilofeed.publish.beside import beside, identify
from ilofeed.publish.output import locked, publish, read_manifest
from ilofeed.publish.state import LastBuild, LastShown, load_state, save_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = Document("index.html", "index", b"page")
MANIFEST = Document("manifest.json", "manifest", b"{}")
NAMES = ("lock", "state", "journal", "manifest.json", "new")


def modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.lstat().st_mode)
        for path in folder.rglob("*")
    }


def make_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def make_link_to_nowhere(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("nowhere"))


def make_pipe(path: Path, _victim: Path) -> None:
    os.mkfifo(path)


KINDS = (make_link, make_link_to_nowhere, make_pipe)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_link_or_a_pipe_is_refused_by_its_name(
    tmp_path: Path, name: str, kind: Callable[[Path, Path], None]
) -> None:
    output, victim = tmp_path / "public", tmp_path / "victim"
    victim.write_text("mine")
    path = beside(output, name)
    kind(path, victim)
    before = path.lstat()
    with pytest.raises(PublishError, match=rf"\.public\.{name} is .*; remove it"), locked(output):
        pass
    assert path.lstat() == before
    assert victim.read_text() == "mine"
    assert not output.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "victim"]


@pytest.mark.parametrize("name", NAMES)
def test_a_second_name_of_a_file_is_never_written_to(tmp_path: Path, name: str) -> None:
    output, victim = tmp_path / "public", tmp_path / "victim"
    victim.write_bytes(b"mine")
    os.link(victim, beside(output, name))
    if name in {"lock", "new"}:
        with pytest.raises(PublishError, match="remove it"), locked(output):
            pass
    else:
        with locked(output):
            publish([PAGE, MANIFEST], output, None, sync=False)
            save_state(output, LastShown("m"), LastBuild(), None, sync=False)
    assert victim.read_bytes() == b"mine"


def test_a_folder_of_drafts_that_is_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("mine")
    (tmp_path / ".public.new").symlink_to(tmp_path / "theirs")
    with pytest.raises(PublishError, match=r"\.public\.new is a link"):
        publish([PAGE], tmp_path / "public", None, sync=False)
    assert (tmp_path / "theirs" / "file").read_text() == "mine"


def write_journal(output: Path, place: Any) -> None:
    text = json.dumps({"output": place, "paths": ["CNAME", "../victim"]})
    beside(output, "journal").write_text(text)


@pytest.mark.parametrize("place", [None, [0, 0], "identity"])
def test_a_journal_of_another_folder_deletes_nothing(tmp_path: Path, place: Any) -> None:
    output = tmp_path / "public"
    output.mkdir()
    (output / "CNAME").write_text("feeds.example.org")
    (tmp_path / "victim").write_text("mine")
    is_ours = place == "identity"
    write_journal(output, identify(output) if is_ours else place)
    publish([PAGE], output, None, sync=False)
    assert (output / "CNAME").exists() != is_ours
    assert (tmp_path / "victim").exists()
    assert not beside(output, "journal").exists()


def test_a_journal_of_the_former_form_deletes_nothing(tmp_path: Path) -> None:
    """It did not say whose it is."""
    output = tmp_path / "public"
    output.mkdir()
    (output / "CNAME").write_text("feeds.example.org")
    beside(output, "journal").write_text('["CNAME"]')
    publish([PAGE], output, None, sync=False)
    assert (output / "CNAME").exists()


def test_a_sqlite_journal_beside_the_state_is_left_alone(tmp_path: Path) -> None:
    output, victim = tmp_path / "public", tmp_path / "victim"
    victim.write_bytes(b"mine" * 1000)
    output.mkdir()
    save_state(output, LastShown("m"), LastBuild(), None, sync=False)
    os.link(victim, tmp_path / ".public.state-journal")
    save_state(output, LastShown("n"), LastBuild(), None, sync=False)
    assert load_state(output).shown.manifest == "n"
    assert victim.read_bytes() == b"mine" * 1000


# --- in the output ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_in_the_output_is_replaced_and_not_followed(
    tmp_path: Path, kind: Callable[[Path, Path], None]
) -> None:
    output, victim = tmp_path / "public", tmp_path / "victim"
    output.mkdir()
    victim.write_bytes(PAGE.data)  # the same bytes: it is not ours for all that
    kind(output / "index.html", victim)
    assert publish([PAGE], output, None, sync=False).written == ("index.html",)
    assert stat.S_ISREG((output / "index.html").lstat().st_mode)
    assert (output / "index.html").read_bytes() == PAGE.data
    victim.write_bytes(b"other")
    assert (output / "index.html").read_bytes() == PAGE.data


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_that_is_a_link_cannot_be_used(
    tmp_path: Path, kind: Callable[[Path, Path], None]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text('{"version": 1, "entries": [], "documents": [], "files": ["CNAME"]}')
    kind(tmp_path / "manifest.json", victim)
    with pytest.raises(PublishError, match=r"manifest\.json is .*; remove it"):
        read_manifest(tmp_path)


def test_an_output_that_is_a_link_out_of_the_office_needs_to_be_ours(tmp_path: Path) -> None:
    office, elsewhere = tmp_path / "office", tmp_path / "web"
    office.mkdir()
    elsewhere.mkdir()
    (office / "public").symlink_to(elsewhere)
    assert output_folder(office, office / "public") == elsewhere  # empty
    (elsewhere / "index.html").write_text("theirs")
    for output in ("public", "public/below", "public/below/.."):
        (elsewhere / "below").mkdir(exist_ok=True)
        (elsewhere / "below" / "file").write_text("theirs")
        with pytest.raises(OptionError, match="pass --output"):
            output_folder(office, office / output)
    assert output_folder(office, elsewhere) == elsewhere  # named itself
    (elsewhere / "manifest.json").write_text("{}")
    assert output_folder(office, office / "public") == elsewhere
    (office / "within").mkdir()
    (office / "within" / "file").write_text("mine")
    (office / "link").symlink_to("within")
    assert output_folder(office, office / "link") == office / "within"


# --- drafts ---


def test_drafts_are_next_to_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies the output never copies a draft."""
    output = tmp_path / "public"
    seen: set[str] = set()
    real = files_module.create

    def look(path: str, data: bytes, mode: int = 0o666) -> None:
        real(path, data, mode)
        seen.update(p.name for p in output.rglob("*"))

    monkeypatch.setattr(files_module, "create", look)
    publish([PAGE, MANIFEST], output, None, sync=False)
    publish([Document("index.html", "index", b"next")], output, None, sync=False)
    assert seen == {"index.html", "manifest.json"}
    assert sorted(p.name for p in tmp_path.iterdir()) == [".public.manifest.json", "public"]


def test_an_output_that_is_a_mount_point_has_its_drafts_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "public"
    drafts: set[str] = set()
    move, rename = files_module.move, os.rename

    def across(source: Any, target: Any, **how: Any) -> None:
        if output in target.parents and output not in source.parents:
            raise OSError(18, "Invalid cross-device link")
        rename(source, target, **how)

    def look(draft: str, path: str) -> None:
        drafts.add(draft.removeprefix(f"{output}/").partition("/")[0])
        move(draft, path)

    monkeypatch.setattr(os, "rename", across)
    monkeypatch.setattr(files_module, "move", look)
    publish([PAGE, MANIFEST], output, None, sync=False)
    assert drafts == {".ilofeed-tmp"}
    assert sorted(p.name for p in output.iterdir()) == ["index.html", "manifest.json"]


def test_drafts_of_dead_builds_are_removed(tmp_path: Path) -> None:
    output = tmp_path / "public"
    for folder in (tmp_path / ".public.new" / "drafts", output / ".ilofeed-tmp"):
        folder.mkdir(parents=True)
        (folder / "1").write_bytes(b"half")
    publish([PAGE], output, None, sync=False)
    assert [p.name for p in output.iterdir()] == ["index.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


# --- modes ---


def test_everyone_may_read_what_is_published_whatever_the_umask(tmp_path: Path) -> None:
    output, feed = tmp_path / "public", Document("all/atom.xml", "feed", b"feed")
    before = os.umask(0o077)
    try:
        publish([PAGE, feed, MANIFEST], output, None, sync=False)
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)
    assert stat.S_IMODE(output.stat().st_mode) == 0o755
    assert modes(output) == {
        "all": 0o755, "all/atom.xml": 0o644, "index.html": 0o644, "manifest.json": 0o644,
    }  # fmt: skip


def test_modes_that_hide_something_are_repaired(tmp_path: Path) -> None:
    output, feed = tmp_path / "public", Document("all/atom.xml", "feed", b"feed")
    publish([PAGE, feed], output, None, sync=False)
    before = modes(tmp_path)
    (output / "index.html").chmod(0o600)
    (output / "all").chmod(0o700)
    output.chmod(0o700)
    assert publish([PAGE, feed], output, None, sync=False).written == ("index.html",)
    assert modes(tmp_path) == before
    (output / "all").chmod(0o2775)  # as some groups have it
    assert publish([PAGE, feed], output, None, sync=False).written == ()
    assert modes(output)["all"] == 0o2775


# --- power ---


def test_the_disk_has_all_files_before_the_manifest_and_all_drafts_before_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this order a machine may stop at any moment."""
    output = tmp_path / "public"
    steps: list[str] = []
    replace = os.replace

    def note_replace(source: Any, target: Any) -> None:
        replace(source, target)
        steps.append(str(target).rpartition("/")[2])

    def note_disk(_folder: Path) -> None:
        steps.append("disk")

    monkeypatch.setattr(os, "replace", note_replace)
    monkeypatch.setattr("pathlib.Path.replace", note_replace)
    monkeypatch.setattr(files_module, "sync_disk", note_disk)
    real = files_module._sync

    def note(path: Path, call: Callable[[int], None]) -> None:
        steps.append(f"sync {path.name}")
        real(path, call)

    monkeypatch.setattr(files_module, "_sync", note)
    publish([PAGE, MANIFEST], output, None)
    save_state(output, LastShown("m"), LastBuild(), None)
    assert steps == [
        "sync journal", ".public.journal", f"sync {tmp_path.name}",
        "disk", "index.html", "disk", "manifest.json", "disk",
        "sync manifest.json", ".public.manifest.json", f"sync {tmp_path.name}",
        "sync state", ".public.state", f"sync {tmp_path.name}",
    ]  # fmt: skip
    steps.clear()
    publish([PAGE, MANIFEST], output, None)
    assert steps == []
    publish([Document("index.html", "index", b"next"), MANIFEST], output, None, sync=False)
    save_state(output, LastShown("m"), LastBuild(), None, sync=False)
    assert steps == [".public.journal", "index.html", ".public.state"]


def test_syncing_works_and_failures_name_the_place(tmp_path: Path) -> None:
    publish([PAGE, MANIFEST], tmp_path / "public", None)

    def fail(number: int) -> Callable[[int], None]:
        def call(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        return call

    files_module._sync(tmp_path, fail(22))  # not supported: some network file systems
    with pytest.raises(OSError, match="Input/output error") as failed:
        files_module._sync(tmp_path, fail(5))
    assert failed.value.filename == str(tmp_path)


def test_a_disk_that_is_full_while_drafts_are_written_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "public"
    publish([PAGE], output, None, sync=False)
    real = files_module.create

    def fill(path: str, data: bytes, mode: int = 0o666) -> None:
        if data == b"2":
            raise OSError(28, "No space left on device", path)
        real(path, data, mode)

    monkeypatch.setattr(files_module, "create", fill)
    documents = [Document(f"{n}.html", "index", str(n).encode()) for n in range(3)]
    with pytest.raises(OSError, match="No space left"):
        publish(documents, output, None, sync=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["public"]
    assert [p.name for p in output.iterdir()] == ["index.html"]
