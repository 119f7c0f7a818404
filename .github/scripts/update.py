"""Bring an office newer versions of the packages that its program uses, after trying them.

    update.py lock       lock newer versions, if the office can be published with them
    update.py propose    open or update a pull request on GitHub with what `lock` wrote to UPDATE

The folder `ilofeed` beside the one of this script has the locks. Settings come from the
environment: DAYS (how many days old a version must be; default: 7), UPDATE (a folder for the job
that proposes), BASE (the branch to merge into), GITHUB_API_URL, GITHUB_REPOSITORY and GH_TOKEN
(`contents: write`, `pull-requests: write`). The exit code is 1 if the office's own files are wrong,
3 if it cannot be published with the newer versions, 4 if the network failed.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
from pathlib import Path
from typing import Any
from urllib.parse import quote

SCRIPTS = Path(__file__).resolve().parent
PROGRAM = SCRIPTS.parent / "ilofeed"
ROOT = SCRIPTS.parent.parent
LOCK, TOOL = PROGRAM / "requirements.txt", PROGRAM / "uv.txt"
BRANCH, REPORT = "ilofeed-update", "report.md"
DAYS = "7"  # a version that was tampered with is mostly found within days
COMPILE = (
    "pip compile --universal --python-version 3.11 --generate-hashes --upgrade --no-strip-extras "
    "--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet"
).split()  # as `./run lock` of ilofeed does
MOST_NAMED = 3
MANUAL = "docs/how-to/keep-up-to-date.md"
_PIN = re.compile(r"(?m)^([\w.-]+)==([^\s;]+)( ; [^\\\n]+)?")
# git asks this for the password, so no command line and no file has it
_HELPER = '!f() { echo username=x-access-token; echo "password=$GH_TOKEN"; }; f'


def main() -> int:
    steps = {"lock": lock, "propose": propose}
    if len(sys.argv) != 2 or sys.argv[1] not in steps or not days().isdecimal():
        print(__doc__, file=sys.stderr)
        return 2
    return steps[sys.argv[1]]()


def days() -> str:
    return os.environ.get("DAYS") or DAYS


# --- lock ---


def lock() -> int:
    """Try newer versions; keep their lock and write a report to UPDATE, or restore the old lock."""
    old = LOCK.read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            _compile(folder, old)
        except subprocess.CalledProcessError as error:
            if "compile" in error.cmd and error.returncode == 1:  # uv found no solution
                print("::warning::No set of newer versions fits together yet; see the log.")
                return 0
            return _fail(4, "The newest versions could not be read. The next run tries again.")
        new = (folder / LOCK.name).read_text("utf-8")
        if new == old:
            print("nothing to update")
            return 0
        os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(dt.datetime.now(dt.UTC).timestamp())))
        try:
            _publish(folder / "old", "none")
        except subprocess.CalledProcessError:
            why = (
                "The office cannot be published even with its present versions: correct that first."
            )
            return _fail(1, why)
        changes = _changes(old, new)
        LOCK.write_text(new, "utf-8", newline="\n")
        try:
            _publish(folder / "new", str(folder / "old" / "manifest.json"))
        except subprocess.CalledProcessError:
            LOCK.write_text(old, "utf-8", newline="\n")
            _install()
            why = "The office cannot be published with newer versions, so it keeps its present ones"
            return _fail(3, f"{why} ({'; '.join(changes)}). What to do: {MANUAL}.")
        shutil.copy(folder / TOOL.name, TOOL)
        report = _report(changes, folder / "old", folder / "new")
    print(report, flush=True)
    _hand_over(report)
    return 0


def _fail(code: int, why: str) -> int:
    print(f"::error::{why}", flush=True)
    return code


def _run(*command: Any, cwd: Path = ROOT, given: str = "") -> None:
    subprocess.run(command, cwd=cwd, input=given, text=True, check=True)


def _compile(folder: Path, old: str) -> None:
    """Write both locks with the newest versions to a folder; none is older than it is now."""
    _run(sys.executable, "-m", "venv", folder / "tool")
    (python,) = (*folder.glob("tool/bin/python"), *folder.glob("tool/Scripts/python.exe"))
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run(python, *pip, "-r", TOOL)
    limits = ["--exclude-newer", f"{days()} days"] if int(days()) else []
    floors = folder / "floors.txt"
    floors.write_text("".join(f"{name}>={v}{only}\n" for name, v, only in _PIN.findall(old)))
    *_, wheel = old.splitlines()  # `./ilofeed-1.2.3-py3-none-any.whl --hash=…`
    program = f"{wheel.split()[0]}[search]"
    uv = [python, "-m", "uv", *COMPILE, *limits, "-"]
    out = folder / LOCK.name
    options = ["--no-emit-package", "ilofeed", "--constraints", floors, "--output-file", out]
    _run(*uv, *options, cwd=PROGRAM, given=program)
    with out.open("a", encoding="utf-8") as file:
        file.write(f"{wheel}\n")
    _run(*uv, "--output-file", folder / TOOL.name, cwd=PROGRAM, given="uv")


def _publish(output: Path, previous: str) -> None:
    """Install what is locked, check the office and build it into a new folder."""
    _install()
    (python,) = (*ROOT.glob(".venv/bin/python"), *ROOT.glob(".venv/Scripts/python.exe"))
    _run(python, "-m", "ilofeed", "check")
    build = ["build", "--no-sync", "--output", output, "--previous", previous]
    _run(python, "-m", "ilofeed", *build)


def _install() -> None:
    python = str(Path(sys.executable).resolve())  # not that of `.venv`, which is replaced
    command: list[str | Path] = ["bash", SCRIPTS / "install"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHON": python})


def _changes(old: str, new: str) -> list[str]:
    """Return each package whose versions differ, such as `lxml 6.0.2 to 6.1.3`."""
    versions: dict[str, list[list[str]]] = {}
    for place, text in enumerate((old, new)):
        for name, version, _ in _PIN.findall(text):
            versions.setdefault(name, [[], []])[place].append(version)
    return [
        f"{name} {', '.join(before) or '(new)'} to {', '.join(after) or '(not used any more)'}"
        for name, (before, after) in sorted(versions.items())
        if before != after
    ]


def _report(changes: list[str], before: Path, after: Path) -> str:
    """Return what an editor reads: a title, an empty line, and Markdown."""
    names = [line.split()[0] for line in changes]
    more = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    lines = [
        f"Update {named}" if names else "Update the hashes of the packages",
        "",
        "The program of this office uses packages of others, and these have newer versions:",
        "",
        *(f"- {line}" for line in changes or ["more files of the same versions"]),
        "",
        "With them all entries pass the check, and no reader loses an item or sees one twice.",
        _difference(_files(before), _files(after)),
    ]
    return "\n".join(lines) + "\n"


def _files(folder: Path) -> dict[str, bytes]:
    paths = filter(Path.is_file, folder.rglob("*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _difference(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    paths = sorted(before.keys() | after.keys())
    changed = [path for path in paths if before.get(path) != after.get(path)]
    if not changed:
        return f"All {len(paths)} published files stay the same."
    named = ", ".join(f"`{path}`" for path in changed[:MOST_NAMED])
    more = ", …" if len(changed) > MOST_NAMED else ""
    return f"{len(changed)} of {len(paths)} published files change: {named}{more}"


def _hand_over(report: str) -> None:
    """Write the locks and the report to UPDATE, if a job is to propose them."""
    if folder := os.environ.get("UPDATE"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path in (LOCK, TOOL):
            shutil.copy(path, folder)
        (Path(folder) / REPORT).write_text(report, "utf-8")
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write("changed=true\n")


# --- propose ---


def propose() -> int:
    """Commit what `lock` wrote to the branch BRANCH, and open or update the request to merge it."""
    made = Path(os.environ["UPDATE"])
    report = (made / REPORT).read_text("utf-8")
    run_git("checkout", "--quiet", "-B", BRANCH)
    for path in (LOCK, TOOL):
        shutil.copy(made / path.name, path)
    who = ["-c", "user.name=ilofeed", "-c", "user.email=update@ilofeed.invalid"]
    run_git(*who, "commit", "--quiet", "--message", report, "--", str(LOCK), str(TOOL))
    title, _, body = report.partition("\n\n")
    is_there = run_git("fetch", "--quiet", "--depth=1", "origin", BRANCH, check=False) == 0
    if is_there and run_git("diff", "--quiet", "FETCH_HEAD", "HEAD", check=False) == 0:
        print(f"the branch {BRANCH} is up to date", flush=True)
    elif run_git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{BRANCH}", check=False):
        return _fail(4, f"The branch {BRANCH} could not be pushed; see the log.")
    return _request(title, body)


def run_git(*words: str, check: bool = True) -> int:
    command = ["git", "-c", "credential.helper=", "-c", f"credential.helper={_HELPER}", *words]
    return subprocess.run(command, cwd=ROOT, check=check).returncode


def _request(title: str, body: str) -> int:
    """Open the pull request, or bring it up to date."""
    import issue  # only an office on GitHub has it

    owner = os.environ["GITHUB_REPOSITORY"].partition("/")[0]
    base = os.environ["BASE"]
    text: dict[str, Any] = {"title": title, "body": body}
    try:
        # not those of forks, which may have a branch of this name
        known = issue.api("GET", f"pulls?state=open&head={owner}:{BRANCH}&base={quote(base)}")
        if known:
            issue.api("PATCH", f"pulls/{known[0]['number']}", text)
            print(f"updated pull request {known[0]['number']}")
        else:
            made = issue.api("POST", "pulls", text | {"head": BRANCH, "base": base})
            print(f"opened pull request {made['number']}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = f"The branch {BRANCH} is ready, but no pull request could be opened: {error}."
        if isinstance(error, urllib.error.HTTPError) and error.code == 403:
            why += (
                " Under Settings, Actions, General, allow GitHub Actions to create pull requests."
            )
        return _fail(4, why)
    return 0


if __name__ == "__main__":
    sys.exit(main())
