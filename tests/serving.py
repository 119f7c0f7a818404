"""Servers on this machine for tests: answers by path, and the programs that look at them."""

from __future__ import annotations

import contextlib
import http.server
import os
import random
import shutil
import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from waiting import until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping

TYPES = {
    "html": "text/html; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "json": "application/json",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ics": "text/calendar; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
# what Pages says of every file: any site may read it
OPEN = {"Access-Control-Allow-Origin": "*"}


@dataclass
class Host:
    """A server: its address, and what it answers; paths that were asked for are kept."""

    address: str
    files: Mapping[str, bytes]
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 404  # of what is not there


@contextlib.contextmanager
def _running(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server on this machine, without a slash, until the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def host(files: Mapping[str, bytes], **headers: str) -> Iterator[Host]:
    """Files by path (`all/index.html`), served until the end; `_` in a header's name is `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    here = Host("", files, named)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/")
            here.asked.append(path)
            name = path + "index.html" if path == "" or path.endswith("/") else path
            data = here.files.get(name)
            status, name = (200, name) if data is not None else (here.status, "404.html")
            data = data if data is not None else here.files.get(name, b"not found")
            self.send_response(status)
            self.send_header("Content-Type", TYPES.get(name.rpartition(".")[2], "text/plain"))
            self.send_header("Content-Length", str(len(data)))
            for header, value in here.headers.items():
                self.send_header(header, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with _running(Handler) as address:
        here.address = f"{address}/"
        yield here


_GIVEN: set[int] = set()


def free_port(also: int = 0) -> int:
    """A port that nobody listens at, as at the one that is `also` higher.

    The kernel gives none of these to other programs, and no seed makes two processes of tests
    choose the same.
    """
    chosen = random.SystemRandom().sample(range(10_000, 20_000), 1000)
    for port in (one for one in chosen if one not in _GIVEN):
        with contextlib.suppress(OSError):
            for number in {port, port + also}:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            _GIVEN.add(port)
            return port
    raise AssertionError("no free port")


def wait_for_server(process: subprocess.Popen[Any], port: int, log: Path) -> None:
    """Wait until a program that was started answers at its port."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    until(answers, f"answered: {log}")


IS_COMPLETE = "CI" in os.environ and sys.platform == "linux"
CHECKERS = Path(__file__).parent / "checkers" / "node_modules"  # ./run test puts them there


def needs(*programs: str) -> pytest.MarkDecorator:
    """CI on Linux installs the programs (.ci/run): there a missing one is a failure, not a skip."""
    missing = [name for name in programs if shutil.which(name) is None]
    reason = f"not installed: {', '.join(missing)}"
    return pytest.mark.skipif(bool(missing) and not IS_COMPLETE, reason=reason)


def needs_checkers() -> pytest.MarkDecorator:
    """The same for what npm installs from tests/checkers."""
    missing = not CHECKERS.is_dir() and not IS_COMPLETE
    return pytest.mark.skipif(missing, reason="npm is not installed, so tests/checkers is empty")


@contextlib.contextmanager
def listening(
    answer: Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]], **headers: str
) -> Iterator[str]:
    """The address of a server that answers by method, path, headers and body, until the end.

    Each answer has the headers, with `-` for `_` in their names.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PATCH = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with _running(Handler) as address:
        yield address
