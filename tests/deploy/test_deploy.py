"""`ilofeed deploy` to real servers: what is there afterwards, and what is said."""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import SERVERS, Place, folder_place, make_engine, put

from ilofeed.deploy import find_engine, read_target
from ilofeed.deploy.plan import DONE, STARTED
from ilofeed.problems import DEPLOY_RULES, RULES
from offices import SMALL, entry, write_office
from program import run, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Make = Callable[[str], Place]

pytestmark = [pytest.mark.slow, SERVERS]
KINDS = ["folder", "s3", "sftp", "ftp", "webdav"]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    made = write_office(tmp_path / "office", office=SMALL, wages=entry(), jobs=entry(title="Jobs"))
    build(made)
    return made


def build(office: Path, *more: str) -> None:
    done = run(office, "build", *more)
    assert done.returncode == 0, done.stdout + done.stderr


def deploy(
    office: Path, place: Place, *options: str, code: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    done = run(office, "deploy", place.target, *options, **(place.variables | more))
    assert done.returncode == code, done.stderr
    return done


def published(office: Path) -> dict[str, bytes]:
    output = office / "public"
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != ".nojekyll"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_becomes_equal_to_the_output(kind: str, place: Make, office: Path) -> None:
    here = place(kind)
    put(here, "theirs/note.txt", b"not ours", office)
    done = deploy(office, here, "--verbose")
    files = published(office)
    assert f"{len(files)} documents at {here.target}: {len(files)} uploaded, 0 del" in done.stderr
    uploads = done.stdout.splitlines()
    assert uploads[-1] == "upload manifest.json"
    assert {line.removeprefix("upload ") for line in uploads} == files.keys()
    assert {path: here.read(path) for path in files} == files
    assert here.read(STARTED) is None

    assert "nothing changed" in deploy(office, here).stderr

    (office / "entries" / "wages.md").write_bytes(entry(title="Wages fall", updated="2015-06-01"))
    (office / "entries" / "jobs.md").unlink()
    build(office, "--allow", "id-vanished", "--allow", "many-vanished")
    put(here, ".nojekyll", b"", office)
    refused = deploy(office, here, code=5)
    assert "it has entries that this output lacks: `Jobs`" in refused.stderr
    assert "pass --allow id-vanished" in refused.stderr
    assert {path: here.read(path) for path in files} == files

    plan = deploy(office, here, "--dry-run", "--allow", "id-vanished")
    assert "delete entry/jobs/index.html" in plan.stdout.splitlines()
    assert {path: here.read(path) for path in files} == files
    changed = deploy(office, here, "--verbose", "--allow", "id-vanished")
    assert changed.stdout == plan.stdout
    after = published(office)
    assert {path: here.read(path) for path in files | after} == dict.fromkeys(files) | after
    assert here.read("theirs/note.txt") == b"not ours"
    if here.folder is not None:
        there = {path.relative_to(here.folder).as_posix() for path in here.folder.rglob("*.*")}
        assert {path for path in there if (here.folder / path).is_file()} == {
            *after, DONE, "theirs/note.txt", ".nojekyll",
        }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "s3"])
def test_folders_that_a_deletion_emptied_are_deleted(kind: str, place: Make, office: Path) -> None:
    """Not those of others, empty or not, and not those that have files of others."""
    here = place(kind)
    for name in ("jobs", "pay", "tax"):
        (office / "entries" / f"{name}.md").write_bytes(entry(title=name.title()))
    build(office)
    put(here, "theirs.txt", b"not ours", office)
    deploy(office, here)
    assert here.folder is not None
    put(here, "entry/pay/theirs.txt", b"not ours", office)
    for name in ("theirs", "entry/theirs", "entry/tax/[theirs]"):
        (here.folder / name).mkdir()
    for name in ("jobs", "pay", "tax"):
        (office / "entries" / f"{name}.md").unlink()
    build(office, "--allow", "id-vanished", "--allow", "many-vanished")
    before = {path for path in here.folder.rglob("*") if path.is_dir()}
    deploy(office, here, "--allow", "id-vanished")
    after = {path for path in here.folder.rglob("*") if path.is_dir()}
    assert {path.relative_to(here.folder).as_posix() for path in before - after} == {"entry/jobs"}
    assert here.read("entry/pay/theirs.txt") == b"not ours"
    assert "nothing changed" in deploy(office, here).stderr


