"""The proof before publishing: every document is read back and compared with its source."""

from ilofeed.verify import ahead, feedreader, manifestreader
from ilofeed.verify.carry import carried_entry
from ilofeed.verify.comparison import Fault
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
    "feedreader",
    "is_inside",
    "manifestreader",
    "parse_manifest",
    "read_ours",
    "verify",
    "verify_ahead",
    "verify_changed",
]
