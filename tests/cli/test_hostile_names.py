"""Names and texts from files and the network reach the terminal and the log of a job as text.

A pull request may contain any name. GitHub's runner executes `::error::` at the start of a line of
either stream, after white space too, and `##[error]` anywhere in a line.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ilofeed.cli import console
from ilofeed.problems import Problem, printable, printable_json
from ilofeed.verify import Fault
from offices import OFFICE, entry, write_office
from program import run, start
from serving import host, listening

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTILE = (
    "a\n::error title=x::y",
    "b\r::error::y",
    "c\x1b[2J\x1b]0;y\x07",
    "d\u0085::error::y",
    "e\u2028::error::y",
    "f\u202ey",
    "::error::y",
    " ::error::y",
    "\u3000::error::y",
    "##[error]y",
    "y ##[add-mask]y",
    "###[error]y",
    "##vso[task.complete]y",
    "g\x7f\u009by",
    "h\udcffy",  # a byte that is no UTF-8
)
ACTIONS: tuple[Mapping[str, str], ...] = ({}, {"GITHUB_ACTIONS": "true"})
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
OWN = re.compile(
    r"::(error|warning) (file=[^,:]+,line=\d+,col=\d+,title=[a-z-]+|title=not verified)::.*"
)


def check(text: str, *, annotations: bool = False) -> None:
    """Fail if a stream has anything but lines of text, and annotations where they are expected."""
    invisible = {sign for sign in text if sign != "\n" and unicodedata.category(sign) in INVISIBLE}
    assert invisible == set()
    assert re.search(r"##\w*\[", text) is None
    for line in text.split("\n"):
        if line.lstrip().startswith("::"):
            assert annotations, line
            assert OWN.fullmatch(line), line


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_is_text(text: str) -> None:
    for whole in (text, f"{text}{text}", f"entries/{text}"):
        check(printable(whole))
        check(printable_json(json.dumps(whole, ensure_ascii=False)))
        assert json.loads(printable_json(json.dumps(whole, ensure_ascii=False))) == whole
        assert json.loads(printable_json(json.dumps([whole, "😀\U000e0001"], indent=1)))


def test_what_is_harmless_stays() -> None:
    for text in ("entries/löhne.md: 工资 ::x", "a#b ## c [d]", "“x” 😀 a\u00a0b"):
        assert printable(text) == text
        assert printable_json(json.dumps(text, ensure_ascii=False))[1:-1] == text
    assert printable("") == ""
    assert printable_json('{\r\n\t"a": 1\r}') == '{\n\n\t"a": 1\n}'


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", list(console.FORMATS))
def test_every_format(text: str, form: str) -> None:
    problems = [Problem(text, 1, 1, "bad-date", text), Problem("a.md", 1, 1, "bad-date", text)]
    faults = [Fault(text, text, text, text), Fault("a", "address", "", text)]
    shown = console.FORMATS[form](problems, faults)
    check(re.sub(r"\x1b\[[\d;]*m", "", shown), annotations=form == "github")
    if form == "github":
        assert len([line for line in shown.splitlines() if OWN.fullmatch(line)]) == 4


def names(folder: Path) -> None:
    """Add entries of hostile names, each with a mistake in it, and files that are no entries."""
    for number, text in enumerate(HOSTILE):
        inner = folder / "entries" / text / "folder"
        inner.mkdir(parents=True)
        (folder / "entries" / f"{text}.md").write_bytes(entry())
        (folder / "entries" / f"{text}.txt").write_bytes(b"")
        (inner / f"n-{number}.md").write_bytes(entry(date="soon", **{text.strip()[:1]: "x"}))
        os.mkfifo(inner / f"fifo{text}.md")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = write_office(tmp_path / "broken", wages=entry())
    names(folder)
    return folder


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    """An office without mistakes, whose folders and titles are hostile; half of it is due later."""
    folder = write_office(tmp_path / "valid", wages=entry())
    for number, text in enumerate(HOSTILE):
        title = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\udcff]", "", text)
        inner = folder / "entries" / text
        inner.mkdir()
        for day in ("2015-05-19", "2100-01-01"):
            (inner / f"n-{day}-{number}.md").write_bytes(entry(title=f"'{title}'", date=day))
    return folder


def previous(folder: Path) -> str:
    """Write a manifest whose ids, titles, addresses, files and feeds are hostile."""
    folder.mkdir(exist_ok=True)
    texts = [text for text in HOSTILE if "\udcff" not in text]  # no manifest has half a character
    records = [{"id": t, "url": t, "title": t, "file": t, "pages": {}} for t in texts]
    documents = [{"path": f"{text}/atom.xml", "sha256": text} for text in texts]
    made = {
        "version": 1,
        "site": HOSTILE[0],
        "entries": records,
        "documents": documents,
        "files": texts,
    }
    path = folder / "previous.json"
    path.write_text(json.dumps(made))
    return str(path)


OFFLINE: tuple[tuple[str, ...], ...] = (
    ("check",),
    ("check", "--format", "text"),
    ("check", "--format", "json"),
    ("check", "--format", "github"),
    ("check", "--format", "sarif"),
    ("build",),
    ("build", "--format", "github"),
    ("build", "--previous", "{previous}"),
    ("build", "--previous", "none\n::error::y"),
    ("diff", "--previous", "{previous}"),
    ("diff", "--previous", "{previous}", "--format", "json"),
    ("diff", "--previous", "{previous}", "--format", "markdown"),
    ("due",),
    ("new", "x\n::error::y", "--category", "wages", "--country", "MN"),
    ("new", "x", "--category", "\n::error::y", "--country", "MN", "--slug", "\n::error::y"),
    ("touch", "entries/a\n::error title=x::y.md"),
    ("touch", "entries/##[error]y/n-2015-05-19-9.md"),
    ("touch", "entries/nothing\n::error::y.md"),
    ("import", "{csv}", "--category", "wages"),
    ("import", "{csv}", "--write-terms", "--dry-run"),
    ("import", "{csv}"),
    ("import", "nothing\n::error::y"),
    ("explain", "x\n::error::y"),
    ("init", "new\n::error::y", "--title", "x\n::error::y", "--url", "https://a.example/"),
    ("init", "entries", "--title", "x", "--url", "https://a.example/", "--timezone", "UTC"),
    ("schema", "entry"),
    ("cms", "--repo", "a/b", "--output", "admin\n::error::y"),
    ("cms", "--repo", "a/b\n::error::y"),
    ("confirm", "--output", "none\n::error::y"),
    ("ping", "--output", "none\n::error::y"),
    ("no\n::error::y",),
    ("check", "--no\n::error::y"),
    ("check", "\n::error::y"),
    ("schema",),
    ("build", "--allow", "\n::error::y"),
    ("-C", "none\n::error::y", "check"),
)


@pytest.mark.slow
@pytest.mark.parametrize("words", OFFLINE, ids=" ".join)
@pytest.mark.parametrize("kind", ["broken", "valid"])
def test_every_command(
    tmp_path: Path, request: pytest.FixtureRequest, words: tuple[str, ...], kind: str
) -> None:
    folder: Path = request.getfixturevalue(kind)
    settings = OFFICE.replace(b"Wages", b'"##[error]Wages \\u202E"')
    (folder / "feeds.yaml").write_bytes(settings)
    table = folder / "table.csv"
    rows = [f'"{text}",2015-05-19,"{text}",MN,"{text}"' for text in HOSTILE]
    text = "\n".join(["title,date,summary,countries,categories", *rows])
    table.write_text(text, "utf-8", "surrogateescape")
    filled = [
        word.format(previous=previous(tmp_path), csv=table) if "{" in word else word
        for word in words
    ]
    for env in ACTIONS:
        done = run(folder, *filled, **env)
        for stream in (done.stdout, done.stderr):
            has_annotations = stream is done.stdout and (bool(env) or "github" in words)
            check(stream, annotations=has_annotations)


def test_annotations_are_still_made(broken: Path) -> None:
    done = run(broken, "check", GITHUB_ACTIONS="true")
    assert done.returncode == 1
    lines = [line for line in done.stdout.splitlines() if line]
    assert len(lines) >= 3 * len(HOSTILE)
    assert all(OWN.fullmatch(line) for line in lines)


@pytest.mark.slow
def test_a_process_prints_the_same(valid: Path, broken: Path) -> None:
    for folder, words in ((broken, "check"), (valid, "due")):
        for env in ACTIONS:
            done = start(folder, words, **env)
            check(done.stdout, annotations=bool(env))
            check(done.stderr)


@pytest.mark.slow
def test_what_websites_answer(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", wages=entry())
    assert run(folder, "build").returncode == 0
    manifest = Path(previous(tmp_path)).read_bytes()
    written = json.dumps(json.loads(manifest), ensure_ascii=False, indent=1)
    raw = written.replace("\n", "\r\n").encode("utf-8", "surrogatepass")
    feed = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": HOSTILE[0],
            "items": [{"id": t, "title": t, "url": t, "tags": [t]} for t in HOSTILE],
        }
    ).encode()
    with host({"manifest.json": raw, "feed.json": feed}) as site:
        base = ("--base-url", site.address)
        for env in ACTIONS:
            done = run(folder, "live", *base, **env)
            assert done.returncode == 0
            check(done.stdout.replace("\t", ""))
            assert json.loads(done.stdout) == json.loads(manifest)
            for words in (
                ("confirm", *base),
                ("diff", "--previous", "live", *base),
                ("import", f"{site.address}feed.json", "--category", "wages"),
                ("import", f"{site.address}nothing\n::error::y"),
                ("live", "--base-url", f"{site.address}nothing/"),
            ):
                done = run(folder, *words, **env)
                check(done.stdout, annotations=bool(env))
                check(done.stderr)


@pytest.mark.slow
def test_what_a_hub_answers(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", wages=entry())
    with listening(lambda *_: (500, b"::error::x")) as hub:
        settings = OFFICE.replace(b"site:\n", f"site:\n  hub: {hub}/\n".encode(), 1)
        (folder / "feeds.yaml").write_bytes(settings)
        assert run(folder, "build").returncode == 0
        done = run(folder, "ping", GITHUB_ACTIONS="true")
    assert done.returncode == 4
    check(done.stdout)
    check(done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("env", ACTIONS)
def test_a_preview(broken: Path, env: Mapping[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ilofeed", "-C", str(broken), "serve", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="strict",
        env={**os.environ, "GITHUB_ACTIONS": "", **env},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        lines: list[str] = []
        while not (lines and "problem" in lines[-1]):
            lines.append(process.stderr.readline())
            assert lines[-1], "the preview has ended"
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=60)
    check(out, annotations=bool(env))
    check("".join([*lines, said]))
