"""What is read of an office's folder, and what is said of the rest."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.content import read
from ilofeed.content.read import MAX_TEXT_BYTES, read_office
from ilofeed.content.site import check
from ilofeed.media import MAX_FILE_BYTES, Unreadable
from ilofeed.publish.stamps import scan_inputs
from offices import DATA, NOW, entry

if TYPE_CHECKING:
    from ilofeed.problems import Problem


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "entries").mkdir()
    (tmp_path / "feeds.yaml").write_bytes(b"site: {}\n")
    return tmp_path


def codes(sources: read.Sources) -> dict[str, str]:
    """Return why each picture that cannot be used cannot."""
    return {
        path.removeprefix("entries/"): data.code
        for path, file in sources.files.items()
        if isinstance(data := file.read(), Unreadable)
    }


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000, MAX_TEXT_BYTES])
def test_a_file_is_read_to_its_end(office: Path, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    (office / "entries" / "long.md").write_bytes(data)
    assert read_office(office).entries == (("entries/long.md", data),)


def test_not_further_than_its_most(office: Path) -> None:
    (office / "entries" / "long.md").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    sources = read_office(office)
    assert (sources.entries, sources.refused) == ((), ("entries/long.md",))
    assert [problem.code for problem in sources.problems] == ["file-too-large"]


def test_links_are_followed_to_files_alone(office: Path) -> None:
    entries = office / "entries"
    (office / "note").write_bytes(b"note")
    (office / "elsewhere").mkdir()
    (office / "elsewhere" / "inner.md").write_bytes(b"")
    (entries / "a-link.md").symlink_to(office / "note")
    (entries / "circle.md").symlink_to("circle.md")
    (entries / "folder").symlink_to(office / "elsewhere")
    (entries / "folder.md").mkdir()
    (entries / "nowhere.md").symlink_to("nothing")
    (entries / "circle.png").symlink_to("circle.png")
    (entries / "nowhere.png").symlink_to("nothing")
    (entries / "picture.png").symlink_to(office / "note")
    sources = read_office(office)
    assert sources.entries == (("entries/a-link.md", b"note"),)
    assert sources.refused == (
        "entries/circle.md",
        "entries/folder.md",
        "entries/nowhere.md",
    )
    assert {problem.code for problem in sources.problems} == {"not-a-file"}
    names = ("circle.png", "folder", "nowhere.png")
    assert codes(sources) == dict.fromkeys(names, "not-a-file")
    assert sources.files["entries/picture.png"].read() == b"note"


def test_names(office: Path) -> None:
    """In order of their bytes; hidden ones are left out, as is what is no entry by its name."""
    entries = office / "entries"
    names = ("b.md", "a.MD", "a.md.", ".md", "..md", "md", "é.md", "x.y.md", "x.txt", "x.md~")
    for name in names:
        (entries / name).write_bytes(b"")
    (entries / "B").mkdir()
    (entries / "B" / "c.md").write_bytes(b"")
    (entries / ".hidden").mkdir()
    (entries / ".hidden" / "d.md").write_bytes(b"")
    with open(os.fsencode(entries) + b"/\xff.md", "wb"):  # noqa: PTH123  a name that is no text
        pass
    sources = read_office(office)
    assert [path for path, _ in sources.entries] == [
        "entries/B/c.md",
        "entries/b.md",
        "entries/x.y.md",
        "entries/é.md",
        "entries/\\xff.md",
    ]
    assert sources.problems == ()
    others = ["B/c.md", "a.MD", "a.md.", "b.md", "md", "x.md~", "x.txt"]
    assert sorted(sources.files) == [f"entries/{name}" for name in others if name[-3:] != ".md"]


def test_an_office_without_its_file(office: Path) -> None:
    (office / "feeds.yaml").unlink()
    sources = read_office(office)
    assert sources.office is None
    assert [problem.code for problem in sources.problems] == ["no-feeds-yaml", "no-entries"]
    (office / "feeds.yaml").symlink_to("feeds.yaml")
    assert [one.code for one in read_office(office).problems] == ["no-feeds-yaml", "no-entries"]
    (office / "feeds.yaml").unlink()
    (office / "feeds.yaml").mkdir()
    assert [one.code for one in read_office(office).problems] == ["not-a-file", "no-entries"]


def test_of_what_is_too_large_one_byte_too_many_is_read(office: Path) -> None:
    (office / "entries" / "a.png").write_bytes(bytes(MAX_FILE_BYTES + 70_000))
    sources = read_office(office)
    (data,) = (file.read() for file in sources.files.values())
    assert isinstance(data, bytes)
    assert len(data) == MAX_FILE_BYTES + 1


def test_what_is_no_file_is_not_opened(office: Path) -> None:
    os.mkfifo(office / "entries" / "a.md")
    os.mkfifo(office / "entries" / "b.png")
    sources = read_office(office)
    assert (sources.refused, codes(sources)) == (("entries/a.md",), {"b.png": "not-a-file"})


def test_a_file_may_go_away_while_others_are_read(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk_and_remove(root: Path, problems: list[Problem]) -> list[tuple[str, str]]:
        found = list(walk(root, problems))
        (office / "entries" / "b.md").unlink()
        return found

    walk = read._walk
    (office / "entries" / "a.md").write_bytes(b"x")
    (office / "entries" / "b.md").write_bytes(b"x")
    monkeypatch.setattr(read, "_walk", walk_and_remove)
    sources = read_office(office)
    assert sources.entries == (("entries/a.md", b"x"),)
    assert sources.refused == ("entries/b.md",)


@pytest.fixture
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file outside the office that is a valid entry, and a folder around it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "secret.md").write_bytes(entry())
    return folder / "secret.md"


@pytest.mark.parametrize("kind", ["absolute", "relative", "through a link", "of a link", "folder"])
def test_a_link_out_of_the_office_is_not_read(office: Path, secret: Path, kind: str) -> None:
    entries, target = office / "entries", secret
    if kind == "relative":
        target = Path(os.path.relpath(secret, entries))
    if kind in {"through a link", "of a link"}:
        (office / "shared").symlink_to(secret.parent if kind == "through a link" else secret)
        target = Path("../shared/secret.md" if kind == "through a link" else "../shared")
    (entries / "b.md").write_bytes(entry())
    for name in ("a.md", "a.png"):
        (entries / name).symlink_to(target)
    if kind == "folder":
        for name in ("a.md", "a.png", "b.md"):
            (entries / name).unlink()
        entries.rmdir()
        entries.symlink_to(secret.parent)
    sources = read_office(office)
    (problem,) = sources.problems
    assert (problem.code, problem.severity) == ("link-outside", "error")
    if kind == "folder":
        assert (problem.path, sources.entries) == ("entries", ())
        return
    assert (problem.path, codes(sources)) == ("entries/a.md", {"a.png": "link-outside"})
    assert [path for path, _ in sources.entries] == ["entries/b.md"]


@pytest.mark.parametrize("hidden", [".git/config", ".env", "shared/.key"])
def test_a_link_to_a_hidden_file_of_the_office_is_not_read(office: Path, hidden: str) -> None:
    (office / hidden).parent.mkdir(exist_ok=True)
    (office / hidden).write_bytes(b"token")
    for name in ("a.md", "a.pdf"):
        (office / "entries" / name).symlink_to(office / hidden)
    sources = read_office(office)
    assert [problem.code for problem in sources.problems] == ["link-outside"]
    assert codes(sources) == {"a.pdf": "link-outside"}


def test_feeds_yaml_is_no_link_out_of_the_office(office: Path, secret: Path) -> None:
    (office / "feeds.yaml").unlink()
    (office / "feeds.yaml").symlink_to(secret)
    sources = read_office(office)
    assert sources.office is None
    assert sources.problems[0].code == "link-outside"


def test_an_office_may_be_reached_by_a_link(office: Path, tmp_path: Path) -> None:
    (office / "entries" / "a.md").symlink_to("../feeds.yaml")
    (tmp_path / "link").symlink_to(office)
    for root in (office, tmp_path / "link"):
        assert [data for _, data in read_office(root).entries] == [b"site: {}\n"]


def test_a_picture_out_of_the_office_is_a_problem_at_its_line(office: Path, secret: Path) -> None:
    shutil.copy(DATA / "office" / "feeds.yaml", office)
    (office / "entries" / "out.png").symlink_to(secret)
    (office / "entries" / "nobody-shows-it.png").symlink_to(secret)
    (office / "entries" / "a.md").write_bytes(entry(image="{file: out.png, alt: x}"))
    _, problems = check(read_office(office), NOW)
    assert [(p.path, p.line, p.code) for p in problems] == [("entries/a.md", 7, "link-outside")]


def test_what_cannot_be_read_is_a_problem_beside_all_others(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may be allowed to read everything, so the system is told to refuse."""
    entries = office / "entries"
    for name in ("a.md", "b.md", "b.png"):
        (entries / name).write_bytes(b"x")
    (entries / "folder").mkdir()
    (entries / "long.md").symlink_to("x" * 300)

    def refuse(call: Any) -> Any:
        def refusing(path: Any, *args: Any, **kwargs: Any) -> Any:
            if os.fsdecode(path).endswith(("b.md", "b.png", "folder")):
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *args, **kwargs)

        return refusing

    monkeypatch.setattr(os, "scandir", refuse(os.scandir))
    monkeypatch.setattr(Path, "open", refuse(Path.open))
    sources = read_office(office)
    assert sources.entries == (("entries/a.md", b"x"),)
    assert codes(sources) == {"b.png": "unreadable"}
    assert [(p.path, p.code) for p in sources.problems] == [
        ("entries/b.md", "unreadable"),
        ("entries/folder", "unreadable"),
        ("entries/long.md", "unreadable"),
    ]
    assert "(Permission denied)" in sources.problems[0].message
    assert b"entries/folder/" in scan_inputs(office)


