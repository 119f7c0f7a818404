"""What editors write, checked: files to an office and its entries, or to every problem in them."""

from ilofeed.content import fields, read, yamldoc
from ilofeed.content.entry import Parsed, check_entry, slug_of, summary_html
from ilofeed.content.entry_records import CheckedEntries, keep
from ilofeed.content.entrychecks import media_type
from ilofeed.content.entryfile import EntryFields
from ilofeed.content.entrywriter import scalar, written
from ilofeed.content.fields import LONGEST_SUMMARY, SLUG, Line, slugify
from ilofeed.content.markdown import TAGS, is_clean, render_body, tidy_html
from ilofeed.content.office import check_office
from ilofeed.content.officefile import OfficeFields
from ilofeed.content.read import Sources, create, read_again, read_office, read_whole, replace
from ilofeed.content.site import Site, check, examine, told_apart
from ilofeed.content.translations import alternates, find_translations

__all__ = [
    "LONGEST_SUMMARY",
    "SLUG",
    "TAGS",
    "CheckedEntries",
    "EntryFields",
    "Line",
    "OfficeFields",
    "Parsed",
    "Site",
    "Sources",
    "alternates",
    "check",
    "check_entry",
    "check_office",
    "create",
    "examine",
    "fields",
    "find_translations",
    "is_clean",
    "keep",
    "media_type",
    "read",
    "read_again",
    "read_office",
    "read_whole",
    "render_body",
    "replace",
    "scalar",
    "slug_of",
    "slugify",
    "summary_html",
    "tidy_html",
    "told_apart",
    "written",
    "yamldoc",
]
