"""Read what others wrote, in any format, as one neutral form: items.

`read_source` fetches or opens a source, decodes it and calls the reader of its format; items hold
values as they are in the document, unchecked. `public` decides which of them were public posts.
`importers` makes entries of items.
"""

from ilofeed.sources.files import FOLDER, file_in_folder
from ilofeed.sources.items import (
    DIMENSIONS,
    Author,
    Dimension,
    Enclosure,
    ImportedFeed,
    Item,
    Note,
    RequestError,
    SourceError,
    Tag,
    Text,
    listed,
    note,
)
from ilofeed.sources.read import SourceRequest, read_source

__all__ = [
    "DIMENSIONS", "FOLDER", "Author", "Dimension", "Enclosure", "ImportedFeed", "Item", "Note",
    "RequestError", "SourceError", "SourceRequest", "Tag", "Text", "file_in_folder", "listed",
    "note", "read_source",
]  # fmt: skip
