"""The proof before publishing: every document is read back and compared with its source."""

from ilofeed.verify import feedreader
from ilofeed.verify.carry import carried_entry
from ilofeed.verify.verification import Fault, verify, verify_changed

__all__ = [
    "Fault",
    "carried_entry",
    "feedreader",
    "verify",
    "verify_changed",
]
