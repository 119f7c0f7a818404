"""Shell examples of the documents: run by bash in an office copied from this repository."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import openpyxl

import ilofeed
from offices import DATA, NOW, ROOT, entry
from runner import environment
from serving import host, listening

if TYPE_CHECKING:
    from pathlib import Path

    from manual import Block

# what a line may begin with; anything else has no rule
WORDS = {"./run", "ilofeed", "cp", "flock", "cd", "git", "mv", "python3", "set", "#", ""}
# tasks of `run` that are looked up and not run: they take long, wait for ever or need a network
TASKS = {"serve": set[str](), "test": set[str](), "check": set[str](), "lock": set[str]()}
TASKS |= {"quick": set[str]()}
TASKS |= {"rehearse": set[str](), "screenshot": set[str](), "bench": {"--full"}}
TASKS |= {"soak": {"--kills", "--seed"}}
UPLOAD = "# … upload public/ …"
ELSEWHERE = "https://old.example.org/"
FEED = b"""<rss version="2.0"><channel><title>Old</title><link>https://old.example.org</link>
<description>Old news</description>
<item><title>One</title><guid>https://old.example.org/1</guid><category>Wages</category>
<description>First.</description><pubDate>Tue, 02 Jun 2015 09:00:00 +0800</pubDate></item>
<item><title>Safety first</title><guid isPermaLink="false">12345</guid><category>Wages</category>
<description>Second.</description><pubDate>Wed, 03 Jun 2015 09:00:00 +0800</pubDate></item>
<item><title>Three</title><guid>https://old.example.org/3</guid><category>Fishing</category>
<description>Third.</description><pubDate>Thu, 04 Jun 2015 09:00:00 +0800</pubDate></item>
<item><title>No date at all</title><guid>https://old.example.org/4</guid>
<category>Wages</category><description>Fourth.</description></item></channel></rss>"""


class Live(dict[str, bytes]):
    """What a host serves of a folder at the moment, and files beside it."""

    def __init__(self, folder: Path, **more: bytes) -> None:
        super().__init__(more)
        self.folder = folder

    def get(self, name: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        path = self.folder / name
        return path.read_bytes() if path.is_file() else super().get(name, default)


def this_office(folder: Path) -> Path:
    """The office of this repository in a folder of its own.

    Beside it stands a `run` whose tasks `ilofeed` and `build` run the program of this environment,
    as `ilofeed` does; it has no other.
    """
    for name in ("entries", "brand"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "feeds.yaml", folder)
    program = f'"{sys.executable}" -m ilofeed'
    run, command = folder / "run", folder / "bin" / "ilofeed"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    run.write_text(
        f'#!/bin/bash\ncase "$1" in\nilofeed) exec {program} "${{@:2}}" ;;\n'
        f'build) exec {program} "$@" ;;\n*) exit 2 ;;\nesac\n'
    )
    for path in (run, command):
        path.chmod(0o755)
    return folder


def bash(office: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{office / 'bin'}:{environment()['PATH']}"
    known = {"SOURCE_DATE_EPOCH": str(int(NOW.timestamp())), "PATH": path}
    for who in ("AUTHOR", "COMMITTER"):
        known |= {f"GIT_{who}_NAME": "Editor", f"GIT_{who}_EMAIL": "editor@example.org"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", script],
        cwd=office, capture_output=True, encoding="utf-8", check=False, timeout=300,
        stdin=subprocess.DEVNULL, env=environment(**known),
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def runnable(text: str) -> str:
    """The lines to run. Tasks of TASKS are looked up in the real `run` instead.

    pip installs the wheel that test_repository.py installs; here it is only what it is called.
    """
    lines = []
    for line in text.splitlines():
        word, *rest = shlex.split(line.partition(" #")[0]) or [""]
        assert word in WORDS, f"no rule for `{line}`"
        if word == "./run" and rest[0] not in {"ilofeed", "build"}:
            task, *options = rest
            assert task in TASKS, f"no rule for the task `{task}`"
            assert set(options) <= TASKS[task], f"`{task}` takes no {options}"
            assert f"\ntask_{task}()" in (ROOT / "run").read_text("utf-8"), f"no task `{task}`"
        elif word == "python3":
            wheel = f"ilofeed-{ilofeed.__version__}-py3-none-any.whl"
            assert rest == ["-m", "pip", "install", wheel], f"no rule for `{line}`"
        else:
            lines.append(line)
    return "\n".join(lines)


def edit(section: str, office: Path) -> None:
    """What somebody has changed, so that an example has something to do."""
    entries = sorted((office / "entries").rglob("*.md"))
    text = entries[-1].read_text("utf-8")
    entries[-1].write_text(re.sub("(?m)^title: .*$", "title: Something else", text), "utf-8")
    if section == "many-vanished":
        for path in entries[:3]:
            path.unlink()
    if section == "site-moved":
        settle(office, "url", "https://moved.example.org/")


def settle(office: Path, key: str, value: str) -> None:
    """Give a key of `site` another value."""
    settings = (office / "feeds.yaml").read_text("utf-8")
    settings = re.sub(rf"(?m)^  {key}: .*\n", "", settings, count=1)
    settings = settings.replace("site:\n", f"site:\n  {key}: {value}\n", 1)
    (office / "feeds.yaml").write_text(settings, "utf-8")


def write_posts(folder: Path) -> None:
    """Write a site of Jekyll."""
    for name, keys in (
        ("2015-06-02-wages", "layout: post\ntags: wages"),
        ("2015-06-03-hours", "date: 2015-06-04 09:00:00 +0800\ntags: hours"),
    ):
        path = folder / "_posts" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\ntitle: News of {name[11:]}\n{keys}\n---\nNews.\n", "utf-8")


def write_tables(office: Path) -> Path:
    """Write a workbook, a table in another encoding and an old feed into an office; return it."""
    rows = [
        ["title", "date", "summary", "categories", "countries"],
        ["Цалин нэмэгдлээ", "2015-06-02", "Тайлан.", "Цалин; Шинэ; Бусад", "MN"],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(office / "news.xlsx")
    table = "".join(",".join(row) + "\n" for row in [rows[0], [*rows[1][:3], "wages", "MN"]])
    (office / "news.csv").write_bytes(table.encode("cp1251"))
    (office / "old.xml").write_bytes(FEED)
    return office


def shell(block: Block, folder: Path) -> None:
    """The block as it stands, in an office that is published and edited since, unless it is for a
    first publication.

    The live site, its hub and a feed elsewhere are on this machine, and the comment that stands for
    an upload uploads.
    """
    script = runnable(block.text)
    office, live, told = this_office(folder / "office"), folder / "live", []

    def hub(*asked: object) -> tuple[int, bytes]:
        told.append(asked)
        return 202, b""

    for name in re.findall(r"entries/\S+\.md", script):
        (office / name).parent.mkdir(exist_ok=True)
        (office / name).write_bytes(entry())
    write_posts(office.parent / "old-site")
    write_tables(office)
    if "--map-file map.yaml" in script:  # as it was edited
        script = script.replace("> map.yaml", "> map.yaml || [ $? = 1 ]")
    shutil.copy(DATA / "exports" / "wordpress.xml", office)
    old = {"old/feed.xml": FEED}
    with host(Live(live, **old)) as site, listening(hub) as address:
        settle(office, "hub", f"{address}/")
        settle(office, "url", site.address)
        live.mkdir()
        if "--previous none" not in script:
            first = bash(office, f"ilofeed build && cp -r public/. '{live}'")
            assert first.returncode == 0, first.stdout + first.stderr
            edit(block.section, office)
        script = script.replace(ELSEWHERE, f"{site.address}old/")
        script = re.sub(r"s3://\S+", str(live), script)  # there by another program before
        done = bash(office, script.replace(UPLOAD, f"cp -r public/. '{live}'"))
        assert done.returncode == 0, script + done.stdout + done.stderr
    assert bool(told) == ("ping" in script)


def transcript(block: Block, folder: Path) -> None:
    """What was typed after `$`, and what was printed, with `…` for a part that is left out; the
    target is on this machine."""
    office = this_office(folder / "office")
    for step in re.split(r"(?m)^\$ ", block.text)[1:]:
        command, _, expected = step.partition("\n")
        assert command.split()[0] in WORDS, f"no rule for `{command}`"
        done = bash(office, f"{command} 2>&1 || echo exit code $?".replace("/srv", str(folder)))
        pattern = re.escape(expected).replace("…", ".*")
        assert re.fullmatch(pattern, done.stdout.replace(str(folder), "/srv")), done.stdout
