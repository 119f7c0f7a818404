"""Serve the preview to browsers on this machine, and only to the preview's own pages.

Another site must not read drafts through a browser on this machine, for instance by letting its own
host name point here (DNS rebinding). So the `Host` of a request must be this machine, its `Origin`,
if any, this server, and its `Sec-Fetch-Site`, if any, a page of this server or the address bar. No
request may have a body, which would be read as the next request. Documents are rendered in memory;
the server opens no files.
"""

import http.server
import sys
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

from ilofeed.media import published_type
from ilofeed.preview.pages import EVENTS, Pages

HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_ALIVE = 15.0  # seconds between keep-alive messages to a page that waits for changes
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_HTML, _TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"


class Server(http.server.ThreadingHTTPServer):
    """Serves the pages passed to `show`. Port 0 means any free port, which is then in `address`."""

    allow_reuse_address = sys.platform != "win32"  # on Windows two servers would share the port
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        self._changed = threading.Condition()
        self._pages: Pages | None = None
        self.is_closing = False
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """The address of the preview, for a browser on this machine."""
        return f"http://{HOST}:{self.server_port}/"

    def start(self) -> None:
        """Serve in a new thread."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def show(self, pages: Pages) -> None:
        """Replace the pages, and notify the browsers that show them."""
        with self._changed:
            self._pages = pages
            self._changed.notify_all()

    @property
    def pages(self) -> Pages:
        """The current pages; wait until there are any."""
        with self._changed:
            while self._pages is None:
                self._changed.wait()
            return self._pages

    def next_version(self, version: str) -> str | None:
        """Wait until the version is another one and return it, or None after `_ALIVE` seconds."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.is_closing or (self._pages and self._pages.version != version), _ALIVE
            )
            shown = self._pages.version if self._pages is not None else version
            return None if self.is_closing or shown == version else shown

    def close(self) -> None:
        """Stop the server and end all requests that wait for another version."""
        with self._changed:
            self.is_closing = True
            self._changed.notify_all()
        self.shutdown()
        self.server_close()

    def is_own(self, name: str | None) -> bool:
        """Return whether a host name with a port is this server's."""
        name = (name or "").lower()
        return name in {f"{host}:{self.server_port}" for host in _NAMES} or (
            self.server_port == 80 and name in _NAMES
        )


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    timeout = 60.0  # seconds for a browser to send a request
    protocol_version, default_request_version = "HTTP/1.1", "HTTP/1.0"
    server_version, sys_version = "ilofeed", ""

    def do_GET(self) -> None:
        if why := self._foreign():
            self._refuse(HTTPStatus.FORBIDDEN, why)
            return
        if why := self._malformed():
            self._refuse(HTTPStatus.BAD_REQUEST, why)
            return
        path = urllib.parse.unquote(self.path.partition("?")[0].partition("#")[0])
        path = path.removeprefix("/")
        if path == EVENTS and self.command == "GET":
            self._stream()
            return
        pages = self.server.pages
        name = path + "index.html" if not path or path.endswith("/") else path
        data = pages.find(name)
        if data is not None:
            self._send(HTTPStatus.OK, data, published_type(name))
        elif pages.find(f"{path}/index.html") is not None:
            folder = f"/{urllib.parse.quote(path)}/"
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", "text/plain", Location=folder)
        else:
            data = pages.find("404.html") or b"not found"
            self._send(HTTPStatus.NOT_FOUND, data, _HTML)

    def _foreign(self) -> str:
        """Return why a request may be of another site; "" if it is of this one."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not self.server.is_own(hosts[0]):
            return "wrong host name for this preview"
        for origin in self.headers.get_all("Origin", []):
            scheme, _, name = origin.partition("://")
            if scheme != "http" or not self.server.is_own(name):
                return "pages of other sites cannot use this preview"
        # another port of this machine is the same site, but not this server
        if set(self.headers.get_all("Sec-Fetch-Site", [])) - {"same-origin", "none"}:
            return "links of other sites do not open this preview; type its address"
        return ""

    def _malformed(self) -> str:
        """Return what a request has that none of a browser has for the preview; "" if nothing."""
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or lengths not in ([], ["0"]):
            return "a request to this preview has no body"
        if self.headers.defects:  # the headers after a line that is none were not read
            return "the headers are not valid"
        return "" if self.path.startswith("/") else "the target of a request is a path"

    def do_HEAD(self) -> None:
        self.do_GET()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Refuse every other method."""
        if not name.startswith("do_"):
            raise AttributeError(name)
        why = "a preview is read-only"
        return partial(self._refuse, HTTPStatus.METHOD_NOT_ALLOWED, why, Allow="GET, HEAD")

    def _refuse(self, status: HTTPStatus, why: str, **headers: str) -> None:
        self.close_connection = True  # the rest of the request is not read
        self._send(status, f"{why}\n".encode(), _TEXT, Connection="close", **headers)

    def send_error(
        self, code: int, message: str | None = None, _explain: str | None = None
    ) -> None:
        """Refuse a request that cannot be parsed."""
        status = HTTPStatus(code)
        self._refuse(status, message or status.phrase)

    def handle_expect_100(self) -> bool:
        """Ask for no body: the answer to the request follows at once."""
        return True

    def _send(self, status: HTTPStatus, data: bytes, media_type: str, **headers: str) -> None:
        self._send_headers(status, media_type, {"Content-Length": str(len(data)), **headers})
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_headers(
        self, status: HTTPStatus, media_type: str, headers: Mapping[str, str]
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media_type, **_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self) -> None:
        """Send the current version and each later one as server-sent events (HTML, section 9.2)."""
        self.close_connection = True
        media_type = "text/event-stream; charset=utf-8"
        self._send_headers(HTTPStatus.OK, media_type, {"Connection": "close"})
        shown = ""
        while not self.server.is_closing:
            version = self.server.next_version(shown)
            shown = version or shown
            self.wfile.write(f"data: {version}\n\n".encode() if version else b":\n\n")

    def handle_one_request(self) -> None:
        """Handle a request; ignore a browser that closes the connection."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing: the terminal shows only problems."""
