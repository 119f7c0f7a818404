"""What other systems lack or refuse, imitated here: see `like_windows`, and CONTRIBUTING."""

from __future__ import annotations

import errno
import io
import json
import ntpath
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from ilofeed import files, urls
from ilofeed.cli import console
from ilofeed.cli.remote import _target
from ilofeed.content import check, read
from ilofeed.deploy import engine
from ilofeed.preview import Watcher
from offices import NOW, ROOT, SMALL, entry, found, write_office
from program import run

COMMANDS = "build check cms confirm deploy diff due explain import init live new ping serve touch"
LIKE_WINDOWS = "import like_windows; from ilofeed.cli import main; main()"


# --- what a system lacks ---


@pytest.mark.slow
def test_only_names_that_windows_has_are_used(tmp_path: Path) -> None:
    """By typeshed, which knows the names that each system has."""
    options = ["--platform", "win32", "--no-warn-unreachable", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "src"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def like_windows(folder: Path, *args: str, **env: str) -> str:
    """Run ilofeed as if on Windows; return what it says. Warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIKE_WINDOWS, *args],
        cwd=folder, capture_output=True, encoding="utf-8", check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")} | env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def tree(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_an_office_without_what_windows_lacks_is_the_same(tmp_path: Path) -> None:
    rclone = shutil.which("rclone", path=Path(sys.executable).parent)
    assert rclone is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/rclone.exe").symlink_to(rclone)
    programs = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PATHEXT": ".exe"}
    (tmp_path / "row.csv").write_text("title,date,summary\nA row,2015-05-19,Of a table.\n", "utf-8")
    options = [
        "--title",
        "My office",
        "--url",
        "https://example.org/n/",
        "--timezone",
        "Asia/Tokyo",
    ]
    like_windows(tmp_path, "init", "o", *options, "--country", "JP=Japan")
    office, now = tmp_path / "o", ["--now", "2050-01-01"]
    like_windows(office, "import", "../row.csv", "--category", "news", "--country", "JP")
    like_windows(office, "check", *now)
    like_windows(office, "build", *now)
    like_windows(office, "deploy", "../site", **programs)
    shutil.copytree(office, tmp_path / "other", ignore=shutil.ignore_patterns(".public*", "public"))
    assert run(tmp_path / "other", "build", *now).returncode == 0
    assert tree(office / "public") == tree(tmp_path / "other/public")
    site = tree(office / "public").keys() - {".nojekyll"}
    assert tree(tmp_path / "site").keys() - {"ilofeed-deployed.json"} == site
    (office / "entries/2015/a-row.md").unlink()
    assert "1 gone" in like_windows(office, "build", *now, "--allow", "id-vanished")
    assert "nothing changed" in like_windows(office, "build", *now)
    assert not (office / "public/entry/a-row").exists()
    for command in COMMANDS.split():
        assert "Usage: ilofeed" in like_windows(tmp_path, command, "--help")


def test_a_preview_begins_where_no_terminal_hangs_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(signal, "SIGHUP", raising=False)
    assert Watcher(tmp_path)._parent == os.getppid()


# --- what a system refuses ---


def refuse(monkeypatch: pytest.MonkeyPatch, times: int, code: int = 32) -> list[float]:
    """Refuse to rename so often, as Windows while a program has a file open; return the pauses."""
    pauses: list[float] = []
    rename = os.replace

    def replace(draft: Any, path: Any) -> None:
        if len(pauses) < times:
            error = PermissionError(errno.EACCES, "Access is denied", draft)
            error.winerror = code  # type: ignore[attr-defined,unused-ignore]
            raise error
        rename(draft, path)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(files.time, "sleep", pauses.append)
    return pauses


@pytest.mark.parametrize("code", [5, 32])
def test_a_file_that_a_program_has_open_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    (tmp_path / "draft").write_bytes(b"new")
    (tmp_path / "page").write_bytes(b"old")
    pauses = refuse(monkeypatch, 3, code)
    files.move(str(tmp_path / "draft"), str(tmp_path / "page"))
    assert (tmp_path / "page").read_bytes() == b"new"
    assert len(pauses) == 3


@pytest.mark.parametrize("code", [32, None])
def test_a_file_that_stays_open_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    office = write_office(tmp_path / "o", office=SMALL, wages=entry())
    assert run(office, "build").returncode == 0
    before = tree(office / "public")
    (office / "entries/wages.md").write_bytes(entry(title="Other"))
    pauses = refuse(monkeypatch, 1000, code)
    done = run(office, "build")
    assert (done.returncode, bool(pauses)) == (4, code is not None)
    assert "could not write" in done.stderr
    assert tree(office / "public") == before
    monkeypatch.undo()
    assert run(office, "build").returncode == 0
    assert b"Other" in (office / "public/entry/wages/index.html").read_bytes()


def test_a_folder_in_the_way_of_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "draft").write_bytes(b"new")
    (tmp_path / "page").mkdir()
    pauses = refuse(monkeypatch, 1000)
    with pytest.raises(files.PublishError, match="a folder is in the way of the file"):
        files.move(str(tmp_path / "draft"), str(tmp_path / "page"))
    assert pauses == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOTSUP])
def test_a_file_is_new_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def link(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", link)
    read.create_file(tmp_path, tmp_path / "a.md", b"text")
    assert tree(tmp_path) == {"a.md": b"text"}
    with pytest.raises(FileExistsError):
        read.create_file(tmp_path, tmp_path / "a.md", b"other")


# --- names that differ in case alone ---


def renamed(office: Path) -> dict[str, bytes]:
    """Publish an entry's file, and again with another case of its name; return the files there."""
    entries = office / "entries"
    (entries / "Report.txt").write_bytes(b"All of it.\n")
    assert run(office, "build").returncode == 0
    (entries / "Report.txt").rename(entries / "report.txt")
    (entries / "wages.md").write_bytes(entry(attachments="[report.txt]"))
    assert run(office, "build").returncode == 0
    return tree(office / "public/entry/wages")


@pytest.mark.parametrize("system", ["this one", "ignores case"])
def test_a_file_whose_name_changes_in_case_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system == "ignores case":
        monkeypatch.setattr(files, "ignores_case", lambda _: True)
    office = write_office(tmp_path / "o", office=SMALL, wages=entry(attachments="[Report.txt]"))
    after = renamed(office)
    assert after["report.txt"] == b"All of it.\n"
    assert "Report.txt" not in after
    done = run(office, "build", "--check-output")
    assert "nothing changed" in done.stderr


def test_two_files_that_windows_and_macos_cannot_both_have() -> None:
    twice = {"entries/a/Plan.pdf": b"%PDF-1", "entries/a/plan.pdf": b"%PDF-1"}
    assert "a/plan.pdf:1:1 windows-name" in found(wages=entry(), files=twice)
    other = {"entries/a/plan.pdf": b"%PDF-1", "entries/b/Plan.pdf": b"%PDF-1"}
    assert not any("windows-name" in line for line in found(wages=entry(), files=other))


def test_a_file_is_not_published_under_the_name_of_a_page_in_capitals() -> None:
    calendar = {"entries/EVENT.ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}
    changed = entry(event="{start: 2015-06-01}", attachments="[EVENT.ics]")
    (problem,) = found(wages=changed, files=calendar)
    assert problem.endswith("named-twice")


# --- paths with a drive ---


def test_a_path_with_a_drive_is_outside_of_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "splitdrive", ntpath.splitdrive)
    assert not urls.is_inside("c:windows/win.ini")
    assert urls.is_inside("entry/wages/index.html")


def test_a_drive_is_not_the_scheme_of_a_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site"
    assert _target(tmp_path / "o", str(place), Path("public")).remote == f"{place}/"
    monkeypatch.setattr(engine, "Path", PureWindowsPath)
    assert engine.read_target("C:\\site", {}).remote == "C:\\site/"
    assert engine.read_target("sftp://editor@example.org/site", {}).remote == "ilofeed:/site/"


def other_drive(*_: object) -> str:
    raise ValueError("path is on mount 'D:', start on mount 'C:'")


def test_files_on_another_drive_are_not_of_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = write_office(tmp_path / "o", office=SMALL, wages=entry())
    assert run(office, "build").returncode == 0
    (office / "public/manifest.json").write_bytes(b"{")
    copy = office / ".public.manifest.json"
    copy.write_bytes(copy.read_bytes() + b"\n")  # no longer that of the last build
    monkeypatch.setattr(os.path, "relpath", other_drive)
    done = run(office, "check", "other.md")
    assert (done.returncode, "is not a file of the office" in done.stderr) == (2, True)
    done = run(office, "build")
    assert done.returncode == 4
    assert f"--previous {copy}" in done.stderr


# --- texts ---


@pytest.mark.parametrize("form", ["json", "gitlab", "sarif"])
def test_what_programs_read_is_utf_8_in_any_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    office = write_office(tmp_path / "o", office=SMALL, wages=entry(sumary="工资 😀"))
    (office / "entries/工资😀.md").write_bytes(entry())
    out = io.TextIOWrapper(io.BytesIO(), "cp1252", errors="backslashreplace", write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    console.show(office, check(read.read_office(office), NOW)[1], (), form)
    assert "工资😀" in json.dumps(json.loads(out.buffer.getvalue()), ensure_ascii=False)


def test_streams_on_windows_are_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    def say(system: str) -> bytes:
        out = io.TextIOWrapper(io.BytesIO(), "cp1252", write_through=True)
        with monkeypatch.context() as there:
            there.setattr(sys, "stdout", out)
            there.setattr(sys, "platform", system)
            console.escape_unencodable()
            out.write("工 é")
        return out.buffer.getvalue()

    assert say("win32") == "工 é".encode()
    assert say("linux") == b"\\u5de5 \xe9"
