"""WebSub: hub links in feeds, and telling a hub of what changed."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import socket
import urllib.request
from typing import TYPE_CHECKING, Any, get_args

import jsonschema
import pytest
from lxml import etree

import hub as hubs
from ilofeed.feeds.ledger import Ledger
from ilofeed.model import FILE_NAMES, Format
from ilofeed.publish import websub
from ilofeed.publish.websub import PingResult, changed_feeds, ping
from ilofeed.scaffold.cms import feeds_schema
from ilofeed.verify.lint import match_grammar
from ilofeed.verify.verification import verify
from offices import OFFICE, documents, entry, found, site, write_office
from program import run
from serving import host

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


HUB = "https://hub.example.org/"
LINKS = {
    "atom": f'<link href="{HUB}" rel="hub"/>',
    "rss": f'<atom:link href="{HUB}" rel="hub"/>',
    "json": f'{{\n   "type": "WebSub",\n   "url": "{HUB}"\n  }}',
}
FORMS: tuple[Format, ...] = get_args(Format)


def office(hub: str = HUB, more: str = "") -> bytes:
    return OFFICE.replace(b"  title:", f"  hub: {hub}\n{more}  title:".encode())


def discovered(data: bytes, form: Format) -> tuple[str, str]:
    """Hub and topic, as a subscriber finds them in a document."""
    if form == "json":
        seen = json.loads(data)
        return seen["hubs"][0]["url"], seen["feed_url"]
    root = etree.fromstring(data)
    channel = root if form == "atom" else root[0]
    links = {
        link.get("rel"): link.get("href")
        for link in channel.findall("{http://www.w3.org/2005/Atom}link")
    }
    return links["hub"] or "", links["self"] or ""


def without(data: bytes, link: bytes, form: Format) -> bytes:
    if form != "json":
        return data.replace(link, b"")
    kept = {key: value for key, value in json.loads(data).items() if key != "hubs"}
    return json.dumps(kept).encode()


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_names_its_hub_and_nothing_else_passes_for_it(form: Format) -> None:
    made = site(office=office(), wages=entry())
    feeds = documents(made)
    document = feeds[f"all/{FILE_NAMES[form]}"]
    address = f"https://example.org/feeds/all/{FILE_NAMES[form]}"
    assert discovered(document.data, form) == (HUB, address)
    assert verify(list(feeds.values()), made.office) == []
    link = LINKS[form].encode()
    assert document.data.count(link) == 1
    other = document.data.replace(link, link.replace(b"hub.example", b"hob.example"))
    for data in (other, without(document.data, link, form)):
        changed = dataclasses.replace(document, data=data)
        faults = verify(list((feeds | {document.path: changed}).values()), made.office)
        assert [(fault.path, fault.field) for fault in faults] == [(document.path, "feed hub")]


@pytest.mark.parametrize("form", FORMS)
def test_a_second_hub_does_not_match_the_grammar(form: Format) -> None:
    data = documents(site(office=office(), wages=entry()))[f"all/{FILE_NAMES[form]}"].data
    once = LINKS[form].encode()
    between = b"," if form == "json" else b""
    assert match_grammar(data, form) == []
    assert match_grammar(data.replace(once, once + between + once), form)


def test_archives_name_no_hub() -> None:
    entries: dict[str, Any] = {f"e_{n}": entry(date=f"2015-05-{n:02}") for n in range(1, 13)}
    made = documents(
        site(office=office(more="  limit: 3\n  archives: [atom, rss, json]\n"), **entries)
    )
    archives = [one for path, one in made.items() if "/archive/" in path]
    assert {one.format for one in archives} == {"atom", "rss", "json"}
    for document in made.values():
        if document.format is not None:
            assert (HUB.encode() in document.data) is (document not in archives), document.path


@pytest.mark.parametrize("hub", ["http://localhost:8080/hub", "http://127.0.0.1:1/", HUB])
def test_a_hub_may_be_on_this_machine(hub: str) -> None:
    made = site(office=office(hub), wages=entry())
    assert made.office.hub == hub
    assert verify(list(documents(made).values()), made.office) == []


@pytest.mark.parametrize(
    "hub",
    [
        "hub",
        "http://hub/",
        "ftp://hub.example.org/",
        "https://a@b.org",
        "https://example.org/feeds/hub",  # below the site, where only what is published may be
    ],
)
def test_a_hub_is_an_address(hub: str) -> None:
    assert found(office=office(hub), wages=entry()) == ["feeds.yaml:5:8 bad-url"]


def test_the_schema_knows_it() -> None:
    schema = feeds_schema()
    validator = jsonschema.Draft202012Validator(schema)
    keys = {"url": HUB, "authority": "example.org,2015", "title": "x", "timezone": "Etc/UTC"}
    whole = {"site": keys, "categories": {"a": "A"}, "countries": {"MN": "M"}}
    assert validator.is_valid(whole | {"site": keys | {"hub": HUB}})
    assert not validator.is_valid(whole | {"site": keys | {"hub": "hub"}})
    assert not validator.is_valid(whole | {"site": keys | {"hubs": HUB}})


FEEDS = {f"all/{name}": "1" for name in FILE_NAMES.values()}
OTHERS = {"all/calendar.ics": "1", "all/archive/1/atom.xml": "1", "all/archive/12/feed.json": "1"}


def ledger(documents: dict[str, str]) -> Ledger:
    return Ledger({}, documents, frozenset(documents))


def test_which_feeds_have_changed() -> None:
    after = ledger(FEEDS | OTHERS | {"category/archive/atom.xml": "1"})
    everything = (*sorted(FEEDS), "category/archive/atom.xml")
    assert changed_feeds(None, after) == everything
    assert changed_feeds(ledger({}), after) == everything
    assert changed_feeds(after, after) == ()
    different = dict.fromkeys(after.documents, "2")
    assert changed_feeds(ledger(different), after) == everything
    assert changed_feeds(ledger(different | {"all/rss.xml": "1"}), after) == tuple(
        path for path in everything if path != "all/rss.xml"
    )
    assert changed_feeds(after, ledger({"all/atom.xml": "1"})) == ()  # others have vanished
    assert after.feeds == {"all", "category/archive"}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "PAUSE", 0.01)
    monkeypatch.setattr(websub, "TIMEOUT", 60.0)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


A, B, C = (f"https://example.org/{name}/atom.xml" for name in "abc")


def failures(told: list[PingResult]) -> list[str | None]:
    return [one.failure and re.sub(r"http://\S+/", "HUB", one.failure) for one in told]


@pytest.mark.usefixtures("hasty")
def test_a_hub_is_told_of_one_feed_at_a_time_under_both_names() -> None:
    with hubs.scripted(204) as hub:
        assert ping(hub.address, [A, B]) == [PingResult(A), PingResult(B)]
    assert hub.forms == [
        {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed} for feed in (A, B)
    ]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize("later", [429, 500, 503, b"", b"HTTP/1.1 what\r\n\r\n"])
def test_what_fails_for_now_is_tried_again(later: int | bytes, status: int) -> None:
    with hubs.scripted(later, status) as hub:
        assert ping(hub.address, [A, B, C]) == [PingResult(A), PingResult(B), PingResult(C)]
        tried = [form["hub.url"] for form in hub.forms]
    # a hub that gave no answer is not asked for the others until it has had its pause
    assert tried == ([A, B, C, A] if isinstance(later, int) else [A, A, B, C])


@pytest.mark.usefixtures("hasty")
def test_not_for_ever() -> None:
    with hubs.scripted(503) as hub:
        assert failures(ping(hub.address, [A, B])) == ["HUB answered 503"] * 2
    assert [form["hub.url"] for form in hub.forms] == [A, B] * websub.TRIES


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_is_refused_is_refused(status: int) -> None:
    with hubs.scripted(status, 204) as hub:
        assert failures(ping(hub.address, [A, B])) == [f"HUB answered {status}", None]
    assert len(hub.forms) == 2


@pytest.mark.usefixtures("hasty")
def test_a_hub_that_has_moved_is_not_followed() -> None:
    def moved(where: str) -> bytes:
        return f"HTTP/1.1 301 x\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()

    with hubs.scripted(204) as other, hubs.scripted(moved(other.address)) as hub:
        (told,) = ping(hub.address, [A])
        assert told.failure is not None
        assert f"answered 301; it has moved, write `{other.address}` as `hub`" in told.failure
        assert (len(hub.forms), len(other.forms)) == (1, 0)
    with hubs.scripted(moved("http://[")) as hub:
        assert failures(ping(hub.address, [A])) == ["HUB cannot be reached: Invalid IPv6 URL"]
    with hubs.scripted(moved("ftp://x/\x1b[31m")) as hub:
        (told,) = ping(hub.address, [A])
    assert told.failure is not None
    assert "answered 301" in told.failure
    assert "\x1b" not in told.failure


@pytest.mark.usefixtures("hasty")
def test_what_a_hub_says_does_not_reach_the_terminal() -> None:
    with hubs.scripted(b"\x1b[31m\r\n\r\n") as hub:
        (told,) = ping(hub.address, [A])
    assert told.failure is not None
    assert "\x1b" not in told.failure


def closed() -> str:
    """The address of a hub that is not there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.mark.usefixtures("hasty")