def test_names_with_signs_of_patterns_are_names(place: Make) -> None:
    here = place("folder")
    assert here.folder is not None
    for name in ("a*", "ab", "{a,c}", "c", "[d]", "d", "e?", "ef", "\\g", "g", "a*/h"):
        (here.folder / name).mkdir(parents=True)
    make_engine(here).delete_empty(["a*", "{a,c}", "[d]", "e?", "\\g", "missing"])
    assert sorted(path.name for path in here.folder.iterdir()) == ["a*", "ab", "c", "d", "ef", "g"]
    make_engine(here).delete_empty([])
    make_engine(here).delete_empty(["a*", "a*/h"])
    assert sorted(path.name for path in here.folder.iterdir()) == ["ab", "c", "d", "ef", "g"]


@pytest.mark.parametrize("kind", ["folder", "sftp", "s3"])
def test_compressed_copies_are_for_servers_and_before_their_documents(
    kind: str, place: Make, office: Path
) -> None:
    """A store cannot send one in place of its document, so it gets none."""
    here = place(kind)
    build(office, "--precompress")
    copies = {path for path in published(office) if path.endswith(".gz")}
    uploads = deploy(office, here, "--verbose").stdout.splitlines()
    if kind == "s3":
        assert not [line for line in uploads if line.endswith(".gz")]
        assert here.read("all/atom.xml.gz") is None
        return
    at = {line.removeprefix("upload "): number for number, line in enumerate(uploads)}
    assert len(copies) > 20
    assert all(at[path] < at[path.removesuffix(".gz")] for path in copies)
    assert {path: here.read(path) for path in copies} == {
        path: data for path, data in published(office).items() if path in copies
    }
    put(here, "theirs.gz", b"not ours", office)
    build(office)
    lines = deploy(office, here, "--verbose").stdout.splitlines()
    assert {line for line in lines if line.endswith(".gz")} == {f"delete {path}" for path in copies}
    assert [here.read(path) for path in copies] == [None] * len(copies)
    assert {path: here.read(path) for path in published(office)} == published(office)
    assert here.read("theirs.gz") == b"not ours"


def test_to_delete_no_files_deletes_nothing(place: Make, office: Path) -> None:
    here = place("folder")
    deploy(office, here)
    assert here.folder is not None
    before = sorted(here.folder.rglob("*"))
    find_engine(read_target(f"{here.folder}", {}), os.environ).delete([])
    assert sorted(here.folder.rglob("*")) == before


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_others_are_not_replaced(kind: str, place: Make, office: Path) -> None:
    here = place(kind)
    put(here, "all/atom.xml", b"theirs", office)
    refused = deploy(office, here, code=5)
    assert "1 file that ilofeed did not put there, and would replace: `all/atom.xml`" in (
        refused.stderr
    )
    assert (here.read("all/atom.xml"), here.read("index.html")) == (b"theirs", None)
    deploy(office, here, "--allow", "not-ours")
    (office / "entries" / "pay.md").write_bytes(entry(title="Pay"))
    build(office)
    put(here, "entry/pay/index.html", b"theirs, too", office)
    assert "`entry/pay/index.html`" in deploy(office, here, code=5).stderr
    assert here.read("entry/pay/index.html") == b"theirs, too"


def test_a_few_files_are_asked_for_without_a_list(
    place: Make, office: Path, tmp_path: Path
) -> None:
    """A list of everything would take a request for each 1,000 files of the target."""
    here, log = place("s3"), tmp_path / "log"
    deploy(office, here)
    told = {"RCLONE_LOG_FILE": str(log), "RCLONE_LOG_LEVEL": "DEBUG", "RCLONE_DUMP": "headers"}
    engine = make_engine(replace(here, variables=here.variables | told))
    names = ["entry/wages/index.html", "entry/none/index.html"]
    assert engine.sizes(deep=True, paths=names).keys() == {names[0]}
    folder = here.target.removeprefix("s3:/")
    asked = re.findall(r"([A-Z]+) (\S+) HTTP/1\.1", log.read_text("utf-8"))
    assert sorted(asked) == sorted(("HEAD", f"{folder}/{name}") for name in names)


