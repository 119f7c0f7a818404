"""Rehearses publishing: the jobs of office.yml, on this machine, against stand-ins on localhost.

    python tests/rehearse.py FOLDER

The scripts of the jobs are real processes (a test calls them in its own). A server stands in for
the live site, another for the API of issues, a third for the hub; a deploy copies what was built
into what is served. Each act says what happens, shows what the jobs said, and is checked; the first
thing that is wrong ends it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offices import OFFICE, entry, write_office
from runner import Machine, environment
from serving import host, listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runner import Job
    from serving import Host

START = dt.datetime(2026, 11, 2, 1, 17, tzinfo=dt.UTC)
TITLE = "The site was not published"
TOKEN = "rehearsal"
MAX_LINES = 9  # of what a job says


@dataclass
class Issues:
    """A stand-in for the API of issues of one repository."""

    address: str = ""
    made: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[dict[str, Any]]:
        return [one for one in self.made if one["state"] == "open"]

    def answer(self, method: str, path: str, value: dict[str, Any]) -> Any:
        base, _, rest = path.partition("/issues")
        assert base == "/repos/example/office"
        if method == "GET":
            assert rest.startswith("?state=open")
            return self.open
        if method == "POST" and rest == "":
            assert value["labels"]
            made = value | {"number": len(self.made) + 1, "state": "open", "user": {"type": "Bot"}}
            self.made.append(made)
            return made
        if rest.endswith("/comments"):
            self.comments.append(value["body"])
            return {}
        assert method == "PATCH"
        self.made[int(rest.removeprefix("/")) - 1].update(value)
        return {}


@contextlib.contextmanager
def issues() -> Iterator[Issues]:
    """The stand-in for the API, until the end."""
    here = Issues()

    def answer(
        method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        return 200, json.dumps(here.answer(method, path, json.loads(body or b"{}"))).encode()

    with listening(answer) as here.address:
        yield here


@dataclass
class Hub:
    """A stand-in for a WebSub hub: the addresses it was told of, and how it answers."""

    address: str = ""
    told: list[str] = field(default_factory=list)
    status: int = 202


@contextlib.contextmanager
def hub() -> Iterator[Hub]:
    """The stand-in for the hub, until the end."""
    here = Hub()

    def answer(
        method: str, _path: str, _headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        form = urllib.parse.parse_qs(body.decode())
        assert (method, form["hub.mode"]) == ("POST", ["publish"])
        here.told += form["hub.url"]
        return here.status, b""

    with listening(answer) as here.address:
        yield here


@dataclass
class Stage:
    """The office, its live site, its issues, the time, and what the audience reads."""

    office: Path
    machine: Machine
    site: Host
    issues: Issues
    hub: Hub
    say: Callable[[str], None]
    acts: int = 0
    deploys: int = 0
    is_stuck: bool = False  # a cache goes on showing what it has

    def deploy(self, folder: Path) -> None:
        self.deploys += 1
        if not self.is_stuck:
            self.site.files = {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file()
            }

    def write(self, slug: str, data: bytes | None) -> None:
        path = self.office / "entries" / f"{slug}.md"
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)

    def at(self, when: dt.datetime) -> None:
        self.machine.env["SOURCE_DATE_EPOCH"] = str(int(when.timestamp()))

    def act(self, title: str, workflow: str, **inputs: Any) -> tuple[dict[str, Job], set[str]]:
        """Run a workflow and show how it went: its jobs, and the paths that readers see anew."""
        self.acts += 1
        before, deploys = dict(self.site.files), self.deploys
        given = f" with {', '.join(f'{k}: {v}' for k, v in inputs.items())}" if inputs else ""
        self.say(f"\n{self.acts}. {title}\n   {workflow}{given}")
        known = [dict(one) for one in self.issues.made]
        jobs = self.machine.run(workflow, inputs)
        for name, job in jobs.items():
            self.say(f"   {name}: {job.result}" + f" (exit {job.code})" * (job.code != 0))
            lines = job.said.splitlines()
            shown = lines if len(lines) < MAX_LINES else [*lines[:6], f"… {len(lines) - 6} more"]
            for line in shown:
                self.say(f"      | {line.replace(str(self.machine.folder), '…')}")
        changed = {
            path
            for path in before.keys() | dict(self.site.files).keys()
            if before.get(path) != self.site.files.get(path)
        }
        feeds = sorted(
            path for path in changed if path.endswith(("atom.xml", "rss.xml", "feed.json"))
        )
        self.say(f"   deployed: {'yes' if self.deploys > deploys else 'no'}; readers see "
                 f"{len(changed)} changed files, {len(feeds)} of them feeds")  # fmt: skip
        for path in feeds[:9]:
            self.say(f"      {path}")
        if len(feeds) > 9:
            self.say(f"      and {len(feeds) - 9} more")
        for one in self.issues.made[len(known) :]:
            self.say(f"   issue {one['number']} was opened: {one['title']}")
            for line in one["body"].splitlines():
                self.say(f"      > {line.replace(str(self.machine.folder), '…')}")
        assert jobs["report"].result == "success"
        return jobs, changed


def results(jobs: dict[str, Job]) -> list[str]:
    """Of the jobs that matter: build, deploy, confirm."""
    return [jobs[name].result for name in ("build", "deploy", "confirm")]


GOOD, NOTHING = ["success"] * 3, ["success", "skipped", "skipped"]
FAILED = ["failure", "skipped", "skipped"]


def play(stage: Stage) -> None:
    """All acts, in order."""
    first(stage)
    edits(stage)
    removal(stage)
    down(stage)
    embargo(stage)
    stuck(stage)


def first(stage: Stage) -> None:
    jobs, _ = stage.act(
        "Nothing is live, and nobody said that this is the first time", "publish.yml"
    )
    assert results(jobs) == FAILED
    assert jobs["build"].code == 4
    assert "manifest.json answered 404" in stage.issues.open[0]["body"]

    jobs, changed = stage.act("The first publication", "publish.yml", first=True)
    assert results(jobs) == GOOD
    assert {"all/atom.xml", "manifest.json", "index.html"} <= changed
    assert "evil.html" not in changed  # it lies in the repository's public/
    assert "all equal to the output" in jobs["confirm"].said
    assert stage.issues.open == []  # closed again


def edits(stage: Stage) -> None:
    jobs, changed = stage.act("Nothing has changed", "scheduled.yml")
    assert results(jobs) == NOTHING
    assert changed == set()
    assert "nothing to deploy" in jobs["build"].said

    stage.write("jobs", entry(title="More jobs", countries="[CN]", updated="2015-06-01"))
    stage.site.asked.clear()
    stage.hub.told.clear()
    jobs, changed = stage.act("An entry about China is edited", "publish.yml")
    assert results(jobs) == GOOD
    assert {"all/atom.xml", "country/cn/atom.xml", "entry/jobs/index.html"} <= changed
    unchanged = {"country/mn/atom.xml", "entry/wages/oembed.json", "assets/site.css"}
    assert not unchanged & changed
    assert "country/cn/atom.xml" in stage.site.asked  # it was fetched back
    assert "country/mn/atom.xml" not in stage.site.asked
    feeds = {path for path in changed if path.endswith(("atom.xml", "rss.xml", "feed.json"))}
    assert set(stage.hub.told) == {stage.site.address + path for path in feeds}
    assert "More jobs" in jobs["build"].summary


def removal(stage: Stage) -> None:
    stage.write("pay", None)
    jobs, changed = stage.act("An entry's file is deleted: the guard refuses", "publish.yml")
    assert results(jobs) == FAILED
    assert (jobs["build"].code, changed) == (5, set())
    (issue,) = stage.issues.open
    assert issue["title"] == TITLE
    assert "[id-vanished]" in issue["body"]
    assert "::error" not in issue["body"]

    jobs, _ = stage.act("The schedule comes by: the same issue, not another one", "scheduled.yml")
    assert jobs["build"].code == 5
    assert stage.issues.open == [issue]
    assert f"updated issue {issue['number']}" in jobs["report"].said

    stage.hub.status = 400
    jobs, _ = stage.act(
        "Somebody means it; the hub refuses, which is no failure",
        "publish.yml",
        allow="id-vanished",
    )
    stage.hub.status = 202
    assert results(jobs) == GOOD
    assert "::warning::The hub was not told of every change." in jobs["confirm"].said
    assert stage.issues.open == []


def down(stage: Stage) -> None:
    served, stage.site.files = stage.site.files, {}
    stage.site.status = 503
    jobs, _ = stage.act("The live site is down", "scheduled.yml")
    assert results(jobs) == FAILED
    assert jobs["build"].code == 4
    assert "answered 503" in stage.issues.open[0]["body"]
    stage.site.status = 404
    stage.site.files = served

    jobs, changed = stage.act("It is there again", "scheduled.yml")
    assert results(jobs) == NOTHING
    assert changed == set()
    assert stage.issues.open == []


def embargo(stage: Stage) -> None:
    later = START + dt.timedelta(hours=3)
    stage.write("report", entry(title="The report", date=later.isoformat()))
    jobs, changed = stage.act("An entry is written whose time has not come", "publish.yml")
    assert results(jobs) == NOTHING
    assert changed == set()

    stage.at(later - dt.timedelta(hours=1))
    jobs, _ = stage.act("The schedule, an hour before", "scheduled.yml")
    assert results(jobs) == NOTHING

    stage.at(later + dt.timedelta(minutes=17))
    jobs, changed = stage.act("The schedule, after its time: nobody did anything", "scheduled.yml")
    assert results(jobs) == GOOD
    assert {"entry/report/index.html", "all/atom.xml"} <= changed


def stuck(stage: Stage) -> None:
    stage.write("jobs", entry(title="Fewer jobs", countries="[CN]", updated="2015-07-01"))
    stage.is_stuck = True
    jobs, changed = stage.act("A deploy that readers do not get", "publish.yml")
    assert results(jobs) == ["success", "success", "failure"]
    assert (jobs["confirm"].code, changed) == (3, set())
    assert "all/atom.xml: has other bytes" in stage.issues.open[0]["body"]

    stage.is_stuck = False
    jobs, changed = stage.act("The next run deploys it again", "scheduled.yml")
    assert results(jobs) == GOOD
    assert "country/cn/atom.xml" in changed
    assert stage.issues.open == []


@contextlib.contextmanager
def stage(folder: Path, say: Callable[[str], None], *, in_process: bool = False) -> Iterator[Stage]:
    """An office that is not published yet, and everything it needs."""
    with host({}) as site, issues() as api, hub() as told:
        settings = OFFICE.replace(
            b"  url: https://example.org/feeds/",
            f"  url: {site.address}\n  hub: {told.address}/".encode(),
        )
        assert b"hub:" in settings
        office = write_office(
            folder / "office",
            office=settings,
            wages=entry(),
            pay=entry(title="Pay"),
            jobs=entry(title="Jobs", countries="[CN]"),
        )
        (office / "public").mkdir()
        (office / "public" / "evil.html").write_bytes(b"no build wrote this")
        (office / "publication").symlink_to(".")
        env = environment(GITHUB_API_URL=api.address, TOKEN=TOKEN, WAIT="0")
        machine = Machine(office, folder, env, lambda _: None, in_process=in_process)
        made = Stage(office, machine, site, api, told, say)
        machine.deploy = made.deploy
        made.at(START)
        yield made


def main() -> None:
    with stage(Path(sys.argv[1]), lambda line: print(line, flush=True)) as made:
        play(made)
        made.say(f"\nall {made.acts} acts went as they should, with {made.deploys} deploys")


if __name__ == "__main__":
    main()
