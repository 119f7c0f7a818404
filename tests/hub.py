"""A WebSub hub and a subscriber on this machine, and a host that the hub fetches from.

The hub is Flask-WebSub 0.4.1 with current Flask (both also import without a warning on Python 3.12
and 3.13). Three things of it are met here, not changed:
- it gives its work to Celery; `AtOnce` does it in place instead, so that a test has nothing to wait
  for. A delivery that fails has no second try then, and the ping fails with it;
- it takes a ping only where `PUBLISH_SUPPORTED` says so, and reads its `hub.topic`;
- it distributes only what was served with Link headers, which the hubs of Google and Superfeedr do
  not ask for, so `Site` sends them. Subscribers here look at the documents alone.
Its subscriber sends no secret over http, so the subscriber is ours.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import http.server
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import flask
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    import socketserver
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "a secret of the subscriber's"


@contextlib.contextmanager
def served(server: socketserver.BaseServer) -> Iterator[str]:
    """The address of a server that answers until the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"  # type: ignore[index]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class AtOnce:
    """What the hub wants of Celery: tasks that are done when they are asked for."""

    function: Callable[..., Any] | None = None
    bind: bool = False

    def task(self, *, bind: bool = False, **_: Any) -> Callable[[Callable[..., Any]], AtOnce]:
        return lambda function: AtOnce(function, bind)

    def delay(self, *args: Any) -> None:
        assert self.function is not None
        self.function(*([self] if self.bind else []), *args)


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[str]:
    """The address of a hub that keeps its subscriptions in a folder."""
    made = Hub(SQLite3HubStorage(str(folder / "hub.sqlite3")), AtOnce(), REQUEST_TIMEOUT=60)
    app = flask.Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    app.register_blueprint(made.build_blueprint(url_prefix="/hub"))

    class Silent(WSGIRequestHandler):
        def log(self, *_: object) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    with served(server) as address:
        yield address + "hub"


@contextlib.contextmanager
def site(folder: Path, hub: str) -> Iterator[str]:
    """The address at which a folder is served, with Link headers for the hub."""

    class Site(Quiet):
        def end_headers(self) -> None:
            here = f"http://127.0.0.1:{self.server.server_address[1]}{self.path}"  # type: ignore[index]
            self.send_header("Link", f'<{hub}>; rel="hub", <{here}>; rel="self"')
            super().end_headers()

    handler = functools.partial(Site, directory=str(folder))
    with served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        yield address


@dataclass
class Subscriber:
    """Who subscribes to topics: what was received of each, in order."""

    address: str = ""
    wanted: list[str] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    received: dict[str, list[bytes]] = field(default_factory=dict)

    def subscribe(self, hub: str, topic: str) -> None:
        """Ask a hub for a topic; it checks with us before it answers."""
        self.wanted.append(topic)
        form = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.callback": f"{self.address}{self.wanted.index(topic)}",
            "hub.secret": SECRET,
        }
        with urllib.request.urlopen(hub, urllib.parse.urlencode(form).encode()) as answer:
            assert answer.status == 202

    def confirm(self, topic: str, query: dict[str, str]) -> str | None:
        """The challenge of a hub, where it asks for a subscription that is meant."""
        if (query["hub.mode"], query["hub.topic"]) != ("subscribe", topic):
            return None
        self.confirmed.add(topic)
        return query["hub.challenge"]

    def receive(self, topic: str, body: bytes, signature: str) -> None:
        """Keep what a hub sends, where the signature is that of our secret."""
        algorithm, _, value = signature.partition("=")
        own = hmac.new(SECRET.encode(), body, getattr(hashlib, algorithm)).hexdigest()
        if hmac.compare_digest(own, value):
            self.received.setdefault(topic, []).append(body)


@contextlib.contextmanager
def subscriber() -> Iterator[Subscriber]:
    """A subscriber that answers at its address."""
    here = Subscriber()

    class Callback(Quiet):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            challenge = here.confirm(
                here.wanted[int(path[1:])], dict(urllib.parse.parse_qsl(query))
            )
            self.send_response(200 if challenge else 404)
            self.end_headers()
            self.wfile.write((challenge or "").encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.receive(here.wanted[int(self.path[1:])], body, self.headers["X-Hub-Signature"])
            self.send_response(204)
            self.end_headers()

    with served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Callback)) as address:
        here.address = address
        yield here


@dataclass
class Scripted:
    """A hub that answers what it is told to, the last of it for ever; forms that came are kept."""

    answers: list[int | bytes]
    address: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)
    end: threading.Event = field(default_factory=threading.Event)

    def next(self) -> int | bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextlib.contextmanager
def scripted(*answers: int | bytes) -> Iterator[Scripted]:
    """A hub that answers with a status, raw bytes, or (0) drop by drop without an end."""
    here = Scripted(list(answers))

    class Endpoint(Quiet):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            here.forms.append(dict(urllib.parse.parse_qsl(form, strict_parsing=True)))
            match here.next():
                case 0:
                    self.drip()
                case bytes(raw):
                    self.wfile.write(raw)
                case int(status):
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

        def drip(self) -> None:
            with contextlib.suppress(ConnectionError):
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
                while not here.end.wait(0.05):
                    self.wfile.write(b"x")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    with served(server) as here.address:
        try:
            yield here
        finally:
            here.end.set()
