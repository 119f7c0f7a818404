"""New offices on GitLab and on a server: their pipelines, units and scripts are run here.

gitlab-ci-local checks `.gitlab-ci.yml` against GitLab's schema and runs it as GitLab does: rules,
stages, needs, artifacts, exit codes. Of a server, the command of the unit is run as systemd would;
stand-ins are the mail, the repository elsewhere, and what `install` installs.
"""

from __future__ import annotations

import configparser
import datetime as dt
import functools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from test_init import ONE, WHEN, begin, files

from examples_shell import Live
from ilofeed.scaffold import office_kit
from manual import BLOCKS
from offices import ROOT, entry
from program import run
from runner import environment
from serving import CHECKERS, Host, host, needs, needs_checkers
from waiting import until

OFFICE = ROOT / "src" / "ilofeed" / "data" / "office"
START = dt.datetime(2026, 11, 2, 1, 17, tzinfo=dt.UTC)
GIT = ("git", "-c", "user.name=Editor", "-c", "user.email=editor@example.org")
CATEGORIES = {"categories": "[news]", "countries": "[world]"}


def at(when: dt.datetime) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": str(int(when.timestamp()))}


def git(folder: Path, *command: str) -> None:
    subprocess.run([*GIT, *command], cwd=folder, check=True, capture_output=True)


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def found(folder: Path, name: str, url: str) -> Path:
    """Found an office on a host and commit it; it installs the program of this environment."""
    told = ("--host", name, "--title", "News", "--url", url, "--authority", "example.org,2026")
    office = begin(folder, *told, "--timezone", "Etc/UTC")
    lines = "".join(
        f"printf '%s\\n' '#!/bin/sh' 'exec {sys.executable} {rest} \"$@\"' >.venv/bin/{program}\n"
        for program, rest in (("python", ""), ("ilofeed", "-m ilofeed"))
    )
    install = office / office_kit.HOSTS[name].install
    install.write_text(f"mkdir -p .venv/bin\n{lines}chmod +x .venv/bin/*\n")
    git(office, "init", "-q", "-b", "main")
    commit(office)
    return office


def commit(office: Path, **entries: bytes | None) -> None:
    """Write or delete entries, and commit everything."""
    for name, data in entries.items():
        path = office / "entries" / f"{name}.md"
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
    git(office, "add", ".")
    git(office, "commit", "-q", "-m", "An edit")


@pytest.mark.parametrize("name", office_kit.HOSTS)
def test_an_office_has_what_its_host_needs_and_nothing_of_the_others(
    name: str, tmp_path: Path
) -> None:
    made = files(begin(tmp_path / "office", *ONE, "--host", name))
    chosen = office_kit.HOSTS[name]
    others = [one for one in office_kit.HOSTS.values() if one is not chosen]
    assert {chosen.page, chosen.install, f"{chosen.program}requirements.txt"} <= made.keys()
    assert not [path for one in others for path in made if path.startswith((one.folder, one.page))]
    readme = made["README.md"].decode()
    assert f"bash {chosen.install}\n" in readme
    assert f"]({chosen.page})" in readme
    pages = b"".join(data for path, data in made.items() if path.endswith((".md", ".yml")))
    assert not [one.folder for one in others if f" {one.folder}".encode() in pages]


def test_an_office_on_another_host_gets_a_later_program(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE, "--host", "gitlab")
    made = files(office)
    (office / ".gitlab-ci.yml").unlink()
    (office / ".gitlab" / "scripts" / "install").write_text("old")
    (office / "README.md").write_text("mine")
    done = run(tmp_path, "init", "--renew", "office", *WHEN)
    assert done.stdout.splitlines() == [".gitlab-ci.yml", ".gitlab/scripts/install"]
    assert "run bash .gitlab/scripts/install" in done.stderr
    assert files(office) == made | {"README.md": b"mine"}


