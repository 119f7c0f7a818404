"""The proof before publishing: every document is read back and compared with its source."""

from ilofeed.verify import ahead, manifestreader
from ilofeed.verify.comparison import Fault
from ilofeed.verify.expected import carried_entry
from ilofeed.verify.feed_reader import parse_feed
from ilofeed.verify.manifestreader import (
    NEXT,
    PATH,
    VERSION,
    ManifestError,
    is_inside,
    parse_manifest,
    read_ours,
)
from ilofeed.verify.proof import Known, Proofs
from ilofeed.verify.verification import verify, verify_ahead, verify_changed

__all__ = [
    "NEXT",
    "PATH",
    "VERSION",
    "Fault",
    "Known",
    "ManifestError",
    "Proofs",
    "ahead",
    "carried_entry",
    "is_inside",
    "manifestreader",
    "parse_feed",
    "parse_manifest",
    "read_ours",
    "verify",
    "verify_ahead",
    "verify_changed",
]
