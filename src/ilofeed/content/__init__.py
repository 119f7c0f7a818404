"""Read and check the files that editors write; return an office with its entries, or all problems.

`read` reads bytes from the disk; `office` and `entry` check one file each and convert its YAML and
Markdown to values; `site` checks the files together. This package does not know feeds or pages.
"""

from ilofeed.content import keys, read, yaml_nodes
from ilofeed.content.entry import (
    EntryFile,
    alternates,
    check_entry,
    find_translations,
    hash_source,
    slug_of,
    summary_html,
)
from ilofeed.content.entry_checks import PLACEHOLDER
from ilofeed.content.frontmatter import serialize_entry, to_yaml
from ilofeed.content.keys import MAX_SUMMARY, Line
from ilofeed.content.office import check_office
from ilofeed.content.read import Sources, read_office, read_or_empty
from ilofeed.content.schemas import EntryFields, OfficeFields
from ilofeed.content.site import (
    Site,
    check,
    check_files,
    describe_dead_link,
    missing_targets,
    unique_updated,
)
