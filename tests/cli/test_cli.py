"""The command line as people and machines use it: exit codes, streams, words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

import ilofeed
from ilofeed.feeds.archive_documents import RENDERERS
from ilofeed.problems import CODES
from offices import OFFICE, SMALL, entry, messages, write_office
from program import run, start


def seen_on_terminal(
    folder: Path, *args: str, program: tuple[str, str] = ("-m", "ilofeed"), **env: str
) -> str:
    """What a person at a terminal sees, of both streams."""
    import pty  # not on Windows, where this module has fast tests

    parent, child = pty.openpty()
    command = [sys.executable, *program, "-C", str(folder), *args]
    process = subprocess.Popen(command, stdout=child, stderr=child, env=os.environ | env)
    os.close(child)
    seen = b""
    try:
        while chunk := os.read(parent, 65536):
            seen += chunk
    except OSError:  # the end, as Linux says it
        pass
    os.close(parent)
    process.wait(60)
    return seen.decode()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL, wages=entry())


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write_office(
        tmp_path / "broken", office=SMALL, wages=entry(date="19 May 2015", title="a: b")
    )


def test_check_says_that_all_is_well(office: Path) -> None:
    done = run(office, "check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 entry, 1 feed: no problems\n"
    assert sorted(path.name for path in office.iterdir()) == ["entries", "feeds.yaml"]


def test_check_prints_problems_and_fails(broken: Path) -> None:
    done = run(broken, "check")
    assert done.returncode == 1
    assert done.stdout == (
        "entries/wages.md:2:9: error: colon and space inside a value; put the value in quotes: "
        '`title: "a: b"` [unquoted-colon]\n'
        "entries/wages.md:3:7: error: invalid date `19 May 2015`; "
        "write 2015-05-19 [bad-date]\n"
    )
    assert "2 problems in 1 file" in done.stderr
    assert "ilofeed explain unquoted-colon" in done.stderr


def test_json_for_programs(broken: Path, office: Path) -> None:
    done = run(broken, "check", "--format", "json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["schema"], answer["faults"]) == (1, [])
    assert answer["problems"][1] == {
        "path": "entries/wages.md",
        "line": 3,
        "column": 7,
        "end_line": 3,
        "end_column": 18,
        "code": "bad-date",
        "message": "invalid date `19 May 2015`; write 2015-05-19",
        "severity": "error",
    }
    nothing = {"schema": 1, "problems": [], "faults": []}
    assert json.loads(run(office, "check", "--format", "json").stdout) == nothing
    (office / "feeds.yaml").unlink()  # a problem of a whole file
    (problem, *_) = json.loads(run(office, "check", "--format", "json").stdout)["problems"]
    assert [problem[key] for key in ("line", "column", "end_line", "end_column")] == [1, 1, 1, 1]


def test_github_annotations_are_chosen_by_themselves(broken: Path) -> None:
    done = run(broken, "check", GITHUB_ACTIONS="true")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1] == (
        "::error file=entries/wages.md,line=3,col=7,title=bad-date::"
        "invalid date `19 May 2015`; write 2015-05-19"
    )
    assert run(broken, "check", "--format", "github").stdout == done.stdout
    assert "::error" not in run(broken, "check", "--format", "text", GITHUB_ACTIONS="true").stdout


def test_an_editors_text_cannot_forge_an_annotation(tmp_path: Path) -> None:
    title = '"100%\\n::error::forged\\e[31m"'
    folder = write_office(tmp_path / "o", office=SMALL, wages=entry(title=title, link="a%0Ab"))
    for form in ("github", "text"):
        done = run(folder, "check", "--format", form)
        assert not re.search(r"^::error::forged", done.stdout, re.MULTILINE)
        assert "\x1b" not in done.stdout
        assert all(re.search(r"wages\.md", line) for line in done.stdout.splitlines())


@pytest.mark.slow
def test_colour_on_a_terminal_only(broken: Path) -> None:
    args = ("check", "--format", "text")
    assert click.style("error:", fg="red", bold=True) in seen_on_terminal(broken, *args)
    assert "\x1b[" not in seen_on_terminal(broken, *args, NO_COLOR="1")
    assert "\x1b[" in seen_on_terminal(broken, *args, NO_COLOR="")
    assert "\x1b[" not in run(broken, "check").stdout


@pytest.mark.parametrize(
    ("options", "env", "colored"),
    [
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": ""}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "auto"), {}, False),
    ],
)
def test_colour_where_it_is_asked_for(
    broken: Path, options: tuple[str, ...], env: dict[str, str], *, colored: bool
) -> None:
    done = run(broken, *options, "check", "--format", "text", **env)
    assert ("\x1b[" in done.stdout) == colored
    assert "\x1b[" not in run(broken, *options, "check", "--format", "json", **env).stdout


def test_quiet_leaves_out_what_went_well(office: Path, broken: Path) -> None:
    for words in (("check",), ("build",), ("build",), ("due",), ("check", "feeds.yaml")):
        done = run(office, "--quiet", *words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    loud, done = run(broken, "check"), run(broken, "--quiet", "check")
    assert (done.returncode, done.stdout, done.stderr) == (1, loud.stdout, loud.stderr)
    assert "is not a file of the office" in run(office, "--quiet", "check", "nothing.md").stderr


IMPATIENT = "import ilofeed.cli.console as c; c.PATIENCE = 0; from ilofeed.cli import main; main()"


@pytest.mark.slow
def test_a_bar_on_a_terminal_when_a_build_takes_its_time(office: Path) -> None:
    """For somebody without patience, since how long anything takes is up to the machine."""
    seen = seen_on_terminal(office, "build", program=("-c", IMPATIENT))
    assert re.search(r"Verifying  \[#*-+\]  \d+/36 +\d+%", seen)
    assert seen.splitlines()[-1].startswith("1 entry, ")
    assert "Verifying" not in seen_on_terminal(office, "check")


def test_verbose_says_where_the_time_went(office: Path) -> None:
    stages = ("Starting", "Reading", "Checking", "Making", "Verifying", "Comparing", "Publishing")
    done = run(office, "build", "--verbose", "--output", "elsewhere")
    for command in ("check", "diff"):
        said = run(office, command, "--verbose").stderr
        assert re.search(r"(?m)^Reading \d+\.\d\d s, Checking \d+\.\d\d s, Making ", said)
    wanted = ", ".join(rf"{stage} \d+\.\d\d s" for stage in stages)
    assert re.fullmatch(wanted, done.stderr.splitlines()[-1])
    done = run(office, "build", "--verbose", "--output", "elsewhere")
    assert re.fullmatch(r"Starting \d+\.\d\d s", done.stderr.splitlines()[-1])


def test_due_and_new_need_files_that_are_in_order(broken: Path, tmp_path: Path) -> None:
    done = run(broken, "due")
    assert done.returncode == 1
    assert "bad-date" in done.stdout
    folder = write_office(tmp_path / "o", office=b"site: {}\n")
    done = run(folder, "new", "x")
    assert done.returncode == 1
    assert "missing-key" in done.stdout


def test_names_in_messages_cannot_move_the_cursor(tmp_path: Path) -> None:
    office = OFFICE.replace(b"example.org,2015:office", b'"\\e[31mExample.org,2015"')
    office += b'  "\\e[2J": {label: x, broader: "\\e[2J"}\n'
    folder = write_office(tmp_path / "o", office=office, wages=entry())
    for form in ("text", "github"):
        done = run(folder, "check", "--format", form)
        assert done.returncode == 1
        assert "bad-authority" in done.stdout
        assert "<U+001B>" in done.stdout
        assert "\x1b" not in done.stdout


def test_strict_takes_warnings_for_errors(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o", office=SMALL, wages=entry())
    (folder / "entries" / "note.txt").write_text("x")
    relaxed = run(folder, "check")
    assert relaxed.returncode == 0
    assert "warning: `note.txt` is ignored" in relaxed.stdout
    assert run(folder, "check", "--strict").returncode == 1


@pytest.mark.slow
def test_any_locale_gets_every_word(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o", office=SMALL, wages=entry(link="世界"))
    for env in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "xx_XX"}):
        done = start(folder, "check", **env)
        assert done.returncode == 1
        assert "bad-url" in done.stdout


def test_build_publishes_and_says_what_changed(office: Path) -> None:
    done = run(office, "build")
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(
        r"1 entry, 1 feed, (\d+) documents in .*/public: \1 written, 0 deleted \(\d+\.\d s\)\n",
        done.stderr,
    )
    assert (office / "public" / "all" / "atom.xml").exists()
    again = run(office, "build", "--output", "public", "--jobs", "2")
    assert ": nothing changed (" in again.stderr


def test_a_broken_office_changes_nothing_that_is_published(office: Path) -> None:
    run(office, "build")
    before = {path: path.stat().st_mtime_ns for path in (office / "public").rglob("*")}
    (office / "entries" / "new.md").write_bytes(entry(title="New"))
    (office / "entries" / "wages.md").write_bytes(b"")
    done = run(office, "build")
    assert done.returncode == 1
    assert "nothing was published" in done.stderr
    assert before == {path: path.stat().st_mtime_ns for path in (office / "public").rglob("*")}


def test_base_url_and_a_clock(office: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    args = ("build", "--output", str(out), "--base-url", "http://localhost:8000")
    assert run(office, *args, "--now", "2015-05-19T09:00:00+09:00").returncode == 0
    assert b"http://localhost:8000/all/" in (out / "all" / "atom.xml").read_bytes()
    assert (out / "entry" / "wages" / "index.html").exists()
    early = ("--now", "2015-05-19T08:59:59+09:00")
    assert run(office, *args, *early).returncode == 5  # what is out cannot go back
    before = run(office, *args, *early, "--previous", "none")
    assert "(1 scheduled)" in before.stderr
    assert not (out / "entry" / "wages" / "index.html").exists()
    epoch = run(office, *args, SOURCE_DATE_EPOCH="1431993600")  # 2015-05-19T00:00:00Z
    assert "scheduled" not in epoch.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["biuld"],
        ["build", "--now", "tomorrow"],
        ["build", "--now", "2015-05-19T09:00"],
        ["build", "--base-url", "localhost"],
        ["build", "--output", "."],
        ["build", "--output", "entries"],
        ["build", "--output", "entries/public"],
        ["build", "--output", ".."],
        ["build", "--jobs", "0"],
        ["check", "--format", "xml"],
        ["explain", "no-such-code"],
        ["schema", "feed"],
        ["new"],
    ],
)
def test_usage_errors_are_2(office: Path, args: list[str]) -> None:
    done = run(office, *args)
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a/../b/",
        "https://example.org/./",
        "https://example.org/a/.",
        "https://example.org/%2e%2E/b",
        "https://example.org/?x",
        "https://example.org/feeds#x",
        "https://example",
    ],
)
def test_base_url_is_refused_in_the_words_for_the_address_in_feeds_yaml(
    office: Path, url: str
) -> None:
    data = OFFICE.replace(b"https://example.org/feeds/", f'"{url}"'.encode())
    (said,) = messages(office=data, wages=entry())
    for command in ("build", "diff", "live"):
        done = run(office, command, "--base-url", url)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"--base-url: {said}\n" in done.stderr
    assert not (office / "public").exists()


def test_a_clock_that_is_none_is_a_usage_error(office: Path) -> None:
    assert run(office, "check", SOURCE_DATE_EPOCH="soon").returncode == 2
    assert run(office / "nowhere", "check").returncode == 2


def test_a_document_that_does_not_verify_is_3(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The renderer is made to lose a letter: the program must notice and publish nothing."""
    real = RENDERERS["json"]
    monkeypatch.setitem(
        RENDERERS, "json", lambda *given: real(*given).replace(b"Wages rise", b"Wages rse")
    )
    done = run(office, "build")
    assert done.returncode == 3
    assert (
        'all/feed.json: error: tag:example.org,2015:office:wages title: expected "Wages rise", '
        'read "Wages rse"'
    ) in done.stdout
    assert "nothing was published" in done.stderr
    assert not (office / "public").exists()
    faults = json.loads(run(office, "check", "--format", "json").stdout)["faults"]
    assert faults[0] == {
        "path": "all/feed.json",
        "field": "tag:example.org,2015:office:wages title",
        "expected": '"Wages rise"',
        "found": '"Wages rse"',
    }