def test_a_hub_that_is_not_there() -> None:
    for failure in failures(ping(closed(), [A, B])):
        assert failure is not None
        assert failure.startswith("HUB cannot be reached: ")
        assert "refused" in failure


@pytest.mark.usefixtures("hasty")
def test_a_hub_that_drips_is_left_after_the_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "TIMEOUT", 0.2)
    with hubs.scripted(0) as hub:
        found = failures(ping(hub.address, [A, B, C]))
        assert len(hub.forms) <= websub.TRIES  # one for each round, not for each feed
    assert found == ["HUB did not answer within 0.2 seconds"] * 3


@pytest.mark.usefixtures("hasty")
def test_all_feeds_together_have_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "MAX_SECONDS", 0.0)
    with hubs.scripted(204) as hub:
        found = failures(ping(hub.address, [A, B]))
    assert found == ["HUB took more than 0 seconds for all feeds"] * 2
    assert hub.forms == []


def test_the_command(tmp_path: Path) -> None:
    with hubs.scripted(204) as hub:
        folder = write_office(tmp_path / "o", office=office(hub.address), wages=entry())
        assert run(folder, "ping").returncode == 4
        assert "manifest.json does not exist; build first" in run(folder, "ping").stderr
        assert run(folder, "build").returncode == 0
        first = run(folder, "ping")
        assert (first.returncode, len(first.stdout.splitlines())) == (0, 11 * 3)
        assert first.stderr == f"{hub.address} was notified of 33 of 33 changed feeds\n"
        assert [form["hub.url"] for form in hub.forms] == first.stdout.splitlines()
        shutil.copy(folder / "public" / "manifest.json", folder / "before.json")
        same = run(folder, "ping", "--since", "before.json")
        assert (same.returncode, same.stdout) == (0, "")
        assert same.stderr == "no feed has changed; nothing to do\n"
        (folder / "entries" / "new.md").write_bytes(entry(countries="[CN]"))
        run(folder, "build")
        done = run(folder, "ping", "--since", "before.json")
        assert done.returncode == 0
        told = {url.removeprefix("https://example.org/feeds/") for url in done.stdout.split()}
        assert "all/atom.xml" in told
        assert "country/cn/feed.json" in told
        assert "country/mn/rss.xml" not in told  # it has only the old one
        assert len(hub.forms) == 33 + len(told)
        with host({"manifest.json": (folder / "before.json").read_bytes()}) as live:
            again = run(folder, "ping", "--since", f"{live.address}manifest.json")
        assert again.stdout == done.stdout


