"""The one issue about a site that was not published: opened, brought up to date, closed.

From the environment: NEEDS (the results of the jobs before, as `toJSON(needs)`), RUN_URL, MANUAL
(the address of the manual), GITHUB_API_URL, GITHUB_REPOSITORY and GH_TOKEN (`issues: write`).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from typing import Any

TITLE = "The site was not published"
LABEL = "publishing"
TRIES, PAUSE, TIMEOUT, MOST_BYTES = 3, 2.0, 20.0, 8 * 1024 * 1024
MOST_PAGES = 10  # of open issues, a hundred each
WHAT = {  # by job
    "build": "The build ended with an error. What readers see is as it was.",
    "deploy": "The build is good, but Pages did not take it.",
    "confirm": "The site was deployed, but what readers get is not what was deployed.",
}
_ANNOTATION = re.compile(
    r"::(error|warning)(?: file=([^,]*),line=(\d+),col=(\d+),title=([^:]*)| title=([^:]*))?::(.*)"
)


def report() -> int:
    """Open or update the issue where a job failed; close it where everything went well."""
    jobs: dict[str, Any] = json.loads(os.environ["NEEDS"])
    results = {name: job["result"] for name, job in jobs.items()}
    try:
        if "failure" in results.values():
            _tell(body(jobs))
        elif "cancelled" not in results.values():
            _close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        annotate("error", f"The issue could not be written: {error}")
        return 4
    return 0


def annotate(severity: str, text: str) -> None:
    """Print an annotation of the run, on one line whatever the text contains."""
    visible = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(visible.split()).replace("%", "%25")
    print(f"::{severity}::{line}", flush=True)


def body(jobs: dict[str, Any]) -> str:
    """What people read in the issue."""
    failed = [name for name, job in jobs.items() if job["result"] == "failure"]
    parts = [WHAT.get(name, f"The job `{name}` failed.") for name in failed]
    parts.append(f"[The run]({os.environ['RUN_URL']}) has the whole story.")
    for name in failed:
        if said := plain(jobs[name]["outputs"].get("messages", "")):
            ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", said)), 0)
            parts.append(f"{ticks}text\n{said}\n{ticks}")
    parts.append(f"What to do: [the manual]({os.environ['MANUAL']}#when-it-fails).")
    parts.append("This issue is brought up to date by every run, and closed by one that succeeds.")
    return "\n\n".join(parts)


def plain(said: str) -> str:
    """Annotations as sentences: `file:line:column: error: message [code]`."""
    lines = []
    for line in said.splitlines():
        if found := _ANNOTATION.fullmatch(line):
            severity, file, row, column, code, title, message = found.groups()
            place = f"{file}:{row}:{column}: " if file else ""
            end = f" [{code or title}]" if code or title else ""
            line = _decoded(f"{place}{severity}: {message}{end}")  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines)


def _decoded(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0A", " "), ("%0D", " "), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def _tell(text: str) -> None:
    number = _found()
    if number is None:
        made = api("POST", "issues", {"title": TITLE, "body": text, "labels": [LABEL]})
        print(f"opened issue {made['number']}")
    else:
        api("PATCH", f"issues/{number}", {"body": text})
        print(f"updated issue {number}")


def _close() -> None:
    number = _found()
    if number is not None:
        said = f"Published again: [the run]({os.environ['RUN_URL']})."
        api("POST", f"issues/{number}/comments", {"body": said})
        api("PATCH", f"issues/{number}", {"state": "closed", "state_reason": "completed"})
        print(f"closed issue {number}")


def _found() -> int | None:
    """The number of the open issue: the one with this title that a workflow opened."""
    for page in range(1, MOST_PAGES + 1):
        listed = api("GET", f"issues?state=open&per_page=100&page={page}")
        for one in listed:
            ours = one["title"] == TITLE and one["user"]["type"] == "Bot"
            if ours and "pull_request" not in one:
                return int(one["number"])
        if len(listed) < 100:
            break
    return None


def api(method: str, path: str, value: dict[str, Any] | None = None) -> Any:
    """Ask the API, again where it is down; creating is not repeated, or there might be two."""
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {os.environ['GH_TOKEN']}",
        "Content-Type": "application/json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    data = None if value is None else json.dumps(value).encode()
    asked = urllib.request.Request(url, data, headers, method=method)  # noqa: S310
    for left in range(TRIES if method != "POST" else 1, 0, -1):
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.loads(answer.read(MOST_BYTES))
        except (OSError, http.client.HTTPException) as error:
            gone = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if gone or left == 1:
                raise
            time.sleep(PAUSE)
    raise AssertionError
