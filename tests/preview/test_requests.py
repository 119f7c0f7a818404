"""What the preview answers to requests that a browser sends for another site, and to odd ones."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest

from ilofeed.preview.pages import Memory, Pages, look
from ilofeed.preview.server import Server
from offices import NOW, entry, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
LONG = 60.0  # seconds
HEADERS = {
    "Cache-Control: no-store",
    "Content-Security-Policy: frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(0)
    preview = look(sources(wages=entry(title="A draft", draft="true")), NOW, made.address, Memory())
    made.show(Pages(preview, "1"))
    made.start()
    yield made
    made.close()


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_port), LONG)


def send(server: Server, text: str) -> str:
    """Send `text`, with the port for PORT, and return all that comes until the server closes."""
    with connect(server) as connection:
        connection.sendall(text.replace("PORT", str(server.server_port)).encode("latin-1"))
        received = bytearray()
        while part := connection.recv(65536):
            received += part
        return received.decode()


def request(*headers: str, line: str = "GET / HTTP/1.1", body: str = "") -> str:
    return "\r\n".join([line, *headers, "", body])


HOST = "Host: 127.0.0.1:PORT"
CLOSE = "Connection: close"
NEXT = request(HOST, CLOSE, line="GET /entry/wages/ HTTP/1.1")


def statuses(answers: str) -> list[int]:
    return [int(status) for status in re.findall(r"^HTTP/1\.1 (\d+) ", answers, re.MULTILINE)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "X"])
@pytest.mark.parametrize(
    "headers",
    [
        (f"Content-Length: {len(NEXT) + 1}",),
        ("Content-Length: 1", "Content-Length: 0"),
        ("Content-Length: 0", "Content-Length: 1"),
        ("Content-Length: 0, 0",),
        ("Content-Length: -1",),
        ("Content-Length: +0",),
        ("Content-Length: x",),
        ("Transfer-Encoding: chunked",),
        ("transfer-encoding: identity",),
        ("Transfer-Encoding: chunked", "Content-Length: 0"),
        ("Expect: 100-continue", f"Content-Length: {len(NEXT)}"),
        ("no header", f"Content-Length: {len(NEXT)}"),
        ("Content-Length : 5",),
    ],
    ids=str,
)
def test_a_body_is_no_second_request(server: Server, method: str, headers: tuple[str, ...]) -> None:
    answers = send(server, request(HOST, *headers, line=f"{method} / HTTP/1.1", body=NEXT))
    assert statuses(answers) == [400 if method in {"GET", "HEAD"} else 405]
    assert "A draft" not in answers
    assert "Connection: close" in answers
    assert set(answers.splitlines()) >= HEADERS


def test_two_requests_in_one_connection(server: Server) -> None:
    first = request(HOST, "Content-Length: 0")
    answers = send(server, first + NEXT)
    assert statuses(answers) == [200, 200]
    assert "A draft" in answers


@pytest.mark.parametrize("path", ["/", "/entry/wages/", "/all/atom.xml", "/-preview/events"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (("Sec-Fetch-Site: cross-site",), 403),
        (("Sec-Fetch-Site: same-site",), 403),
        (("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-User: ?1"), 403),
        (("Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"), 403),
        (("Sec-Fetch-Site: none", "Origin: http://evil.example"), 403),
        (("Origin: http://127.0.0.1:PORT", "Origin: http://evil.example"), 403),
        (("Host: evil.example",), 403),
        (("Sec-Fetch-Site: none",), 200),
        (("Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:PORT"), 200),
    ],
)
def test_only_its_own_pages_and_the_address_bar(
    server: Server, path: str, headers: tuple[str, ...], status: int
) -> None:
    if status == 200 and "events" in path:
        return
    answers = send(server, request(HOST, *headers, CLOSE, line=f"GET {path} HTTP/1.1"))
    assert statuses(answers) == [status]
    assert status == 200 or "A draft" not in answers
    assert set(answers.splitlines()) >= HEADERS


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (request(HOST, line="GET http://evil.example/ HTTP/1.1"), 400),
        (request(HOST, line="GET http://127.0.0.1:PORT/ HTTP/1.1"), 400),
        (request(HOST, line="GET index.html HTTP/1.1"), 400),
        (request(HOST, line="OPTIONS * HTTP/1.1"), 405),
        (request(HOST, line="CONNECT 127.0.0.1:PORT HTTP/1.1"), 405),
        (request(line="GET / HTTP/1.1"), 403),
        (request(line="GET /"), 403),
        (request(HOST, line="GET / HTTP/2.0"), 505),
        (request(HOST, line="GET / HTTP/x"), 400),
        (request(HOST, line="GARBAGE"), 400),
        (request(HOST, line="GET / x HTTP/1.1"), 400),
        (request(HOST, f"X: {'x' * 70_000}"), 431),
        (request(HOST, *["X: y"] * 200), 431),
        (request(HOST, line=f"GET /{'x' * 70_000} HTTP/1.1"), 414),
    ],
    ids=range(14),
)
def test_odd_requests(server: Server, text: str, status: int) -> None:
    try:
        answers = send(server, text)
    except ConnectionResetError:  # what was sent was longer than what was read
        assert len(text) > 60_000
        return
    assert statuses(answers) == [status]
    assert "A draft" not in answers
    assert set(answers.splitlines()) >= HEADERS


def test_a_stream_has_the_headers_of_all_else(server: Server) -> None:
    with connect(server) as connection, connection.makefile("rb") as file:
        text = request(HOST, "Sec-Fetch-Site: same-origin", line="GET /-preview/events HTTP/1.1")
        connection.sendall(text.replace("PORT", str(server.server_port)).encode())
        lines = []
        while line := file.readline().decode().strip():
            lines.append(line)
        assert HEADERS | {"Content-Type: text/event-stream; charset=utf-8"} <= set(lines)
        assert file.readline() == b"data: 1\n"


def test_a_slow_client_keeps_nobody_waiting(server: Server) -> None:
    with connect(server) as slow, connect(server) as silent:
        slow.sendall(b"GET / HTTP/1.1\r\nHo")
        silent.sendall(b"GET /all/atom.xml HTTP/1.1\r\n")
        assert statuses(send(server, request(HOST, CLOSE))) == [200]