def test_where_there_is_nobody_to_tell_or_nothing_to_compare(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o", wages=entry())
    done = run(folder, "ping")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "feeds.yaml has no hub; nothing to do\n"
    assert run(folder, "ping", "--since", "live").returncode == 2
    (folder / "feeds.yaml").write_bytes(office(closed()))
    run(folder, "build")
    done = run(folder, "ping", "--since", "nowhere.json")
    assert done.returncode == 4
    assert "nowhere.json" in done.stderr
    (folder / "public" / "manifest.json").write_text("{")
    assert run(folder, "ping").returncode == 4
    (folder / "feeds.yaml").write_bytes(office("hub"))
    done = run(folder, "ping")
    assert done.returncode == 1
    assert "[bad-url]" in done.stdout


def test_a_hub_that_fails_is_4_with_what_it_was_not_told(tmp_path: Path) -> None:
    with hubs.scripted(404, 204, 400, 404, 404, 404, 204) as hub:
        folder = write_office(tmp_path / "o", office=office(hub.address), wages=entry())
        run(folder, "build", "--base-url", "http://127.0.0.1:1/")
        done = run(folder, "ping", "--since", "none")
    topics = [form["hub.url"] for form in hub.forms]
    assert all(topic.startswith("http://127.0.0.1:1/") for topic in topics)
    assert done.returncode == 4
    assert done.stdout.splitlines() == [topics[1], *topics[6:]]
    three = ", ".join([topics[0], topics[3], topics[4]])
    assert done.stderr.splitlines() == [
        f"{hub.address} answered 404; not notified of {three} and 1 more",
        f"{hub.address} answered 400; not notified of {topics[2]}",
        f"{hub.address} was notified of 28 of 33 changed feeds",
    ]


def test_a_subscriber_receives_exactly_the_new_bytes(tmp_path: Path) -> None:
    folder, public = tmp_path / "o", tmp_path / "o" / "public"
    with (
        hubs.hub(tmp_path) as hub,
        hubs.site(public, hub) as address,
        hubs.subscriber() as subscriber,
    ):
        write_office(folder, office=office(hub), wages=entry(), jobs=entry(countries="[CN]"))
        built = ("build", "--base-url", address)
        assert run(folder, *built).returncode == 0
        paths = [f"{feed}/{name}" for feed in ("all", "country/cn") for name in FILE_NAMES.values()]
        for path in paths:
            with urllib.request.urlopen(address + path) as answer:
                form = next(form for form in FORMS if path.endswith(FILE_NAMES[form]))
                found, topic = discovered(answer.read(), form)
            assert (found, topic) == (hub, address + path)
            subscriber.subscribe(found, topic)
        assert subscriber.confirmed == {address + path for path in paths}

        shutil.copy(public / "manifest.json", folder / "before.json")
        assert run(folder, "ping", "--since", "before.json").returncode == 0
        assert subscriber.received == {}
        (folder / "entries" / "wages.md").write_bytes(entry(summary="Corrected."))
        assert run(folder, *built).returncode == 0
        done = run(folder, "ping", "--since", "before.json")
        assert done.returncode == 0, done.stderr
        # the feed of another country has not changed
        assert subscriber.received == {
            address + path: [(public / path).read_bytes()] for path in paths if "cn" not in path
        }
        assert all(b"Corrected." in body for (body,) in subscriber.received.values())
