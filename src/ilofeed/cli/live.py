"""What is live at the site's address: its manifest, and whether readers get what was published."""

from __future__ import annotations

import hashlib
import sys
import time
import urllib.error
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed.cli import console
from ilofeed.cli.options import output_folder
from ilofeed.feeds import MANIFEST, ManifestError, parse_manifest
from ilofeed.files import PublishError
from ilofeed.http import FetchError, TooLargeError, fetch
from ilofeed.problems import plural
from ilofeed.publish import MOST_BYTES, load_previous, read_manifest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

PAUSE = 5.0  # seconds between two looks at a site that does not show everything yet
MOST_NAMED = 20  # documents named; the rest are counted


@dataclass
class _Looks:
    """What has not come back as it was published, and why the site could not be asked."""

    pending: dict[str, str]
    unreachable: str = ""
    found: dict[str, str] = field(default_factory=dict)


def address(root: Path, clock: dt.datetime, base_url: str | None) -> str | None:
    """Where the site is served; None where feeds.yaml does not say so without a mistake."""
    if base_url is not None:
        return base_url
    office, _, _ = chain.read_settings(root, clock)
    return office.url if office is not None else None


def show(root: Path, clock: dt.datetime, base_url: str | None) -> int:
    """Print the manifest that is live, byte for byte."""
    url = address(root, clock, base_url)
    if url is None:
        return _report_settings(root, clock)
    data = _manifest(url)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return console.DONE


def _manifest(url: str) -> bytes:
    """The bytes of the live manifest, which is one of ours; else `PublishError`."""
    try:
        data = fetch(url + MANIFEST, MOST_BYTES).data
        parse_manifest(data)
    except FetchError as error:
        raise PublishError(str(error)) from error
    except (ManifestError, TooLargeError) as error:
        raise PublishError(f"{url}{MANIFEST} cannot be used: {error}") from error
    return data


def confirm(
    root: Path, clock: dt.datetime, base_url: str | None, output: Path, since: str, wait: float
) -> int:
    """Fetch the feed documents that changed since a manifest, and the new manifest, from the live
    site until their bytes are those of the output, `wait` seconds at most."""
    url = address(root, clock, base_url)
    if url is None:
        return _report_settings(root, clock)
    target = output_folder(root, output)
    ledger = read_manifest(target)
    if ledger is None:
        raise PublishError(f"there is no {MANIFEST} in {target}; build first")
    before = load_previous(since, root, target)
    known = before.documents if before is not None else {}
    wanted = {
        path: sha256 for path, sha256 in ledger.documents.items() if known.get(path) != sha256
    }
    wanted[MANIFEST] = hashlib.sha256((target / MANIFEST).read_bytes()).hexdigest()
    return _verdict(url, len(wanted), _compare(url, wanted, wait))


def _compare(url: str, wanted: Mapping[str, str], wait: float) -> _Looks:
    """Look until everything is there or the time is over; the first look is always a whole one."""
    looks = _Looks(dict(wanted))
    deadline = time.monotonic() + wait
    while True:
        _look(url, looks)
        left = deadline - time.monotonic()
        if not looks.pending or left <= 0:
            return looks
        time.sleep(min(PAUSE, left))


def _look(url: str, looks: _Looks) -> None:
    """One look at what is pending; a site that cannot be reached is not asked for the rest."""
    looks.unreachable = ""
    for path, sha256 in list(looks.pending.items()):
        try:
            data = fetch(url + path, MOST_BYTES).data
        except TooLargeError:
            looks.found[path] = "is too large"
            continue
        except FetchError as error:
            if isinstance(error.__cause__, urllib.error.HTTPError) and error.__cause__.code < 500:
                looks.found[path] = f"answered {error.__cause__.code}"
                continue
            looks.unreachable = str(error)
            return
        if hashlib.sha256(data).hexdigest() == sha256:
            del looks.pending[path]
        else:
            looks.found[path] = "has other bytes"


def _verdict(url: str, asked: int, looks: _Looks) -> int:
    documents = plural(asked, "document")
    if looks.unreachable:
        raise PublishError(looks.unreachable)
    if not looks.pending:
        console.say(f"{documents} at {url}: all as published")
        return console.DONE
    for path in list(looks.pending)[:MOST_NAMED]:
        console.answer(f"{url}{path}: {looks.found[path]}")
    console.say(
        f"{len(looks.pending)} of {documents} at {url} did not come back as published; "
        "a cache may be slow: run this again, or deploy again"
    )
    return console.NOT_VERIFIED


def _report_settings(root: Path, clock: dt.datetime) -> int:
    _, _, problems = chain.read_settings(root, clock)
    return console.report(root, problems, (), "auto", strict=False)