def test_a_broken_disk_is_4(office: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run(office, "build", "--output", str(tmp_path / "file"))
    assert done.returncode == 4
    assert "is a file" in done.stderr
    assert run(office, "build", "--output", str(tmp_path / "file" / "below")).returncode == 4
    (tmp_path / "out" / "all" / "atom.xml").mkdir(parents=True)
    done = run(office, "build", "--output", str(tmp_path / "out"))
    assert done.returncode == 4
    assert "atom.xml" in done.stderr


@pytest.mark.slow
def test_a_full_disk_is_4_and_leaves_no_half_file(office: Path, tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"sys.argv = ['ilofeed', '-C', {str(office)!r}, 'build'];"
        "from ilofeed.cli import main; main()"
    )
    # without the measuring of coverage, whose file would be too large as well
    env = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    for path in (office / "public").rglob("*.xml"):
        assert path.read_bytes().endswith(b">\n")
    assert not (office / "public" / ".ilofeed-tmp").exists()
    assert run(office, "build").returncode == 0


def test_a_damaged_ledger_is_4(office: Path) -> None:
    run(office, "build")
    (office / "public" / "manifest.json").write_text("{")
    (office / ".public.manifest.json").unlink()
    done = run(office, "build")
    assert done.returncode == 4
    assert "manifest.json cannot be used" in done.stderr


def test_due_lists_what_waits_and_until_when(tmp_path: Path) -> None:
    folder = write_office(
        tmp_path / "o",
        out=entry(),
        later=entry(title="Later", date="2055-07-20"),
        soon=entry(title="Soon", date="2055-01-20T10:00Z"),
        draft=entry(date="2055-01-01", draft="true"),
    )
    done = run(folder, "due")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "2055-01-20T18:00:00+08:00  entries/soon.md  Soon",
        "2055-07-20T09:00:00+08:00  entries/later.md  Later",
    ]
    assert "no entry is scheduled" in run(folder, "due", "--now", "2056-01-01").stderr


