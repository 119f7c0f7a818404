"""HTTP: proxies, redirections, and a deadline for all of a response."""

from __future__ import annotations

import http.server
import socketserver
import threading
import time
from typing import TYPE_CHECKING

import pytest

from ilofeed import __version__
from ilofeed import http as client
from ilofeed.http import FetchError, fetch
from serving import host, listening

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = []

    def answer(_: str, path: str, headers: Mapping[str, str], _body: bytes) -> tuple[int, bytes]:
        lower = {name.lower(): value for name, value in headers.items()}
        requests.append((path, lower["user-agent"], lower["proxy-authorization"]))
        return 200, b"by proxy"

    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with listening(answer) as address:
        monkeypatch.setenv("http_proxy", address.replace("http://", "http://us%65r:pass@"))
        assert fetch("http://example.org/a", 100).data == b"by proxy"
        with host({"a": b"direct"}) as site:
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            assert fetch(f"{site.address}a", 100).data == b"direct"
    agent = f"ilofeed/{__version__}"
    assert requests == [("http://example.org/a", agent, "Basic dXNlcjpwYXNz")]


def test_redirections_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(302)
            self.send_header("Location", "caf\xc3\xa9 1" if self.path == "/" else "/again")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(FetchError, match="redirects more than 10 times"):
            fetch(f"http://127.0.0.1:{server.server_address[1]}/", 100)
        server.shutdown()
    assert paths == ["/", "/caf%C3%A9%201", *["/again"] * 8]


def test_a_response_that_drips_ends_with_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(client, "LONGEST", 0.2)
    done = threading.Event()
    drops: list[int] = []
    requests: list[object] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(self)
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
            while len(drops) < 200 and not done.wait(0.05):
                self.wfile.write(b"x")
                drops.append(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(FetchError, match="no complete response after 0 seconds"):
            fetch(f"http://127.0.0.1:{server.server_address[1]}/", 100)
        assert len(drops) < 200  # not the server ended it: a slow machine sends fewer
        assert len(requests) <= 1  # the deadline is that of all tries
        done.set()
        server.shutdown()


@pytest.mark.parametrize(("longest", "tries"), [(60.0, 3), (0.25, 2), (0.05, 1)])
def test_tries_end_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch, longest: float, tries: int
) -> None:
    """A pause after which no time would be left is not made, so the clock need not be exact."""
    moments = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: moments[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: moments.__setitem__(0, seconds))
    monkeypatch.setattr(client, "LONGEST", longest)
    monkeypatch.setattr(client, "PAUSE", 0.1)
    left: list[float] = []

    def fails(seconds: float, *_: object) -> None:
        left.append(seconds)
        raise FetchError("x", 503)

    monkeypatch.setattr(client, "_with_deadline", fails)
    with pytest.raises(FetchError):
        fetch("https://example.org/", 1)
    assert len(left) == tries
    assert left == sorted(left, reverse=True)
    assert left[0] == longest
