"""Verify documents before publishing: read each one back and compare it with its source."""

from ilofeed.verify.expected import expected_entry
from ilofeed.verify.feed_reader import parse_feed
from ilofeed.verify.verification import Fault, verify