def test_new_writes_an_entry_that_is_valid_at_once(office: Path) -> None:
    title = "“Decent work”: what's new & #1?"
    done = run(
        office, "new", title, "--category", "wages", "--country", "MN", "--date", "2015-05-20"
    )
    assert done.returncode == 0
    assert done.stdout == "entries/2015/decent-work-whats-new-1.md\n"
    text = (office / done.stdout.strip()).read_text("utf-8")
    assert f'title: "{title}"\n' in text
    assert "draft: true\n" in text
    assert run(office, "check", "--strict").returncode == 0
    whole = ("--summary", "Two: sentences. # Here.", "--link", "https://example.org/x")
    again = run(
        office,
        "new",
        title,
        "--category",
        "wages",
        "--country",
        "MN",
        "--date",
        "2015-05-20",
        *whole,
    )
    assert again.stdout == "entries/2015/decent-work-whats-new-1-2.md\n"
    assert "draft" not in (office / again.stdout.strip()).read_text("utf-8")
    assert run(office, "check", "--strict").returncode == 0


@pytest.mark.parametrize(
    "title",
    ["世界", "- x", "[x]", "'", '"', "null", "~", "a: b", "x #y", "123", "C:\\x", "!x", "é" * 300],
)
def test_any_title_makes_a_valid_file(office: Path, title: str) -> None:
    terms = ("--category", "wages", "--country", "MN")
    done = run(office, "new", *terms, f"--summary={title}", "--", title)
    assert done.returncode == 0, done.stderr
    assert run(office, "check").returncode == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["x", "--category", "wage", "--country", "MN"], "did you mean `wages`?"),
        (["x", "--category", "wages", "--country", "mn"], "did you mean `MN`?"),
        (["x", "--country", "MN"], "--category is missing; choose from: employment, wages"),
        (["x", "--category", "wages"], "--country is missing; choose from: CN, HK, MN"),
        (["", "--category", "wages", "--country", "MN"], "empty"),
        (["x" * 301, "--category", "wages", "--country", "MN"], "too long"),
        (["x", "--category", "wages", "--country", "MN", "--link", "nowhere"], "https://"),
        (["x", "--category", "wages", "--country", "MN", "--slug", "A b"], "not a slug"),
    ],
)
def test_new_says_what_it_needs(office: Path, args: list[str], said: str) -> None:
    done = run(office, "new", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(path.name for path in (office / "entries").iterdir()) == ["wages.md"]


def test_new_writes_the_language_where_it_is_another(office: Path) -> None:
    name = office / "feeds.yaml"
    name.write_bytes(
        name.read_bytes().replace(b"  timezone:", b"  languages: [en, mn]\n  timezone:")
    )
    terms = ("--category", "wages", "--country", "MN", "--summary", "x")

    def new(*args: str) -> str:
        done = run(office, "new", "A title", *terms, *args)
        assert done.returncode == 0, done.stderr
        return (office / done.stdout.strip()).read_text("utf-8")

    assert "language" not in new("--language", "en")
    made = new("--language", "mn", "--translation-of", "wages")
    assert "language: mn\ntranslation_of: wages\n" in made
    assert run(office, "check", "--strict").returncode == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--language", "MN"], "invalid language tag `MN`; write mn"),
        (["--language", "fr"], "language `fr` is not listed in feeds.yaml (en, mn)"),
        (["--translation-of", "wages"], "the original `wages` has the same language, `en`"),
        (["--language", "mn", "--translation-of", "wage"], "did you mean `wages`?"),
        (["--language", "mn", "--translation-of", "A b"], "not a slug"),
    ],
)
def test_new_writes_no_language_that_the_check_refuses(
    office: Path, args: list[str], said: str
) -> None:
    name = office / "feeds.yaml"
    name.write_bytes(
        name.read_bytes().replace(b"  timezone:", b"  languages: [en, mn]\n  timezone:")
    )
    done = run(office, "new", "x", "--category", "wages", "--country", "MN", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert [path.name for path in (office / "entries").rglob("*.md")] == ["wages.md"]


@pytest.mark.slow
def test_new_asks_on_a_terminal_and_offers_the_known_ones(office: Path) -> None:
    import pty  # not on Windows, where this module has fast tests

    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ilofeed", "-C", str(office), "new", "Asked"],
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(parent, b"wage\nwages\nMN\n")
    out, err = process.communicate(timeout=60)
    os.close(parent)
    os.close(child)
    assert process.returncode == 0, err
    assert re.fullmatch(r"entries/\d{4}/asked\.md\n", out)
    assert "occupational-safety-and-health" in err
    assert "Mongolia" in err
    assert "did you mean `wages`?" in err
    assert run(office, "check").returncode == 0


def test_schemas_are_schemas_and_agree_with_the_office(office: Path) -> None:
    import yaml

    for which in ("entry", "feeds"):
        schema = json.loads(run(office, "schema", which).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(OFFICE.replace(b"NO:", b'"NO":')), schema)
    entries = json.loads(run(office, "schema", "entry").stdout)
    assert "enum" not in entries["properties"]["language"]
    good: dict[str, Any] = {
        "title": "x",
        "date": "2015-05-19",
        "summary": "x",
        "categories": ["wages"],
        "countries": ["MN"],
        "event": {"start": "2015-05-19"},
        "authors": ["x", {"name": "y"}],
        "draft": True,
    }
    jsonschema.validate(good, entries)
    for change in ({"categories": ["wage"]}, {"titel": "x"}, {"date": "19 May"}, {"link": None}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | change, entries)


def test_the_schema_of_entries_is_there_without_an_office(tmp_path: Path) -> None:
    schema = json.loads(run(tmp_path, "schema", "entry").stdout)
    assert schema["properties"]["categories"]["items"] == {"type": "string"}


def test_explain_prints_the_manual(office: Path) -> None:
    done = run(office, "explain", "bad-date")
    assert done.returncode == 0
    assert done.stdout.startswith("bad-date\n\nA date is written year-month-day")
    assert run(office, "explain").stdout.split() == sorted(CODES)
    assert "did you mean `bad-date`?" in run(office, "explain", "baddate").stderr


def test_help_is_for_people(office: Path) -> None:
    done = run(office, "--help")
    for command in ("build", "check", "due", "explain", "new", "schema"):
        assert f"\n  {command}" in done.stdout
        assert run(office, command, "--help").returncode == 0
    assert run(office, "--version").stdout == f"ilofeed, version {ilofeed.__version__}\n"


def test_an_empty_folder_is_told_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "check")
    assert done.returncode == 1
    assert "feeds.yaml:1:1: error: the file does not exist" in done.stdout


@pytest.mark.slow
def test_help_is_quick_because_it_loads_little() -> None:
    code = (
        "import sys; sys.argv = ['ilofeed', '--help']\n"
        "from ilofeed.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('pydantic', 'feedgen', 'feedparser', 'jinja2', 'yaml', 'lxml')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
