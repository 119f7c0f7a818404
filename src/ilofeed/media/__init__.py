"""Find, check and convert the files of entries: pictures, and documents to download.

`LocalFiles` decides which files of an office's folder an entry publishes, and where. Pictures are
turned upright and made smaller, and lose their metadata (`convert`). `render_files` returns the
files of all entries as documents.
"""

from ilofeed.media.documents import render_files
from ilofeed.media.kinds import media_type
from ilofeed.media.local_files import LocalFiles, published_name, version_path
from ilofeed.media.pictures import converter_version
from ilofeed.media.sources import (
    MAX_FILE_BYTES,
    NOT_A_FILE,
    OUTSIDE,
    OfficeFile,
    Unreadable,
    is_inside_office,
    read_file,
    unreadable,
)

__all__ = [
    "MAX_FILE_BYTES", "NOT_A_FILE", "OUTSIDE", "LocalFiles", "OfficeFile", "Unreadable",
    "converter_version", "is_inside_office", "media_type", "published_name", "read_file",
    "render_files", "unreadable", "version_path",
]  # fmt: skip
