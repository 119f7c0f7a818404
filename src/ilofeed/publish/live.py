"""Fetch the manifest of the live site, and compare the site with the output."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ilofeed.feeds import MANIFEST, Ledger
from ilofeed.files import PublishError
from ilofeed.http import FetchError, TooLargeError, fetch
from ilofeed.publish.output import parse_ledger, read_manifest
from ilofeed.urls import AddressError

MAX_BYTES = 256 * 1024 * 1024
_ABSENT = frozenset({403, 404, 410})  # stores answer 403 to who may not list their files
PAUSE = 5.0  # seconds before the documents that differ are fetched again


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The number of documents compared, and how each different one differs, by path."""

    documents: int
    differing: Mapping[str, str]


def fetch_manifest(site: str) -> str:
    """Return the text of the manifest of a site; raise `PublishError` if it cannot be used."""
    data = _fetch(site + MANIFEST)
    parse_ledger(site + MANIFEST, data)
    return data.decode()


def fetch_ledger(address: str) -> Ledger:
    """Return the ledger in the manifest at an address; raise `PublishError` if it is not there."""
    return parse_ledger(address, _fetch(address))


def _fetch(address: str) -> bytes:
    try:
        return fetch(address, MAX_BYTES).data
    except FetchError as error:
        more = ""
        if error.status in _ABSENT:
            more = (
                "; if nothing is published at this address yet, publish first, by "
                "`ilofeed build --previous none`; otherwise check the address"
            )
        raise PublishError(f"{error}{more}") from error
    except (AddressError, TooLargeError) as error:
        raise PublishError(f"{address} cannot be used: {error}") from error


def expected_documents(output: Path, before: Ledger | None) -> dict[str, str]:
    """Return the hexadecimal SHA-256 of the manifest, and of feed documents that changed, by path;
    raise `PublishError` if the output has no valid manifest."""
    ledger = read_manifest(output)
    if ledger is None:
        raise PublishError(f"there is no {MANIFEST} in {output}; run `ilofeed build` first")
    old = before.documents if before is not None else {}
    changed = {path: sha256 for path, sha256 in ledger.documents.items() if old.get(path) != sha256}
    changed |= {
        path: changed[target] for path, target in ledger.aliases.items() if target in changed
    }
    manifest = (output / MANIFEST).read_bytes()
    return changed | {MANIFEST: hashlib.sha256(manifest).hexdigest()}


def confirm(site: str, expected: Mapping[str, str], wait: float) -> Confirmation:
    """Fetch documents until all have the expected SHA-256, or for `wait` seconds.

    All documents are fetched at least once. Raise `PublishError` if the site fails at the end.
    """
    differing = dict.fromkeys(expected, "was not fetched")
    deadline = time.monotonic() + wait
    while True:
        failure = ""
        for path in list(differing):
            try:
                difference = _difference(site + path, expected[path])
            except FetchError as error:
                failure = str(error)  # the site cannot be reached, so the rest is not fetched
                break
            if difference:
                differing[path] = difference
            else:
                del differing[path]
        remaining = deadline - time.monotonic()
        if differing and remaining > 0:
            time.sleep(min(PAUSE, remaining))
        elif failure:
            raise PublishError(failure)
        else:
            return Confirmation(len(expected), differing)


def _difference(address: str, sha256: str) -> str:
    """Return how the document at an address differs from the expected one; "" if it is equal."""
    try:
        data = fetch(address, MAX_BYTES).data
    except TooLargeError:
        return "is too large"
    except FetchError as error:
        if error.status is None or error.status >= 500:
            raise
        return f"answered {error.status}"
    return "" if hashlib.sha256(data).hexdigest() == sha256 else "has other bytes"
