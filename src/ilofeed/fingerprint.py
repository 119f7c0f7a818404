"""A digest of values, the same in every process and on every machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ilofeed.model import Office

SHORT = (
    15  # bytes of a digest of which there is one for each entry: with 16 it would take 64 in Python
)


def fingerprint(*values: Any) -> str:
    """Of texts, numbers, dates, frozen values, and of lists and tables of them; not of sets, whose
    order differs from process to process."""
    text = repr(values).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def of_office(office: Office) -> str:
    """Of all that feeds.yaml says, and of where the site is published."""
    values = (getattr(office, name) for name in office.__slots__)
    return fingerprint(*(sorted(one) if isinstance(one, frozenset) else one for one in values))
