"""The manifest to compare a build with: of the output, of another folder, or of the live site."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from ilofeed.iri import AddressError, to_url
from ilofeed.manifest import ManifestError, parse_manifest
from ilofeed.publish import read_manifest
from ilofeed.replacing import PublishError

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.ledger import Ledger

TRIES, PAUSE, TIMEOUT = 3, 1.0, 20.0  # seconds
MOST_BYTES = 256 * 1024 * 1024


def load_previous(where: str | None, root: Path, output: Path) -> Ledger | None:
    """The manifest named by `--previous`: a path, a URL, `none`; without one the output's own.

    What cannot be had is a `PublishError`: a site that does not answer is not a site without
    entries.
    """
    if where is None:
        return read_manifest(output)
    if where == "none":
        return None
    is_url = where.lower().startswith(("http://", "https://"))
    try:
        return parse_manifest(_fetch(where) if is_url else (root / where).read_bytes())
    except (ManifestError, AddressError) as error:
        raise PublishError(f"{where} cannot be used: {error}") from error


def _fetch(address: str) -> bytes:
    url = to_url(address, local=True)
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310  http(s) only
                data: bytes = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == TRIES - 1:
                raise PublishError(f"{url} answered {error.code} {error.reason}") from error
        except OSError as error:
            if attempt == TRIES - 1:
                raise PublishError(f"{url} cannot be reached: {error}") from error
        else:
            if len(data) > MOST_BYTES:
                raise ManifestError("it is too large")
            return data
        time.sleep(PAUSE * (attempt + 1))
    raise AssertionError