def test_a_report_of_code_quality_has_what_gitlab_reads(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE)
    (office / "entries" / "jobs.md").write_bytes(entry(**CATEGORIES, date="soon"))
    done = run(office, "check", "--format", "gitlab", *WHEN)
    (problem,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert problem.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
    assert problem["location"] == {"path": "entries/jobs.md", "lines": {"begin": 3}}
    assert (problem["check_name"], problem["severity"]) == ("bad-date", "major")
    assert re.fullmatch("[0-9a-f]{64}", problem["fingerprint"])
    (office / "entries" / "jobs.md").unlink()
    assert json.loads(run(office, "check", "--format", "gitlab", *WHEN).stdout) == []


# --- GitLab ---


def pipeline(
    office: Path, site: Host, when: dt.datetime, *, kill: str = "", **variables: str
) -> tuple[str, str]:
    """Run the pipeline of an office; return how each job ended, as one text, and all messages.

    The folder `public` of the job `pages` is served once the job has succeeded. With `kill`,
    everything is killed at the first line that has this text.
    """
    main = ("update-ref", "refs/remotes/origin/main", "HEAD")
    git(office, *main)
    git(office, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    told = variables | at(when) | {"WAIT": "60"}
    artifacts = office / ".gitlab-ci-local" / "artifacts" / "pages" / "public"
    command = [
        str(CHECKERS / ".bin" / "gitlab-ci-local"), "--force-shell-executor", "--shell-isolation",
        "--no-artifacts-to-source",
        *(word for key, value in told.items() for word in ("--variable", f"{key}={value}")),
    ]  # fmt: skip
    said = ""
    with subprocess.Popen(
        command, cwd=office, env=environment(), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if kill and kill in line:
                os.killpg(process.pid, signal.SIGKILL)
                break
            if re.match(r"pages +exported artifacts", line) and artifacts.is_dir():
                site.files = files(artifacts)
    assert "Traceback" not in said
    assert "json schema validated" in said
    ended = {job: end for end, job in re.findall(r"(?m)^ (PASS|WARN|FAIL) +(\w+)", said)}
    if ended.get("pages") == "FAIL":  # GitLab starts it only after an exit code that is allowed
        del ended["confirm"]
    return " ".join(f"{job}:{ended[job]}" for job in sorted(ended)), said


@pytest.mark.slow
@needs_checkers()
@needs("npm", "rsync")
def test_a_pipeline_publishes_releases_edits_and_refuses(tmp_path: Path) -> None:
    with host({}) as site:
        office = found(tmp_path / "office", "gitlab", site.address)
        git(office, "remote", "add", "origin", "git@gitlab.com:example/office.git")
        (office / "public").mkdir()
        (office / "public" / "evil.html").write_bytes(b"no build wrote this")
        git(office, "add", "--force", "public")
        commit(office)

        jobs, said = pipeline(office, site, START)
        assert jobs == "check:PASS pages:FAIL"
        assert "manifest.json answered 404" in said
        assert re.search(r"pages +finished .* FAIL 4\b", said)

        jobs, said = pipeline(office, site, START, FIRST="true")
        assert jobs == "check:PASS confirm:PASS pages:PASS"
        assert "all equal to the output" in said
        assert {"all/atom.xml", "manifest.json"} <= site.files.keys()
        assert "evil.html" not in site.files

        later = START + dt.timedelta(hours=3)
        report = entry(**CATEGORIES, title="The report", date=later.isoformat())
        commit(office, report=report)
        jobs, said = pipeline(office, site, START)
        assert (jobs, "nothing to deploy" in said) == (
            "check:PASS confirm:PASS pages:WARN", True
        )  # fmt: skip
        assert "entry/report/index.html" not in site.files

        jobs, _ = pipeline(office, site, later)  # the schedule: nobody did anything
        assert jobs == "check:PASS confirm:PASS pages:PASS"
        assert "entry/report/index.html" in site.files

        served = site.files
        commit(office, report=report.replace(b"The report", b"The final report"))
        jobs, said = pipeline(office, site, later, kill="written, 0 deleted")
        assert (jobs, site.files) == ("", served)  # it was built, and GitLab has nothing of it
        jobs, said = pipeline(office, site, later)
        assert jobs == "check:PASS confirm:PASS pages:PASS"
        assert "all equal to the output" in said
        assert b"The final report" in site.files["entry/report/index.html"]
        assert b"The final report" in site.files["all/atom.xml"]
        assert site.files["assets/site.css"] == served["assets/site.css"]

        served = site.files
        commit(office, report=None)
        jobs, said = pipeline(office, site, later)
        assert (jobs, site.files) == ("check:PASS pages:FAIL", served)
        assert "[id-vanished]" in said
        assert re.search(r"pages +finished .* FAIL 5\b", said)
        jobs, _ = pipeline(office, site, later, ALLOW="id-vanished")
        assert jobs == "check:PASS confirm:PASS pages:PASS"
        assert "entry/report/index.html" not in site.files


# --- a server ---


@pytest.mark.slow
@needs("systemd-analyze")
def test_systemd_takes_the_units_and_finds_little_exposed(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE, "--host", "server")
    units = sorted((office / "server").glob("ilofeed*@.*"))
    assert len(units) == 3
    for unit in units:
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(unit)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    broken = tmp_path / "broken@.timer"
    broken.write_text(units[-1].read_text("utf-8").replace("*:0/10", "*:0/10:x"))
    command = ["systemd-analyze", "verify", "--man=no", str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Failed to parse calendar" in done.stderr
    service = office / "server" / "ilofeed@.service"
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(service)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


class Server:
    """What the units describe, below a folder: repository, web root, mails."""

    def __init__(self, folder: Path, origin: Path | None = None) -> None:
        self.office, self.state = folder / "srv" / "ilofeed" / "news", folder / "var" / "news"
        self.state.mkdir(parents=True)
        self.public, self.mail = self.state / "public", folder / "mail"
        if origin is not None:
            git(folder, "clone", "-q", str(origin), str(self.office))
        write_program(
            folder / "bin" / "sendmail", f'#!/bin/sh\necho "$@" >>{self.mail}\ncat >>{self.mail}\n'
        )
        self.env = environment(STATE_DIRECTORY=str(self.state), MAIL_TO="editors@example.org")
        self.env["PATH"] = f"{folder / 'bin'}:{self.env['PATH']}"

    def command(self, unit: str) -> list[str]:
        """Return ExecStart of a unit, in this folder."""
        parsed = configparser.RawConfigParser(strict=False)
        parsed.optionxform = str  # type: ignore[assignment, method-assign]
        parsed.read(self.office / "server" / unit)
        text = parsed["Service"]["ExecStart"].replace("/srv/ilofeed/%i", str(self.office))
        return shlex.split(text.replace("%i", "news"))

    def start(self, when: dt.datetime, *options: str) -> tuple[int, str]:
        """Run the service as the timer does, and the one for failures; return code and messages."""
        done = subprocess.run(
            [*self.command("ilofeed@.service"), *options], cwd=self.office,
            env=self.env | at(when), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stdout
        if done.returncode != 0:
            self.report("exit-code")
        return done.returncode, done.stdout

    def report(self, result: str) -> None:
        """Run the service for failures; `result` is what systemd tells it."""
        done = subprocess.run(
            self.command("ilofeed-failed@.service"), cwd="/",
            env=self.env | {"MONITOR_SERVICE_RESULT": result}, check=True, capture_output=True,
        )  # fmt: skip
        assert done.stderr == b""


@pytest.mark.slow
@needs("git", "flock")
def test_a_server_publishes_releases_and_refuses(tmp_path: Path) -> None:
    origin = found(tmp_path / "origin", "server", "https://example.org/news/")
    server = Server(tmp_path, origin)
    code, said = server.start(START)  # an empty web root
    assert code == 0, said
    assert (server.public / "all" / "atom.xml").exists()
    assert server.start(START)[1].count("nothing changed") == 1

    later = START + dt.timedelta(hours=3)
    report = entry(**CATEGORIES, title="The report", date=later.isoformat())
    commit(origin, jobs=entry(**CATEGORIES, title="Jobs"), report=report)
    assert server.start(START)[0] == 0
    assert (server.public / "entry" / "jobs" / "index.html").exists()
    page = server.public / "entry" / "report" / "index.html"
    assert not page.exists()

    moved = origin.rename(tmp_path / "moved")  # the repository does not answer
    for _ in range(3):
        code, said = server.start(later)
        assert (code, page.exists()) == (1, True)
        assert "the repository could not be updated" in said
    mail = server.mail.read_text()  # one with what was published, one when nothing changed
    assert mail.count("the repository could not be updated") == mail.count("\nTo: ") == 2
    moved.rename(origin)
    assert server.start(later)[0] == 0

    server.mail.unlink()
    commit(origin, report=None)
    for _ in range(2):  # and every ten minutes
        code, said = server.start(later)
        assert (code, page.exists()) == (5, True)
        assert "[id-vanished]" in said
    mail = server.mail.read_text()
    assert mail.count("[id-vanished]") == mail.count("To: editors@example.org\n") == 1
    assert mail.startswith("-t\n")
    assert server.start(later, "--allow", "id-vanished")[0] == 0
    assert not page.exists()


def glob(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


@pytest.mark.slow
@needs("git")
def test_a_run_that_is_killed_is_completed_by_the_next(tmp_path: Path) -> None:
    origin = found(tmp_path / "origin", "server", "https://example.org/news/")
    server = Server(tmp_path, origin)
    assert server.start(START)[0] == 0
    for number in range(9):  # until one is not over before it is killed
        jobs = {f"jobs{number}-{n}": entry(**CATEGORIES, title=f"Jobs {n}") for n in range(40)}
        commit(origin, **jobs)
        process = subprocess.Popen(
            server.command("ilofeed@.service"), cwd=server.office, env=server.env | at(START),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        begun = functools.partial(glob, server.public, f"entry/jobs{number}-*")
        until(begun, "published")
        os.killpg(process.pid, signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            break
    else:
        pytest.fail("no run was killed")
    server.report("signal")
    mail = "\n\nthe service was ended (signal): systemctl status ilofeed@news\n"
    assert mail in server.mail.read_text("utf-8")
    feed = (server.public / "all" / "atom.xml").read_text("utf-8")
    pages = set(re.findall(r"https://example\.org/news/(entry/[\w-]+/)", feed))
    assert "entry/our-news-has-a-new-home/" in pages
    assert [path for path in pages if not (server.public / path / "index.html").exists()] == []
    assert server.start(START)[0] == 0
    assert len(glob(server.public, "entry/jobs*/index.html")) == 40 * (number + 1)
    done = run(
        server.office, "build", "--output", str(server.public), "--check-output", **at(START)
    )
    assert "0 written, 0 deleted" in done.stderr or "nothing changed" in done.stderr


def examples(page: str, language: str = "sh") -> str:
    return "\n".join(
        block.text for block in BLOCKS if (block.page, block.language) == (page, language)
    )


@pytest.mark.slow
@needs("git")
def test_the_page_on_servers_sets_one_up(tmp_path: Path) -> None:
    """Every command of the page, in order; those that only root may run are stand-ins."""
    server = Server(tmp_path)
    for name in ("apt-get", "useradd", "journalctl"):
        write_program(tmp_path / "bin" / name, "#!/bin/sh\n")
    write_program(tmp_path / "bin" / "sudo", '#!/bin/sh\nshift 2\nexec "$@"\n')
    done = tmp_path / "done"
    write_program(
        tmp_path / "bin" / "systemctl",
        f'#!/bin/sh\necho "$@" >>{done}\n[ "$1" != start ] || {{ cd {server.office}; '
        f"STATE_DIRECTORY={server.state} bash server/scripts/publish; }}\n",
    )
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    with host(Live(server.public)) as site:
        origin = found(tmp_path / "origin", "server", site.address)
        commands = examples("docs/how-to/publish-on-a-server.md")
        assert "https://git.example.org/office.git" in commands
        commands = commands.replace("https://git.example.org/office.git", str(origin))
        commands = commands.replace("/srv/ilofeed/news", str(server.office))
        commands = commands.replace("/var/lib/ilofeed/news", str(server.state))
        commands = commands.replace("/etc/", f"{tmp_path}/etc/")
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands], env=server.env | at(START),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "all equal to the output" in ended.stderr
    assert {path.name for path in units.iterdir()} == {
        path.name for path in server.office.glob("server/*@*")
    }
    assert (tmp_path / "etc/ilofeed/news.conf").read_text() == "MAIL_TO=editors@example.org\n"
    assert done.read_text().splitlines() == [
        "daemon-reload", "start ilofeed@news.service", "enable --now ilofeed@news.timer"
    ]  # fmt: skip


@pytest.mark.slow
@needs("git")
def test_the_build_of_other_services_compares_with_the_live_site(tmp_path: Path) -> None:
    page = "docs/how-to/publish-on-netlify-or-cloudflare.md"
    settings = tomllib.loads(examples(page, "toml"))
    command = examples(page).strip()
    assert settings["build"] == {"command": command, "publish": "public"}
    assert settings["headers"] == [
        {"for": "/*", "values": {"Access-Control-Allow-Origin": "*"}}
    ]  # fmt: skip

    def build(**env: str) -> tuple[int, str]:
        shutil.rmtree(office / "public", ignore_errors=True)  # each build is on another machine
        done = subprocess.run(
            ["bash", "-c", command], cwd=office, env=environment(**env, **at(START)),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stderr

    with host({}) as site:
        office = found(tmp_path / "office", "server", site.address)
        commit(office, jobs=entry(**CATEGORIES))
        assert build()[0] == 4
        assert build(PREVIOUS="none")[0] == 0
        site.files = files(office / "public")
        assert build()[0] == 0
        commit(office, jobs=None)
        code, said = build()
        assert code == 5, said


@pytest.mark.slow
@needs("shellcheck")
def test_shellcheck_finds_nothing_in_the_scripts_of_offices() -> None:
    names = ("publish-gitlab", "confirm-gitlab", "publish-server", "report-failure")
    command = ["shellcheck", *(str(OFFICE / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
