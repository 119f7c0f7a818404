"""The site as it will be, shown while it is written."""

from ilofeed.preview.preview import Memory, Preview, look
from ilofeed.preview.previewpages import Pages
from ilofeed.preview.previewserver import Server

__all__ = ["Memory", "Pages", "Preview", "Server", "look"]