def moved(folder: int, name: str) -> int:
    """Open a folder inside another one, and close the other."""
    inner = os.open(name, os.O_RDONLY, dir_fd=folder)
    os.close(folder)
    return inner


def test_folders_may_be_deep(office: Path) -> None:
    """Deeper than Python may call functions."""
    folder = os.open(office / "entries", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=folder)
        folder = moved(folder, "d")
    assert [problem.code for problem in read_office(office).problems] == ["no-entries"]
    assert len(scan_inputs(office)) >= 1500
    for _ in range(1500):
        folder = moved(folder, "..")
        os.rmdir("d", dir_fd=folder)
    os.close(folder)


def test_a_scan_of_inputs_waits_for_nothing(office: Path) -> None:
    """A pipe, a device or a file of the system may have changed just now."""
    os.mkfifo(office / "entries" / "pipe.md")
    (office / "entries" / "endless.md").symlink_to("/dev/zero")
    (office / "entries" / "huge.md").symlink_to("/proc/kcore")
    names = set(scan_inputs(office))
    assert {b"entries/pipe.md", b"entries/endless.md", b"entries/huge.md"} <= names
    assert read_office(office).entries == ()


@pytest.mark.parametrize("kind", ["link", "hard link", "broken link", "left behind"])
def test_a_draft_that_came_with_the_office_is_not_written_to(
    office: Path, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    """The file that it leads to keeps its bytes and its permissions."""
    victim = tmp_path_factory.mktemp("elsewhere") / "victim"
    if kind != "broken link":
        victim.write_bytes(b"secret")
        victim.chmod(0o600)
    draft = office / ".feeds.yaml.new"
    if kind == "hard link":
        draft.hardlink_to(victim)
    elif kind == "left behind":
        draft.write_bytes(b"half a fi")
    else:
        draft.symlink_to(victim)
    (office / "feeds.yaml").chmod(0o640)
    read.replace_file(office, office / "feeds.yaml", b"new")
    file = office / "feeds.yaml"
    assert (file.is_symlink(), file.read_bytes(), file.stat().st_mode & 0o777) == (
        False,
        b"new",
        0o640,
    )
    assert not os.path.lexists(draft)
    if kind == "broken link":
        assert not victim.exists()
    else:
        assert (victim.read_bytes(), victim.stat().st_mode & 0o777) == (b"secret", 0o600)


@pytest.mark.parametrize("kind", ["file", "folder", "folder of folders"])
def test_nothing_is_written_through_a_link_out_of_the_office(
    office: Path, secret: Path, kind: str
) -> None:
    before = secret.read_bytes()
    if kind == "file":
        (office / "entries" / "a.md").symlink_to(secret)
        with pytest.raises(OSError, match=r"leads out of .*; replace the link by what it leads to"):
            read.replace_file(office, office / "entries" / "a.md", b"new")
    else:
        (office / "entries" / "2015").symlink_to(secret.parent)
        inner = "2015/new.md" if kind == "folder" else "2015/a/b/new.md"
        with pytest.raises(OSError, match="leads out"):
            read.create_file(office, office / "entries" / inner, b"new")
    assert secret.read_bytes() == before
    assert list(secret.parent.iterdir()) == [secret]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_never_replaces_another(
    office: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", link)
    path = office / "entries" / "2015" / "a.md"
    read.create_file(office, path, b"first")
    with pytest.raises(FileExistsError):
        read.create_file(office, path, b"second")
    assert path.read_bytes() == b"first"
    assert [*path.parent.iterdir()] == [path]


def test_links_inside_the_office_are_written_through(office: Path, tmp_path: Path) -> None:
    (office / "entries" / "a.md").write_bytes(b"old")
    (office / "entries" / "b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to(office)
    read.replace_file(tmp_path / "link", tmp_path / "link" / "entries" / "b.md", b"new")
    assert (office / "entries" / "a.md").read_bytes() == b"new"
    assert (office / "entries" / "b.md").is_symlink()


def test_the_lock_of_a_word_processor_is_no_entry(office: Path) -> None:
    shutil.copy(DATA / "office" / "feeds.yaml", office)
    (office / "entries" / "wages.md").write_bytes(entry())
    (office / "entries" / "~$wages.md").write_bytes(b"\x04Anna" + b"\0" * 50)
    (problem,) = check(read_office(office), NOW)[1]
    assert (problem.code, problem.severity) == ("not-an-entry", "warning")
    assert problem.message.startswith("this is a lock of a word processor, not a text; ")
