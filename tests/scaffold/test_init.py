"""A new office: what `ilofeed init` writes works with nothing but what is in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import io
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed import __version__
from ilofeed.content.read import Sources
from ilofeed.content.site import check
from ilofeed.scaffold import create, office_kit
from ilofeed.scaffold.create import NewOffice, OfficeError, suggest_authority
from ilofeed.scaffold.office_kit import make_wheel
from ilofeed.verify.verification import Fault
from offices import DATA, NOW, ROOT, entry, in_memory
from program import run
from rehearse import GOOD, NOTHING, TOKEN, issues, results
from runner import Machine, environment, load
from serving import host
from test_workflows import ZIZMOR, linted, step

if TYPE_CHECKING:
    from pathlib import Path

THREE = [
    *("--title", "مكتب الأخبار", "--url", "https://news.example.org/"),
    *("--timezone", "Asia/Amman", "--language", "ar", "--language", "en", "--language", "mn"),
    *("--country", "JO=الأردن", "--country", "EG=مصر"),
]
ONE = ["--title", "Notes from Ana", "--url", "https://example.org/ana/", "--timezone", "Etc/UTC"]
WHEN = ["--now", "2026-11-01T00:00:00Z"]


def begin(folder: Path, *args: str) -> Path:
    done = run(folder.parent, "init", folder.name, *args, *WHEN)
    assert (done.returncode, done.stdout) == (0, f"{folder}\n"), done.stderr
    assert len(done.stderr.splitlines()) == 4
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module", params=[THREE, ONE], ids=["three languages", "newsletter"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("new") / "office", *request.param)


def test_a_new_office_is_strictly_well_and_builds(office: Path, tmp_path: Path) -> None:
    done = run(office, "check", "--strict", *WHEN)
    assert (done.returncode, done.stdout) == (0, "")
    done = run(office, "build", "--output", str(tmp_path / "public"), *WHEN)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "public" / "entry" / "our-news-has-a-new-home" / "index.html").exists()
    assert "2026-11-01" in (tmp_path / "public" / "all" / "atom.xml").read_text("utf-8")


@pytest.mark.slow
def test_what_a_build_leaves_behind_is_not_offered_for_commit(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE)
    git = ["git", "-C", str(office)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    assert run(office, "build", *WHEN).returncode == 0
    assert len(list(office.glob(".public*"))) > 1
    asked = [*git, "ls-files", "--others", "--exclude-standard"]
    assert subprocess.run(asked, capture_output=True, check=True).stdout == b""


def test_an_office_of_several_languages_has_a_feed_of_each(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *THREE)
    assert run(office, "build", *WHEN).returncode == 0
    for language in ("ar", "en", "mn"):
        assert (office / "public" / "language" / language / "atom.xml").exists()
    assert "per: language" not in create.office_files(told(), NOW)["feeds.yaml"].decode()


@pytest.mark.slow
def test_git_does_not_see_what_a_build_makes(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE)
    git = ["git", "-C", str(office)]
    subprocess.run([*git, "init", "-q"], check=True)
    command = [*git, "status", "--porcelain", "--untracked-files=all"]
    before = subprocess.run(command, check=True, capture_output=True).stdout
    assert run(office, "build", *WHEN).returncode == 0
    assert {path.name for path in office.glob(".public.*")} >= {".public.state"}
    assert subprocess.run(command, check=True, capture_output=True).stdout == before


def test_what_its_readme_shows_passes_the_check(office: Path, tmp_path: Path) -> None:
    (shown,) = re.findall(
        r"```yaml\n(.*?)```", (office / "README.md").read_text("utf-8"), re.DOTALL
    )
    (first,) = (office / "entries").rglob("*.md")
    data = first.read_bytes().replace(b"date: 2026", b"date: 2025")
    data = data.replace(b"categories:", shown.encode() + b"categories:")
    picture = (DATA / "gallery" / "entries" / "steppe.png").read_bytes()
    made, problems = check(
        Sources(
            (office / "feeds.yaml").read_bytes(),
            (("entries/a.md", data),),
            {"entries/picture.png": in_memory("entries/picture.png", picture)},
        ),
        dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
    )
    assert made is not None
    # it says `language: en` of a text in the office's language
    assert {problem.code for problem in problems} <= {"other-script"}


@pytest.mark.slow
def test_its_workflows_pass_the_linters(office: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=office, check=True)
    done = linted(office, *ZIZMOR, "--no-ignores", ".github")
    assert done.returncode == 0, done.stdout
    for name in ("check", "office", "publish", "scheduled", "update", "dependabot"):
        assert f"{name}.yml" in done.stderr
    done = linted(office, "actionlint")
    assert (done.returncode, done.stdout) == (0, "")


def test_its_updates_are_of_what_it_has(office: Path) -> None:
    """The lock is renewed by the workflow `update`, as a whole."""
    made = yaml.safe_load((office / ".github" / "dependabot.yml").read_text("utf-8"))
    (updates,) = made["updates"]
    assert (updates["package-ecosystem"], updates["directory"]) == ("github-actions", "/")
    assert updates["cooldown"]["default-days"] >= 7
    assert list((office / ".github" / "workflows").glob("*.yml"))


def test_nothing_in_it_is_about_another_office(office: Path) -> None:
    for path, data in files(office).items():
        if path.startswith(".git/") or path.endswith(".whl"):
            continue
        text = data.decode()
        for word in ("ILO", "ilo.org", "Beijing", "China", "Mongolia", str(ROOT)):
            assert word not in text, f"{path}: {word}"
        assert not re.search(r"https?://[^/ ]*(?:pypi|pythonhosted)\.", text), path


def test_the_workflow_that_publishes_is_the_same_in_both_repositories(office: Path) -> None:
    for path in ("workflows/office.yml", "scripts/office.py"):
        assert (office / ".github" / path).read_bytes() == (ROOT / ".github" / path).read_bytes()


def test_publishing_is_called_the_same_in_both_repositories_but_for_the_tests(office: Path) -> None:
    there, here = load("publish.yml", office / ".github" / "workflows"), load("publish.yml")
    job = here["jobs"]["office"]
    assert job.pop("needs") == "ci"
    assert job.pop("concurrency") == there["concurrency"]
    assert there["jobs"] == {"office": job}
    assert there["on"] == here["on"]


def test_actions_are_pinned_as_they_are_here(office: Path) -> None:
    used = re.compile(r"uses: (actions/.*)")
    texts = [path.read_text("utf-8") for path in (ROOT / ".github").rglob("*.yml")]
    here = {one for text in texts for one in used.findall(text)}
    for name in ("check.yml", "update.yml"):
        there = used.findall((office / ".github" / "workflows" / name).read_text("utf-8"))
        assert there
        assert set(there) <= here


def test_the_lock_ends_in_the_program_itself(office: Path) -> None:
    folder = office / ".github" / "ilofeed"
    (wheel,) = folder.glob("*.whl")
    ours = (ROOT / "requirements.txt").read_text()
    line = f"./{wheel.name} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    assert (folder / "requirements.txt").read_text() == ours + line
    tool = (folder / "uv.txt").read_text()
    assert re.fullmatch(r"uv==\S+(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n", tool)


@pytest.mark.slow
def test_its_own_workflows_publish_it(tmp_path: Path) -> None:
    with host({}) as site, issues() as api:
        told = ["--title", "Jobs", "--url", site.address, "--authority", "example.org,2026"]
        office = begin(tmp_path / "office", *told, "--timezone", "Asia/Kolkata")

        def deploy(folder: Path) -> None:
            site.files = files(folder)

        clock = str(int(dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC).timestamp()))
        env = environment(
            GITHUB_API_URL=api.address, TOKEN=TOKEN, WAIT="0", SOURCE_DATE_EPOCH=clock
        )
        machine = Machine(office, tmp_path / "runs", env, deploy, home=office)
        jobs = machine.run("publish.yml")
        assert (jobs["build"].result, jobs["build"].code) == ("failure", 4)
        (opened,) = api.open
        assert "docs/how-to/publish-on-github.md#when-it-fails" in opened["body"]
        assert "## When it fails" in (office / "docs/how-to/publish-on-github.md").read_text(
            "utf-8"
        )

        jobs = machine.run("publish.yml", {"first": True})
        assert results(jobs) == GOOD
        assert api.open == []
        assert b"Our news has a new home" in site.files["all/atom.xml"]
        assert results(machine.run("scheduled.yml")) == NOTHING

        (office / "entries" / "jobs.md").write_bytes(entry(categories="[x]", countries="[world]"))
        done, _ = step(office, "check")
        assert done.returncode == 1
        assert "::error file=entries/jobs.md,line=5" in done.stdout


@pytest.mark.slow
def test_the_program_in_it_installs_and_makes_the_same_office(tmp_path: Path) -> None:
    first = begin(tmp_path / "first", *ONE)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    locked = first / ".github" / "ilofeed"
    (tmp_path / "last").write_text((locked / "requirements.txt").read_text().splitlines()[-1])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--require-hashes", "-r", str(tmp_path / "last")],
        cwd=locked, check=True, env=environment(),
    )  # fmt: skip
    there = next((tmp_path / "venv").rglob("site-packages"))
    # what the program rests on comes from the environment of the tests
    (there / "rest.pth").write_text(sysconfig.get_path("purelib") + "\n")
    done = subprocess.run(
        [str(python.with_name("ilofeed")), "init", str(tmp_path / "second"), *ONE, *WHEN],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where = subprocess.run(
        [str(python), "-c", "import ilofeed; print(ilofeed.__file__)"],
        capture_output=True, text=True, check=True, cwd=tmp_path, env=environment(),
    )  # fmt: skip
    assert where.stdout.startswith(str(there))
    assert files(tmp_path / "second") == files(first)


def test_the_wheel_is_the_same_for_the_same_files() -> None:
    held = office_kit.program_files()
    turned = dict(reversed(held.items()))
    assert make_wheel(__version__, held) == make_wheel(__version__, turned)
    assert not any("__pycache__" in path for path in held)


def test_the_wheel_offers_the_extras_of_the_project() -> None:
    _, data = make_wheel(__version__, office_kit.program_files())
    place = zipfile.Path(io.BytesIO(data)) / f"ilofeed-{__version__}.dist-info"
    said = importlib.metadata.PathDistribution(place)
    assert said.metadata.get_all("Provides-Extra") == ["deploy", "search"]
    assert "pagefind-bin >= 1.5.2; extra == 'search'" in (said.requires or [])


def test_what_is_shipped_is_what_the_build_copies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    copied = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {here: f"ilofeed/{there}" for there, here in office_kit.SHIPPED.items()} == copied


GIVEN: dict[str, Any] = {
    "title": "x", "url": "https://example.org/", "authority": None, "timezone": "Etc/UTC",
    "languages": (), "countries": (),
}  # fmt: skip


def told(**changes: Any) -> NewOffice:
    return create.describe_office(NOW, **GIVEN | changes)


SIGNS = st.text("\"':#{}[]>|*&!%@`-? \n\ta", max_size=9)


@given(st.text(max_size=40) | SIGNS)
@settings(max_examples=attempts(15, 300))
def test_any_title_survives_or_is_refused_in_words(title: str) -> None:
    said = ""
    try:
        _, site = create.check_office_sources(told(title=title), NOW)
    except OfficeError as error:
        said = str(error)
    else:
        assert site.office.title == title.strip().replace("\t", " ")
    assert said == "" or "--title" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "title", ['"Quoted": a # b', "أخبار اليوم", "🎉 – it's", "- x", "@URL@", "{a: b}", "NO"]
)
def test_a_title_is_read_as_it_was_written(title: str) -> None:
    made = create.office_files(told(title=title), NOW)
    assert create.check_office_sources(told(title=title), NOW)[1].office.title == title
    first = made["README.md"].decode().partition("\n")[0]
    assert re.sub(r"\\(.)", r"\1", first) == f"# {title}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": None, "url": "", "timezone": None}, "--title, --url and --timezone are missing"),
        ({"title": None}, "--title is missing"),
        ({"title": "a\nb"}, "--title: the text contains a line break"),
        ({"title": "\ud800"}, "--title is not valid UTF-8"),
        ({"title": "\ue000"}, "--title: private-use character U+E000"),
        ({"url": "example.org"}, "--url: `example.org` is not a complete address"),
        (
            {"url": "https://example.org/a/../b"},
            "--url: `https://example.org/a/../b/` contains /../;",
        ),
        ({"url": "https://example.org/%2e/"}, "contains /%2E/"),
        ({"url": "http://localhost/"}, "--url: `http://localhost/` has no domain"),
        ({"url": "http://127.0.0.1:8000/"}, "such as --authority example.org,2026"),
        ({"url": "http://localhost/", "authority": "localhost,2026"}, "--authority: the domain"),
        ({"url": "http://localhost/", "timezone": "Mars"}, "--timezone: unknown time zone `Mars`"),
        ({"authority": "Example.org,2015"}, "--authority: the domain has capital letters"),
        ({"authority": "example.org,2999"}, "--authority: the date 2999-01-01 is in the future"),
        ({"timezone": "Asia/Ulanbator"}, "--timezone: unknown time zone `Asia/Ulanbator`"),
        ({"languages": ("EN",)}, "--language: invalid language tag `EN`; write en"),
        ({"languages": ("en", "MN")}, "--language: invalid language tag `MN`; write mn"),
        ({"countries": ("MN",)}, "invalid --country MN; write CODE=LABEL"),
        ({"countries": ("mn=x",)}, "write MN"),
        ({"countries": ("MN=a", "MN=b")}, "--country: duplicate code `MN`; remove one"),
        ({"countries": ("a: b=x",)}, "--country: "),
        ({"title": "</p>", "timezone": "Mars"}, "--timezone: unknown time zone `Mars`"),
    ],
)
def test_what_is_wrong_is_said_of_the_option(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(OfficeError) as error:
        create.office_files(told(**changes), NOW)
    assert said in str(error.value)


def test_an_address_without_a_domain_needs_an_authority_beside_it() -> None:
    office = told(url="http://localhost/", authority="example.org,2026")
    assert create.check_office_sources(office, NOW)[1].office.authority.text == "example.org,2026"
    assert told(authority=" ").authority == "example.org,2026"


def test_a_time_before_all_feeds_is_refused() -> None:
    then = dt.datetime(1886, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(OfficeError, match="1886-01-01 is before 1985"):
        create.office_files(create.describe_office(then, **GIVEN), then)


def test_feeds_that_would_not_come_back_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault("all/rss.xml", "title", "a", "b")
    monkeypatch.setattr(create, "verify", lambda *_: [fault])
    with pytest.raises(OfficeError, match=r"all/rss.xml: title: expected a, read b"):
        create.office_files(told(), NOW)


def test_a_wrong_option_is_a_matter_of_usage_and_nothing_is_written(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "a/office", "--title", "</p>", "--url", "x", "--timezone", "y")
    assert done.returncode == 2
    assert all(f"--{name}: " in done.stderr for name in ("title", "url", "timezone"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.mkdir()
    (office / "notes.txt").write_text("mine")
    done = run(tmp_path, "init", "office", *ONE)
    assert (done.returncode, files(office)) == (2, {"notes.txt": b"mine"})
    assert "is not empty (notes.txt); choose another folder" in done.stderr
    done = run(tmp_path, "init", "office/notes.txt", *ONE)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


@pytest.mark.parametrize("place", ["entries/office", "a/../entries/b/c"])
def test_no_office_is_made_among_the_entries_of_another(tmp_path: Path, place: str) -> None:
    (tmp_path / "feeds.yaml").write_text("mine")
    done = run(tmp_path, "init", place, *ONE)
    assert (done.returncode, files(tmp_path)) == (2, {"feeds.yaml": b"mine"})
    said = f"{tmp_path / 'entries'} is only for entries"
    assert said in done.stderr


def test_a_repository_without_files_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    done = run(tmp_path, "init", ".", *ONE)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "feeds.yaml").exists()
    assert not (tmp_path / ".ilofeed-init").exists()


def test_it_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="a"):
        create.write_files(tmp_path / "new" / "office", {"a": b"", "a/b": b""})
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(OfficeError, match="already exists"):
        create.write_files(tmp_path, {"a/b": b"", "aa": b"", "b": b"ours", "c": b""})
    assert files(tmp_path) == {"b": b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_an_office_gets_a_later_program_and_keeps_what_is_its_own(tmp_path: Path) -> None:
    office = begin(tmp_path / "office", *ONE)
    made = files(office)
    locked = office / ".github" / "ilofeed"
    (wheel,) = locked.glob("*.whl")
    wheel.rename(locked / "ilofeed-0.0.1-py3-none-any.whl")
    (locked / "requirements.txt").write_text("old")
    (office / ".github" / "workflows" / "check.yml").unlink()
    mine = {name: (made[name] + b"# mine\n") for name in ("feeds.yaml", "README.md", ".gitignore")}
    for name, data in mine.items():
        (office / name).write_bytes(data)
    done = run(tmp_path, "init", "--renew", "office", *WHEN)
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            ".github/ilofeed/ilofeed-0.0.1-py3-none-any.whl",
            f".github/ilofeed/{wheel.name}",
            ".github/ilofeed/requirements.txt",
            ".github/workflows/check.yml",
        ],
    )
    assert files(office) == made | mine
    done = run(tmp_path, "init", "--renew", "office", *WHEN)
    assert (done.returncode, done.stdout) == (0, "")
    assert "already" in done.stderr


def test_what_is_no_office_is_not_renewed(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--renew", ".")
    assert (done.returncode, files(tmp_path)) == (2, {})
    assert "was not created by" in done.stderr
    done = run(tmp_path, "init", "--renew", ".", "--title", "x")
    assert done.returncode == 2
    assert "takes no other options" in done.stderr
    (tmp_path / ".github" / "ilofeed").mkdir(parents=True)
    (tmp_path / "feeds.yaml").write_text("site: x\n")
    done = run(tmp_path, "init", "--renew", ".")
    assert (done.returncode, list(files(tmp_path))) == (1, ["feeds.yaml"])


def answers(folder: Path, *lines: str, given: tuple[str, ...] = ()) -> tuple[int, str]:
    """What a person at a terminal sees who answers with these lines, and the exit code."""
    import pty  # not on Windows, where this module has fast tests

    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ilofeed", "-C", str(folder), "init", "office", *given, *WHEN],
        stdin=child, stdout=child, stderr=child,
    )  # fmt: skip
    os.close(child)
    # the end of what is typed, too: a question too many stops instead of waiting
    os.write(parent, "".join(f"{line}\n" for line in (*lines, "\4")).encode())
    seen = b""
    try:
        while chunk := os.read(parent, 65536):
            seen += chunk
    except OSError:  # the end, as Linux says it
        pass
    os.close(parent)
    return process.wait(60), seen.decode()


@pytest.mark.slow
def test_a_terminal_is_asked_until_it_is_right(tmp_path: Path) -> None:
    code, seen = answers(
        tmp_path, "</b>", "Ana's news", "example.org", "https://example.org/ana/", "Mars",
        "Asia/Amman", "netlify", "server", "",
        "AR", "ar en", "JO", "JO=Jordan", "EG=Egypt", "", "News of Ana",
        "red", "#ffee00", "#0b6e4f", "no.svg", str(ROOT / "brand" / "logo.svg"),
    )  # fmt: skip
    assert code == 0, seen
    assert (tmp_path / "office" / "server" / "ilofeed@.timer").exists()
    for said in (
        "'netlify' is not one of 'github', 'gitlab', 'server'",
        "Error: `</b>` is HTML", "Error: `example.org` is not a complete address",
        "Error: unknown time zone `Mars`", "[example.org,2026:ana]",
        "Error: invalid language tag `AR`; write ar", "Error: invalid --country JO",
        "Error: invalid colour `red`; write six", "Error: links in `#ffee00` are hard to read",
        "no.svg is not a file that can be read",
    ):  # fmt: skip
        assert said in seen
    text = (tmp_path / "office" / "feeds.yaml").read_text("utf-8")
    for line in (
        "example.org,2026:ana",
        "title: Ana's news",
        "language: ar",
        "EG: Egypt",
        "description: News of Ana",
        'accent: "#0b6e4f"',
        "logo: brand/logo.svg",
    ):
        assert line in text
    logo = tmp_path / "office" / "brand" / "logo.svg"
    assert logo.read_bytes() == (ROOT / "brand" / "logo.svg").read_bytes()


@pytest.mark.slow
def test_a_terminal_is_asked_for_what_was_not_told(tmp_path: Path) -> None:
    code, seen = answers(
        tmp_path,
        "Etc/UTC",
        "",
        "",
        "",
        "",
        given=(*THREE[:4], *THREE[6:], "--authority", "a.example,2026"),
    )
    assert code == 0, seen
    assert seen.count("Time zone, ") == 1
    assert "start of every id" not in seen


@pytest.mark.slow
def test_a_terminal_is_asked_nothing_where_all_that_is_needed_is_told(tmp_path: Path) -> None:
    code, seen = answers(tmp_path, given=tuple(ONE))
    assert code == 0
    assert "language" not in seen.lower()


def test_the_schedule_is_of_the_office_s_day(office: Path) -> None:
    """actionlint knows the names of zones: `test_its_workflows_pass_the_linters`."""
    (when,) = load("scheduled.yml", office / ".github" / "workflows")["on"]["schedule"]
    assert when == {"cron": "17 6-22 * * *", "timezone": office_zone(office)}


def office_zone(office: Path) -> str:
    settings: dict[str, Any] = yaml.safe_load((office / "feeds.yaml").read_text("utf-8"))
    return str(settings["site"]["timezone"])


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://example.org", "example.org,2026"),
        ("https://Example.github.io/Our-News/", "example.github.io,2026:our-news"),
        ("https://example.org:8080/a/b/", "example.org,2026:a-b"),
        ("nowhere", None),
    ],
)
def test_an_address_suggests_an_authority(url: str, wanted: str | None) -> None:
    assert suggest_authority(url, NOW) == wanted


@pytest.mark.parametrize(
    ("languages", "tag", "title"),
    [
        ("en-GB", "en-GB", "Our news has a new home"),
        ("mn", "mn", "Манай мэдээ шинэ хаягтай боллоо"),
        ("zh-Hant", "zh-Hans", "我们的新闻有了新家"),
        ("sw", "en", "Our news has a new home"),
        ("sw mn", "mn", "Манай мэдээ шинэ хаягтай боллоо"),
        ("zh-Hant sw en-GB", "en-GB", "Our news has a new home"),
        ("zh-Hant sw", "zh-Hant", "x"),  # the office's own name
    ],
)
def test_the_first_entry_says_in_which_language_it_is(languages: str, tag: str, title: str) -> None:
    (first,) = create.check_office_sources(told(languages=tuple(languages.split())), NOW)[1].entries
    assert (first.language, first.title) == (tag, title)
    assert first.published <= NOW
