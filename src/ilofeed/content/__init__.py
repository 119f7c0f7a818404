"""Read and check the files that editors write; return an office with its entries, or all problems.

`read` reads bytes from the disk; `office` and `entry` check one file each and convert its YAML and
Markdown to values; `site` checks the files together. This package does not know feeds or pages.
"""

from ilofeed.content import keys, read, yaml_nodes
from ilofeed.content.entry import (
    Parsed,
    alternates,
    check_entry,
    find_translations,
    hash_source,
    slug_of,
    summary_html,
)
from ilofeed.content.entry_checks import media_type
from ilofeed.content.frontmatter import scalar, written
from ilofeed.content.keys import LONGEST_SUMMARY, SLUG, Line, slugify
from ilofeed.content.markdown import TAGS, is_clean, render_body, tidy_html
from ilofeed.content.office import check_office
from ilofeed.content.read import Sources, create, read_again, read_office, read_whole, replace
from ilofeed.content.schemas import EntryFields, OfficeFields
from ilofeed.content.site import Site, check, examine, told_apart

__all__ = [
    "LONGEST_SUMMARY", "SLUG", "TAGS", "EntryFields", "Line", "OfficeFields", "Parsed", "Site",
    "Sources", "alternates", "check", "check_entry", "check_office", "create", "examine",
    "find_translations", "hash_source", "is_clean", "keys", "media_type", "read", "read_again",
    "read_office", "read_whole", "render_body", "replace", "scalar", "slug_of", "slugify",
    "summary_html", "tidy_html", "told_apart", "written", "yaml_nodes",
]  # fmt: skip
