"""The site as it will be, served to browsers on this machine while an editor writes it.

`pages` renders what the files are worth now, `server` serves it, and `watch` follows the files.
Nothing here publishes or prints.
"""

from ilofeed.preview.server import Server
from ilofeed.preview.watch import Update, Watcher

__all__ = ["Server", "Update", "Watcher"]
