"""Compressed copies: whole, of their own documents at every moment, and never files of others."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from effort import attempts
from ilofeed import files
from offices import NOW, SMALL, entry, write_office
from program import run
from soak import HERE as SITE
from soak import addresses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

CLOCK = ("--now", NOW.isoformat())
SETTINGS = SMALL.replace(b"  title:", b"  limit: 2\n  archives: [atom, rss]\n  title:")
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>"


def build(office: Path, *options: str) -> tuple[int, str]:
    done = run(office, "build", *CLOCK, *options)
    return done.returncode, done.stdout + done.stderr


def published(output: Path) -> dict[str, bytes]:
    found = (path for path in output.rglob("*") if path.is_file())
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in found}


def stamps(output: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in output.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    many: dict[str, Any] = {
        f"e{n}": entry(date=f"2015-05-0{n}", event="{start: 2015-06-01}") for n in range(1, 8)
    }
    folder = write_office(tmp_path / "office", office=SETTINGS, **many)
    (folder / "entries" / "table.csv").write_bytes(b"a,b\n" * 99)
    (folder / "entries" / "drawing.svg").write_bytes(PICTURE)
    (folder / "entries" / "e1.md").write_bytes(entry(attachments="[table.csv, drawing.svg]"))
    return folder


def test_texts_have_copies_and_other_files_have_none(office: Path) -> None:
    assert build(office, "--precompress")[0] == 0
    found = published(office / "public")
    copies = {path for path in found if path.endswith(".gz")}
    kinds = {path.rpartition(".")[2] for path in found if path + ".gz" in copies}
    assert kinds == {"css", "html", "ics", "js", "json", "opml", "svg", "txt", "xml"}
    without = {path for path in found if path + ".gz" not in copies} - copies
    assert without == {
        ".nojekyll", "assets/icon.png", "assets/icon-32.png", "entry/e1/table.csv",
        "entry/e1/drawing.svg", "manifest.json",
    } & found.keys()  # fmt: skip
    for path in copies:
        assert gzip.decompress(found[path]) == found[path.removesuffix(".gz")]
        assert found[path][4:8] == bytes(4)  # RFC 1952: no time


def test_the_program_gzip_reads_them(office: Path) -> None:
    assert build(office, "--precompress")[0] == 0
    copies = sorted(map(str, (office / "public").rglob("*.gz")))
    assert subprocess.run(["gzip", "--test", *copies], check=False).returncode == 0


def test_a_build_touches_only_copies_of_what_changed(office: Path) -> None:
    build(office, "--precompress")
    first, before = published(office / "public"), stamps(office / "public")
    assert "nothing changed" in build(office, "--precompress")[1]
    (office / ".public.state").unlink()
    assert "nothing changed" in build(office, "--precompress", "--jobs", "2")[1]
    assert stamps(office / "public") == before
    (office / "entries" / "e7.md").write_bytes(entry(title="Wages fall", date="2015-05-07"))
    assert build(office, "--precompress")[0] == 0
    second = published(office / "public")
    changed = {path for path in first if first[path] != second.get(path)}
    assert {"all/atom.xml", "all/atom.xml.gz"} <= changed
    for path in first.keys() - changed:
        assert (
            stamps(office / "public")[str(office / "public" / path)]
            == (before[str(office / "public" / path)])
        )


def test_the_option_decides_whether_there_is_anything_to_do(office: Path) -> None:
    build(office)
    plain = published(office / "public")
    assert "nothing changed" not in build(office, "--precompress")[1]
    assert "all/atom.xml.gz" in published(office / "public")
    assert "nothing changed" in build(office, "--precompress")[1]
    assert build(office)[0] == 0
    assert published(office / "public") == plain


def test_damaged_and_missing_copies_are_written_again(office: Path) -> None:
    build(office, "--precompress")
    whole = published(office / "public")
    (office / "public" / "index.html.gz").unlink()
    path = office / "public" / "all" / "atom.xml.gz"
    status = path.stat()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert build(office, "--precompress", "--check-output")[0] == 0
    assert published(office / "public") == whole


def test_copies_go_with_their_documents(office: Path) -> None:
    build(office, "--precompress")
    (office / "entries" / "e7.md").unlink()
    assert build(office, "--precompress", "--allow", "id-vanished")[0] == 0
    assert not (office / "public" / "entry" / "e7").exists()


def test_files_of_others_are_neither_replaced_nor_deleted(office: Path) -> None:
    build(office)
    theirs = office / "public" / "all" / "atom.xml.gz"
    theirs.write_bytes(b"theirs")
    backup = office / "public" / "backup.tar.gz"
    backup.write_bytes(b"theirs")
    before = published(office / "public")
    code, said = build(office, "--precompress")
    assert code == 4
    assert f"{theirs} is in no manifest" in said
    assert published(office / "public") == before
    assert build(office)[0] == 0
    assert published(office / "public") == before
    theirs.unlink()
    theirs.symlink_to(office / "feeds.yaml")
    assert build(office, "--precompress")[0] == 4
    theirs.unlink()
    assert build(office, "--precompress")[0] == 0
    assert build(office)[0] == 0
    assert backup.read_bytes() == b"theirs"
    assert not theirs.exists()


class Watched:
    """Looks at an output after every change that a build makes to it, and stops at one."""

    def __init__(self, patch: pytest.MonkeyPatch, office: Path, stop: int = -1) -> None:
        self.output, self.stop, self.count = office / "public", stop, 0
        self.before = published(self.output)
        self.wrong: list[str] = []
        for name in ("move", "delete", "delete_folder"):
            patch.setattr(files, name, self.watch(getattr(files, name)))

    def watch(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*given: Any) -> Any:
            if self.count == self.stop:
                raise OSError("the machine stops here")
            self.count += 1
            done = real(*given)
            if self.stop in (-1, self.count):
                self.look()
            return done

        return changed

    def look(self) -> None:
        """No document is newer than its copy, and whoever accepts gzip finds what feeds name."""
        found = published(self.output)
        for path, data in found.items():
            copy = found.get(path + ".gz")
            is_new = copy is not None and data != self.before.get(path)
            if copy is not None and is_new and gzip.decompress(copy) != data:
                self.wrong.append(f"{path} is newer than its copy")
        for path in found:
            name = path.removesuffix(".gz")
            if name != path or path + ".gz" not in found:
                data = gzip.decompress(found[path]) if name != path else found[path]
                for address in addresses(name, data):
                    page = address.removeprefix(SITE.url)
                    page += "index.html" if page.endswith("/") or not page else ""
                    if page not in found and page + ".gz" not in found:
                        self.wrong.append(f"{path} names {page}")


STEPS: dict[str, tuple[str, ...]] = {
    "with copies": ("--precompress",),
    "without them": (),
}


def change(office: Path) -> None:
    (office / "entries" / "e7.md").unlink()
    (office / "entries" / "e6.md").write_bytes(entry(title="Wages fall", date="2015-05-06"))
    for number in (8, 9):
        (office / "entries" / f"e{number}.md").write_bytes(entry(date=f"2015-05-0{number}"))


@pytest.mark.parametrize("options", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("first", STEPS.values(), ids=[f"first {name}" for name in STEPS])
def test_no_document_is_ever_newer_than_its_copy(
    office: Path, first: tuple[str, ...], options: tuple[str, ...]
) -> None:
    build(office, *first)
    change(office)
    with pytest.MonkeyPatch.context() as patch:
        watched = Watched(patch, office)
        assert build(office, *options, "--allow", "id-vanished")[0] == 0
    assert watched.count > 10
    assert watched.wrong == []


@pytest.mark.parametrize("options", STEPS.values(), ids=STEPS)
def test_a_build_that_dies_anywhere_leaves_no_old_copy(
    office: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    build(office, "--precompress")
    change(office)
    fresh, total = tmp_path / "fresh", 0
    for stop in (*range(random.randrange(7), 80, attempts(14, 1)), 10_000):
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(office, fresh)
        with pytest.MonkeyPatch.context() as patch:
            watched = Watched(patch, fresh, stop)
            code, _ = build(fresh, *options, "--allow", "id-vanished")
        assert code == (0 if watched.count < stop else 4)
        assert watched.wrong == []
        assert build(fresh, *options, "--allow", "id-vanished")[0] == 0
        found = published(fresh / "public")
        assert any(path.endswith(".gz") for path in found) == bool(options)
        for path in [path for path in found if path.endswith(".gz")]:
            assert gzip.decompress(found[path]) == found[path.removesuffix(".gz")]
        total = max(total, watched.count)
    assert total > 40
