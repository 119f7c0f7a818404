"""Load the manifest to compare a build with: the output's, a file's, or the live site's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed.feeds import ManifestError, parse_manifest
from ilofeed.files import PublishError
from ilofeed.http import FetchError, TooLargeError, fetch, is_address
from ilofeed.publish.output import read_manifest
from ilofeed.urls import AddressError

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.feeds import Ledger

MOST_BYTES = 256 * 1024 * 1024


def load_previous(where: str | None, root: Path, output: Path) -> Ledger | None:
    """Return the ledger that `--previous` names: a path, a URL, `none`; by default the output's.

    Raise `PublishError` if it cannot be read: a site that does not answer is not a site without
    entries.
    """
    if where is None:
        return read_manifest(output)
    if where == "none":
        return None
    try:
        if is_address(where):
            return parse_manifest(fetch(where, MOST_BYTES).data)
        return parse_manifest((root / where).read_bytes())
    except FetchError as error:
        raise PublishError(str(error)) from error
    except (ManifestError, AddressError, TooLargeError) as error:
        raise PublishError(f"{where} cannot be used: {error}") from error
