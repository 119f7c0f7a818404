"""Find, check and convert the files of entries and of the office: pictures and documents.

`LocalFiles` decides which files of an office's folder an entry publishes, and where. Pictures are
turned upright and made smaller, and lose their metadata (`convert`). `render_files` returns the
files of all entries and of the office as documents.
"""

from ilofeed.media.brand import (
    BRAND_KEYS,
    LEAST_CONTRAST,
    WHITE,
    Icon,
    brand_file,
    check_brand,
    contrast,
    readable,
)
from ilofeed.media.former import alias_path, check_aliases, path_prefixes, site_paths
from ilofeed.media.kinds import DOCUMENT_SUFFIXES, PICTURE_SUFFIXES, media_type, published_type
from ilofeed.media.local_files import (
    LocalFiles,
    files_of,
    published_name,
    render_files,
    unread_files,
)
from ilofeed.media.pictures import converter_version, version_path
from ilofeed.media.sources import (
    MAX_FILE_BYTES,
    NOT_A_FILE,
    OUTSIDE,
    OfficeFile,
    Unreadable,
    digest_of,
    is_inside_office,
    read_file,
    unreadable,
)