@pytest.mark.parametrize("kind", ["s3", "folder"])
def test_a_site_that_another_program_uploaded_is_ours(kind: str, place: Make, office: Path) -> None:
    here = place(kind)
    for path, data in published(office).items():
        put(here, path, data, office)
    put(here, "entry/wages/index.html", b"half a pag", office)
    deploy(office, here)
    assert {path: here.read(path) for path in published(office)} == published(office)


def test_what_was_lost_at_the_target_is_uploaded_again(place: Make, office: Path) -> None:
    here = place("folder")
    deploy(office, here)
    assert here.folder is not None
    (here.folder / "index.html").write_bytes(b"damaged")
    assert "nothing changed" in deploy(office, here).stderr
    deploy(office, here, "--all")
    assert here.read("index.html") == published(office)["index.html"]


def test_an_upload_by_another_program_is_noticed(place: Make, office: Path) -> None:
    here = place("folder")
    deploy(office, here)
    earlier = published(office)
    (office / "entries" / "pay.md").write_bytes(entry(title="Pay"))
    build(office)
    deploy(office, here)
    assert here.folder is not None
    for path, data in earlier.items():  # somebody copies an old output
        (here.folder / path).write_bytes(data)
    deploy(office, here)
    assert {path: here.read(path) for path in published(office)} == published(office)


