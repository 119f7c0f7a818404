"""Preview the site in browsers on this machine while an editor writes.

`pages` renders the files as they are now, `server` serves the pages, and `watch` notices changed
files. This package neither publishes nor prints.
"""

from ilofeed.preview.server import Server
from ilofeed.preview.watch import Watcher