def test_a_store_tells_readers_types_and_times(place: Make, office: Path) -> None:
    here = place("s3")
    deploy(office, here)
    expected = {
        "all/atom.xml": ("application/xml; charset=utf-8", "public, max-age=300"),
        "index.html": ("text/html; charset=utf-8", "public, max-age=300"),
        "feeds.opml": ("text/x-opml; charset=utf-8", "public, max-age=300"),
        "assets/icon.svg": ("image/svg+xml", "public, max-age=3600"),
        "embed/ilo-feed-1.2.0.js": (
            "text/javascript; charset=utf-8", "public, max-age=31536000, immutable",
        ),
        DONE: ("application/json", "no-store"),
    }  # fmt: skip
    for path, headers in expected.items():
        with urllib.request.urlopen(here.address + path, timeout=30) as response:
            assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == headers


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_files_at_a_server_are_readable_for_everyone(kind: str, place: Make, office: Path) -> None:
    here = place(kind)
    deploy(office, here)
    assert here.folder is not None
    modes = {path.stat().st_mode & 0o777 for path in here.folder.rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_what_a_dead_deployment_left_is_finished(place: Make, office: Path) -> None:
    here = place("sftp")
    deploy(office, here)
    files = published(office)
    put(here, STARTED, b'{"version": 1, "files": {"index.html": "", "old/index.html": ""}}', office)
    put(here, "old/index.html", b"of a build that was never complete", office)
    put(here, "all/atom.xml.1234abcd.ilofeed-partial", b"<feed", office)
    done = deploy(office, here, "--verbose")
    assert done.stdout.splitlines() == ["upload index.html", "delete old/index.html"]
    assert {path: here.read(path) for path in files} == files
    assert here.folder is not None
    assert {path.name for path in here.folder.rglob("*.*")}.isdisjoint(
        {STARTED, "all/atom.xml.1234abcd.ilofeed-partial"}
    )
    assert list(here.folder.rglob("*partial")) == []


def test_an_embargo_ends(place: Make, tmp_path: Path) -> None:
    office = write_office(
        tmp_path / "office", office=SMALL, wages=entry(), later=entry(date="2026-12-01")
    )
    here = place("s3")
    for now, there in (("2026-11-30", False), ("2026-12-02", True)):
        build(office, "--now", now)
        deploy(office, here)
        assert (here.read("entry/later/index.html") is not None) is there
        assert (b"entry/later/" in (here.read("all/atom.xml") or b"")) is there


@pytest.mark.parametrize(
    ("kind", "variables", "message"),
    [
        ("s3", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        ("s3", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "connection refused"),
        ("sftp", {"RCLONE_SFTP_KNOWN_HOSTS_FILE": "/dev/null"}, "knownhosts: key is unknown"),
        ("sftp", {"RCLONE_SFTP_KEY_FILE": "/dev/null"}, "key"),
        ("ftp", {"ILOFEED_PASSWORD": ""}, "anonymous only"),
    ],
)
def test_a_target_that_fails(
    kind: str, variables: dict[str, str], message: str, place: Make, office: Path
) -> None:
    here = place(kind)
    if kind == "ftp":
        here = Place(here.target.replace("anonymous", "root"), here.read, here.variables)
    done = deploy(office, here, code=4, **variables)
    assert message in done.stderr
    assert done.stderr.startswith(f"ilofeed: {here.target}: ")
    assert len(done.stderr.splitlines()) == 1
    for secret in (*here.variables.values(), *variables.values()):
        assert len(secret) < 12 or "secret" not in secret or secret not in done.stderr


def test_a_manifest_that_is_not_one_stops(place: Make, office: Path) -> None:
    here = place("folder")
    put(here, "manifest.json", b'{"name": "a web app"}', office)
    done = deploy(office, here, code=4)
    assert "manifest.json at" in done.stderr
    assert "was not generated by ilofeed" in done.stderr
    assert here.read("index.html") is None


@pytest.mark.parametrize("name", [DONE, STARTED, "manifest.json"])
def test_a_file_at_the_target_that_is_too_large_is_not_read(
    name: str, place: Make, office: Path
) -> None:
    here = place("folder")
    put(here, name, b"", office)
    assert here.folder is not None
    with (here.folder / name).open("r+b") as file:
        file.truncate(257 * 1024 * 1024)
    assert f"{name} is larger than 268,435,456 bytes" in deploy(office, here, code=4).stderr


# --- the output and the options ---


def test_an_output_that_is_not_complete_is_not_deployed(office: Path, tmp_path: Path) -> None:
    here = folder_place(tmp_path / "site")
    (office / "public" / "index.html").unlink()
    message = "index.html is missing; run `ilofeed build --check-output`"
    assert message in deploy(office, here, code=4).stderr
    build(office, "--check-output")
    journal = office / ".public.journal"
    journal.write_text("{}", "utf-8")
    assert "did not end; run `ilofeed build` again" in deploy(office, here, code=4).stderr
    journal.unlink()
    (office / "public" / "manifest.json").unlink()
    assert "run `ilofeed build` first" in deploy(office, here, code=4).stderr
    shutil.rmtree(office / "public")
    assert "run `ilofeed build` first" in deploy(office, here, code=2).stderr
    assert not (tmp_path / "site").exists()


def test_a_link_out_of_the_output_is_not_followed(office: Path, tmp_path: Path) -> None:
    here = folder_place(tmp_path / "site")
    secret = tmp_path / "secret"
    shutil.move(office / "public" / "assets", secret)
    (office / "public" / "assets").symlink_to(secret)
    assert "leads out of the output; remove it" in deploy(office, here, code=4).stderr
    (office / "public" / "assets").unlink()
    shutil.move(secret, office / "public" / "assets")
    (office / "public" / "index.html").unlink()
    (office / "public" / "index.html").symlink_to("/etc/hostname")
    assert "is a link" in deploy(office, here, code=4).stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("ftp://me:open-sesame@example.org/", "leave the password out"),
        ("me@example.org:www", "sftp://user@host/path, or ./me@example.org:www for a folder"),
        ("http://example.org/", "write the path of a folder, or a URL"),
        (".", "contains the office's files"),
        ("public/www", "must be apart"),
        ("public", "must be apart"),
    ],
)
def test_a_wrong_target(target: str, message: str, office: Path) -> None:
    done = run(office, "deploy", target)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert "open-sesame" not in done.stdout + done.stderr


@pytest.mark.parametrize("program", ["", "#!/bin/sh\necho rclone v1.60.1-DEV\n", "#!/bin/sh\n"])
def test_what_to_install(
    program: str, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    if program:
        (tmp_path / "rclone").write_text(program, "utf-8")
        (tmp_path / "rclone").chmod(0o755)
    done = run(office, "deploy", str(tmp_path / "site"), PATH=str(tmp_path))
    assert done.returncode == 4
    assert done.stderr.endswith("install it with: python3 -m pip install 'ilofeed[deploy]'\n")


def test_it_works_as_a_process(office: Path, tmp_path: Path) -> None:
    done = start(office, "deploy", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").exists()
    assert json.loads((tmp_path / "site" / DONE).read_bytes())["version"] == 1


def test_rules_are_those_of_the_guard_and_one_more() -> None:
    assert set(DEPLOY_RULES) - set(RULES) == {"not-ours"}
