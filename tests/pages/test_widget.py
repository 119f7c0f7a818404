"""<ilo-feed> in the pages of others: under a strict policy, with hostile feeds, when all fails."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from browsing import await_true, listen, page, violations
from ilofeed.pages.embeds import SCRIPTS, integrity, newest, script
from serving import OPEN, host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]

POLICY = (
    "default-src 'none'; script-src {here}; connect-src {here}; style-src 'self'; "
    "require-trusted-types-for 'script'"
)


RELEASED = {
    ("ilo-feed", "1.0.0"): (
        "sha384-erU2mPYb7+UHDHK0WRxNLPdvArx9uFPWmCxIgeRUnAP4jN350+Ccvb8vVr0qBT7K"
    ),
    ("ilo-feed", "1.1.0"): (
        "sha384-e7QpLjdRHhMV1FksJdFCPFyj2Cea/Z7Bq1PTb2bdhAbJvZ1r0exkS5vE9Gb1uKhY"
    ),
    ("ilo-feed", "1.2.0"): (
        "sha384-qnp4eGqNdmb+dTnfKLUwGjL5j4MNivXVlIuTyRRU3XZZFQIgEgg1tQMz8rlOyvYo"
    ),
    ("ilo-feed", "1.3.0"): (
        "sha384-HBQ9tULETgdbBCcCArV+BoBkcrWBv5mEJdhw2DzqdU+LWC4mUuLPgpa9w0jHgsls"
    ),
    ("ilo-frame", "1.0.0"): (
        "sha384-diCi5ganJNKieT9nRvdS9AccvQ9vDCL5WnCgNMhAzvlS/Ujc52TeDrWfdb27vjCn"
    ),
    ("ilo-frame", "1.1.0"): (
        "sha384-rhJacq71MZh3M6J34GDkYDS81Yp1O0sZGtrH0eKeodzAQLUoAl5VLcEkiok7ohI7"
    ),
}


@contextmanager
def hosted(browser: Browser, body: str, policy: str | None = None) -> Iterator[tuple[Page, Any]]:
    """Somebody else's page, on an origin of its own, opened; with what its console said."""
    text = f'<!doctype html><html lang="en"><title>Host</title><main><h1>Host</h1>{body}</main>'
    headers = {} if policy is None else {"Content_Security_Policy": policy}
    files = {"index.html": text.encode(), "favicon.ico": b""}
    with host(files, **headers) as here, page(browser) as made:
        said = listen(made)
        made.goto(here.address)
        yield made, said


def module(site: Host) -> str:
    return (
        f'<script type="module" src="{site.address}{newest("ilo-feed")}"'
        f' integrity="{integrity("ilo-feed")}" crossorigin="anonymous"></script>'
    )


def element(source: str, attributes: str = "") -> str:
    return f'<ilo-feed src="{source}" {attributes}><a href="https://x.example.org/">News</a></ilo-feed>'


def settled(made: Page) -> None:
    """Until every element has its feed or has given up."""
    await_true(
        made,
        """[...document.querySelectorAll('ilo-feed')].every((one) => one.shadowRoot
             && !one.hasAttribute('aria-busy')
             && one.shadowRoot.querySelector('li, [part=error]:not(:empty)'))""",
    )


def test_the_script_is_small_and_its_released_bytes_never_change() -> None:
    """A change of a released version breaks every site that pins its hash: add a version."""
    made = {(name, version) for name, versions in SCRIPTS.items() for version in versions}
    assert made == RELEASED.keys()
    for (name, version), pinned in RELEASED.items():
        digest = hashlib.sha384(script(name, version)).digest()
        assert f"sha384-{base64.b64encode(digest).decode()}" == pinned
    assert all(len(script("ilo-feed", version)) < 6000 for version in SCRIPTS["ilo-feed"])
    for name, versions in SCRIPTS.items():
        assert integrity(name) == RELEASED[name, versions[-1]]
        assert newest(name) == f"embed/{name}-{versions[-1]}.js"


def test_under_a_strict_policy_twice_on_one_page(browser: Browser, site: Host) -> None:
    body = (
        module(site)
        + element(f"{site.address}category/wages/feed.json", 'limit="2" heading-level="2"')
        + element(f"{site.address}country/mn/feed.json", 'limit="3" show-summary theme="dark"')
    )
    with hosted(browser, body, POLICY.format(here=site.address)) as (made, said):
        settled(made)
        first, second = made.locator("ilo-feed").nth(0), made.locator("ilo-feed").nth(1)
        assert first.locator("li").count() == 2
        assert second.locator("li").count() == 3
        assert first.locator("h2 a").nth(1).inner_text() == "Quarterly report number 8 on wages"
        assert first.locator("h2 a").nth(1).get_attribute("href") == (
            f"{site.address}entry/report-8/"
        )
        assert first.locator("[part=kicker]").first.inner_text() == "Wages"
        assert second.locator("[part=summary]").count() == 3
        assert first.locator("[part=summary]").count() == 0
        assert first.locator("time").nth(1).inner_text() == "18 August 2025"
        assert first.locator("time").nth(1).get_attribute("datetime") == "2025-08-18"
        assert made.get_by_text("News", exact=True).first.is_hidden()
        # the style is there under style-src 'self': adopted, not inline
        assert (
            second.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(20, 24, 29)"
        )
        assert (
            first.locator("li").first.evaluate("(one) => getComputedStyle(one).listStyleType")
            == "none"
        )
        more = first.locator("[part=more] a")
        assert (more.inner_text(), more.get_attribute("href")) == (
            "All items: Wages – Office for Work & Welfare",
            f"{site.address}category/wages/",
        )
        assert made.context.cookies() == []
        assert violations(made) == []
        assert said == []


@pytest.mark.parametrize("theme", ["light", "dark", "auto", ""])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_in_every_theme(browser: Browser, site: Host, theme: str, scheme: str) -> None:
    attributes = f'theme="{theme}" show-summary heading-level="2"' if theme else 'heading-level="2"'
    body = module(site) + element(f"{site.address}all/feed.json", attributes)
    text = f'<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>Host</title><main><h1>Host</h1>{body}</main>'
    with host({"index.html": text.encode()}) as here, page(browser, "phone", scheme) as made:
        made.goto(here.address)
        settled(made)
        assert violations(made) == []
        assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")


MARKUP = '<img src=x onerror="document.title=1"><script>document.title=1</script><b>&amp;'
HOSTILE_ITEM = {
    "id": MARKUP,
    "title": f"t{MARKUP}",
    "summary": f"s{MARKUP}",
    "url": "javascript:document.title=1",
    "external_url": "data:text/html,<script>parent.document.title=1</script>",
    "content_html": MARKUP,
    "image": "javascript:document.title=1",
    "date_published": "2015-05-19T09:00:00+08:00",
    "language": '"><script>',
    "tags": [MARKUP, MARKUP],
    "_ilofeed": {
        "event": {"start": "2015-06-01", "end": MARKUP, "place": MARKUP},
        "when": {"en": f"w{MARKUP}"},
    },
}
HOSTILE = {
    "version": MARKUP,
    "title": MARKUP,
    "home_page_url": " javascript:document.title=1",
    "language": MARKUP,
    "_ilofeed": {"more": {"en": MARKUP}},
    "items": [HOSTILE_ITEM] * 3,
}


@contextmanager
def fed(browser: Browser, feed: Any, attributes: str = "") -> Iterator[Page]:
    """An element whose feed is whatever a test makes up."""
    data = feed if isinstance(feed, bytes) else json.dumps(feed).encode()
    files = {"feed.json": data, "ilo-feed.js": script("ilo-feed", SCRIPTS["ilo-feed"][-1])}
    with host(files, Access_Control_Allow_Origin="*") as source:
        body = f'<script type="module" src="{source.address}ilo-feed.js"></script>'
        body += element(f"{source.address}feed.json", attributes)
        with hosted(browser, body) as (made, said):
            settled(made)
            assert [one for one in said if "Failed to load resource" not in one] == []
            yield made


def test_markup_is_text_and_only_web_addresses_are_links(browser: Browser) -> None:
    with fed(browser, HOSTILE, "show-summary") as made:
        assert made.title() == "Host"
        inside = made.locator("ilo-feed").evaluate(
            """(one) => ({
              names: [...new Set([...one.shadowRoot.querySelectorAll('*')].map((n) => n.localName))].sort(),
              links: one.shadowRoot.querySelectorAll('a').length,
              titles: [...one.shadowRoot.querySelectorAll('h3')].map((n) => n.textContent),
              summary: one.shadowRoot.querySelector('[part=summary]').textContent,
              dates: [...one.shadowRoot.querySelectorAll('[part=date]')].map((n) => n.textContent),
            })"""
        )
        assert set(inside["names"]) <= {"div", "ul", "li", "p", "h3", "time"}
        assert inside["links"] == 0
        assert inside["titles"] == [f"t{MARKUP}"] * 3
        assert inside["summary"] == f"s{MARKUP}"
        assert inside["dates"][0] == f"w{MARKUP} · {MARKUP}"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://x.example.org/1",
        "file:///etc/passwd",
        "ftp://x.example.org/",
        "//x.example.org/",
        "/x",
        "x",
        "",
        7,
        None,
        ["https://x.example.org/"],
        {"href": "https://x.example.org/"},
    ],
)
def test_what_is_no_web_address_is_no_link(browser: Browser, address: Any) -> None:
    items = [{"title": "One", "url": address}, {"title": "Two", "url": "https://x.example.org/2"}]
    with fed(browser, {"home_page_url": address, "items": items}) as made:
        assert made.locator("ilo-feed li").all_inner_texts() == ["One", "Two"]
        links = made.locator("ilo-feed li a, ilo-feed [part=more] a")
        assert [one.get_attribute("href") for one in links.all()] == ["https://x.example.org/2"]


def test_a_thousand_items(browser: Browser) -> None:
    items = [{"title": f"Item {n}", "url": f"https://x.example.org/{n}"} for n in range(1000)]
    with fed(browser, {"items": items}) as made:
        assert made.locator("ilo-feed li").count() == 5
    with fed(browser, {"items": items}, 'limit="100000"') as made:
        assert made.locator("ilo-feed li").count() == 100


@pytest.mark.parametrize(
    ("limit", "shown"), [("3", 3), ("0", 5), ("-2", 1), ("x", 5), ("", 5), ("2.9", 2), ("1e9", 1)]
)
def test_limits(browser: Browser, limit: str, shown: int) -> None:
    items = [{"title": f"Item {n}"} for n in range(9)]
    with fed(browser, {"items": items}, f'limit="{limit}" heading-level="{limit}"') as made:
        assert made.locator("ilo-feed li").count() == shown


WRONG: list[Any] = [None, True, 0, -1.5, "", "x", [], [None], {}, {"a": {"toString": 1}}, [[[]]]]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_wrong_types_in_every_field(browser: Browser, wrong: Any) -> None:
    keys = HOSTILE_ITEM.keys() - {"title"}
    items: list[Any] = [{"title": "Good"} | {key: wrong} for key in sorted(keys)]
    items += [{"title": wrong}, wrong, {"title": "Good", "_ilofeed": {"event": wrong}}]
    items += [{"title": "Good", "_ilofeed": {"event": {"start": wrong, "end": wrong}}}]
    items += [{"title": "Good", "_ilofeed": {"when": one}} for one in (wrong, {"en": wrong})]
    feed = dict.fromkeys(HOSTILE, wrong) | {"items": items}
    with fed(browser, feed, 'limit="100" show-summary') as made:
        titles = made.locator("ilo-feed [part=heading]").all_inner_texts()
        assert titles.count("Good") == len(keys) + 4
        assert set(titles) <= {"Good", "x"}


@pytest.mark.parametrize(
    ("item", "date"),
    [
        ({"date_published": "2015-05-19T00:30:00+08:00"}, "2015-05-19"),  # not shifted to a zone
        ({"date_published": "2015-05-19T23:30:00-11:00"}, "2015-05-19"),
        ({"date_published": "2015-13-45"}, ""),
        ({"date_published": "2015-02-30"}, ""),  # Chromium makes 2 March of it
        ({"date_published": "2015-02-30T09:00:00+08:00"}, ""),
        ({"date_published": "2015-02"}, ""),
        ({"date_published": "yesterday"}, ""),
        ({"date_published": "2015-05-19", "_ilofeed": {"event": {"start": "2015-02-30"}}}, "2015-05-19"),
        ({"_ilofeed": {"event": {"start": "2015-06-02", "end": "2015-06-31"}}}, "2015-06-02"),
        ({"date_published": "2015-05-19", "_ilofeed": {"event": {"start": "2015-06-02", "end": "2015-06-01"}}}, "2015-06-02"),
        ({"_ilofeed": {"event": {"start": "2015-06-02", "end": "2015-06-04", "place": "Ulaanbaatar"}}}, "2015-06-02 – 2015-06-04 · Ulaanbaatar"),
        ({"_ilofeed": {"event": {"start": "2015-12-30", "end": "2016-01-02"}}}, "2015-12-30 – 2016-01-02"),
    ],
)  # fmt: skip
def test_dates_of_feeds_without_words(browser: Browser, item: dict[str, Any], date: str) -> None:
    """Those of other programs and of former versions."""
    with fed(browser, {"items": [{"title": "One"} | item]}) as made:
        assert made.locator("ilo-feed [part=date]").all_inner_texts() == ([date] if date else [])


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0"])
def test_former_versions_read_feeds_with_words(browser: Browser, site: Host, version: str) -> None:
    source = f"{site.address}embed/ilo-feed-{version}.js"
    body = f'<script type="module" src="{source}"></script>'
    with hosted(browser, body + element(f"{site.address}all/feed.json", 'lang="zh"')) as (made, _):
        settled(made)
        assert made.locator("ilo-feed li").count() == 5


WORDED = {
    "language": "mn",
    "title": "Titles",
    "home_page_url": "https://x.example.org/",
    "_ilofeed": {"more": {"mn": "Бүгд", "zh-Hans": "全部", "ar": "الكل"}},
    "items": [
        {
            "title": "One",
            "date_published": "2015-05-19",
            "_ilofeed": {"when": {"mn": "тавдугаар", "zh-Hans": "五月", "ar": "مايو"}},
        }
    ],
}


@pytest.mark.parametrize(
    ("attributes", "lang", "date", "more"),
    [
        ("", "mn", "тавдугаар", "Бүгд"),  # the page is in English: of the feed
        ('lang="zh-Hant-HK"', "zh-Hans", "五月", "全部"),
        ('lang="AR-eg"', "ar", "مايو", "الكل"),
        ('lang="arc"', "mn", "тавдугаар", "Бүгд"),  # Aramaic is not Arabic
        ('lang="__proto__"', "mn", "тавдугаар", "Бүгд"),
    ],
)
def test_languages(browser: Browser, attributes: str, lang: str, date: str, more: str) -> None:
    with fed(browser, WORDED, attributes) as made:
        view, time = made.locator("ilo-feed [part=feed]"), made.locator("ilo-feed time")
        assert (view.get_attribute("lang"), time.get_attribute("lang")) == (lang, lang)
        assert (time.inner_text(), time.get_attribute("datetime")) == (date, "2015-05-19")
        assert made.locator("ilo-feed [part=more]").inner_text() == more


def test_a_feed_without_words_ends_with_its_title(browser: Browser) -> None:
    feed = {name: value for name, value in WORDED.items() if name != "_ilofeed"}
    with fed(browser, feed) as made:
        assert made.locator("ilo-feed [part=more]").inner_text() == "Titles"
    with fed(browser, feed | {"title": None}) as made:
        assert made.locator("ilo-feed [part=more]").inner_text() == "https://x.example.org/"


@pytest.mark.parametrize(
    ("attributes", "message", "lang"),
    [
        ('lang="mn" error="Алдаа"', "Алдаа", "mn"),
        ('error="Sorry"', "Sorry", "en"),
        ('lang="mn"', "The items could not be loaded.", "en"),
    ],
)
def test_what_a_failure_says(browser: Browser, attributes: str, message: str, lang: str) -> None:
    with host(
        {"ilo-feed.js": script("ilo-feed", SCRIPTS["ilo-feed"][-1])},
        Access_Control_Allow_Origin="*",
    ) as source:
        body = f'<script type="module" src="{source.address}ilo-feed.js"></script>'
        with hosted(browser, body + element("/none", attributes)) as (made, _):
            settled(made)
            status = made.locator("ilo-feed").get_by_role("status")
            assert (status.inner_text(), status.get_attribute("lang")) == (message, lang)


def test_upcoming_events_come_first_soonest_first(browser: Browser) -> None:
    today = dt.datetime.now(dt.UTC).date()

    def item(title: str, start: int, end: int | None = None) -> dict[str, Any]:
        event = {"start": f"{today + dt.timedelta(start)}T09:00:00+08:00"}
        if end is not None:
            event["end"] = (today + dt.timedelta(end)).isoformat()
        return {"title": title, "date_published": "2015-05-19", "_ilofeed": {"event": event}}

    items = [
        item("next month", 30),
        {"title": "news"},
        item("over", -9, -8),
        item("tomorrow", 1),
        item("goes on", -2, 2),
    ]
    with fed(browser, {"items": items}, 'order="upcoming"') as made:
        headings = made.locator("ilo-feed [part=heading]")
        assert headings.all_inner_texts() == ["goes on", "tomorrow", "next month", "news", "over"]
        one = made.locator("ilo-feed")
        one.evaluate("(one) => one.removeAttribute('order')")
        await_true(
            made,
            "document.querySelector('ilo-feed').shadowRoot.querySelector('h3')?.innerText"
            " === 'next month'",
        )
        one.evaluate("(one) => { one.setAttribute('order', 'upcoming'); one.limit = 2 }")
        await_true(
            made,
            "document.querySelector('ilo-feed').shadowRoot.querySelector('h3')?.innerText"
            " === 'goes on'",
        )


def test_an_attribute_that_changes_is_followed(browser: Browser) -> None:
    items = [{"title": f"Item {n}", "summary": "A summary"} for n in range(9)]
    with fed(browser, {"items": items}) as made:
        one = made.locator("ilo-feed")
        one.evaluate(
            "(one) => { one.setAttribute('limit', 7); one.setAttribute('heading-level', 5) }"
        )
        one.locator("h5").nth(6).wait_for()
        one.evaluate("(one) => one.toggleAttribute('show-summary')")
        one.locator("[part=summary]").nth(6).wait_for()
        one.evaluate("(one) => one.setAttribute('show-summary', 'false')")
        one.locator("[part=summary]").first.wait_for(state="detached")
        one.evaluate("(one) => one.setAttribute('src', '/nothing')")
        made.get_by_text("News", exact=True).wait_for()
        assert one.locator("li").count() == 0


FAILURES = {
    "not found": b"",
    "no JSON": b"<!doctype html><title>Log in</title>",
    "half of it": b'{"items": [{"title": "a"}',
    "null": b"null",
    "a number": b"7",
    "no items": b'{"version": "https://jsonfeed.org/version/1.1"}',
    "items of a wrong type": b'{"items": {"length": 3}}',
    "not UTF-8": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_the_fallback_stays_when_anything_fails(browser: Browser, failure: str) -> None:
    files = {"ilo-feed.js": script("ilo-feed", SCRIPTS["ilo-feed"][-1])}
    if failure != "not found":
        files["feed.json"] = FAILURES[failure]
    with host(files, Access_Control_Allow_Origin="*") as source:
        body = f'<script type="module" src="{source.address}ilo-feed.js"></script>'
        address = f"{source.address}feed.json"
        with hosted(browser, body + element(address)) as (made, said):
            failed(made)
            told = [one for one in said if "Failed to load resource" not in one]
            assert told == [f"ilo-feed: no CORS or feed at {address}"]


def test_a_host_that_does_not_allow_reading_is_named_in_the_console(
    browser: Browser, site: Host
) -> None:
    with host({"feed.json": b'{"items": [{"title": "One"}]}'}) as source:
        address = f"{source.address}feed.json"
        with hosted(browser, module(site) + element(address)) as (made, said):
            failed(made)
            assert f"ilo-feed: no CORS or feed at {address}" in said


def failed(made: Page) -> None:
    """The element says politely that there is nothing, and its fallback is there."""
    settled(made)
    assert made.get_by_text("News", exact=True).is_visible()
    status = made.locator("ilo-feed").get_by_role("status")
    assert status.inner_text() == "The items could not be loaded."
    assert made.locator("ilo-feed").get_attribute("aria-busy") is None
    assert violations(made) == []


def test_the_fallback_stays_when_there_is_no_network(browser: Browser, site: Host) -> None:
    with hosted(browser, module(site) + element("http://127.0.0.1:9/feed.json")) as (made, _):
        failed(made)


def test_the_fallback_stays_when_the_policy_forbids_connections(
    browser: Browser, site: Host
) -> None:
    policy = f"default-src 'none'; script-src {site.address}"
    body = module(site) + element(f"{site.address}all/feed.json")
    with hosted(browser, body, policy) as (made, said):
        failed(made)
        assert any("Content Security Policy" in one for one in said)


@pytest.mark.parametrize("source", ["", "data:application/json,{}", "javascript:1", "http://["])
def test_the_fallback_stays_for_an_address_that_is_none(
    browser: Browser, site: Host, source: str
) -> None:
    with hosted(browser, module(site) + element(html.escape(source))) as (made, _):
        failed(made)


def test_the_fallback_stays_without_scripts_and_without_the_script(
    browser: Browser, site: Host
) -> None:
    with hosted(browser, element(f"{site.address}all/feed.json")) as (made, _):
        assert made.get_by_text("News", exact=True).is_visible()


def test_while_it_loads_it_is_busy_and_shows_the_fallback(browser: Browser, site: Host) -> None:
    with hosted(browser, module(site)) as (made, _):
        await_true(made, "Boolean(customElements.get('ilo-feed'))")
        source = f"{site.address}all/feed.json"
        made.route("**/feed.json", lambda route: None)  # no answer comes
        made.evaluate(
            """(source) => {
              const one = document.createElement('ilo-feed');
              one.setAttribute('src', source);
              one.append('Wait');
              document.querySelector('main').append(one);
            }""",
            source,
        )
        await_true(made, "document.querySelector('ilo-feed').ariaBusy === 'true'")
        assert made.get_by_text("Wait", exact=True).is_visible()
        made.evaluate("document.querySelector('ilo-feed').remove()")


def test_both_addresses_of_the_script_on_one_page(browser: Browser, site: Host) -> None:
    body = module(site) + f'<script type="module" src="{site.address}embed/ilo-feed.js"></script>'
    with hosted(browser, body + element(f"{site.address}all/feed.json")) as (made, said):
        settled(made)
        assert said == []


def test_the_feed_is_asked_for_without_cookies_and_once(browser: Browser) -> None:
    files = {
        "feed.json": json.dumps({"items": [{"title": "One"}]}).encode(),
        "ilo-feed.js": script("ilo-feed", SCRIPTS["ilo-feed"][-1]),
    }
    headers = {name.replace("-", "_"): value for name, value in OPEN.items()}
    with host(files, Set_Cookie="a=b; Path=/", **headers) as source:
        body = f'<script type="module" src="{source.address}ilo-feed.js"></script>'
        with hosted(browser, body + element(f"{source.address}feed.json")) as (made, _):
            settled(made)
            assert source.asked.count("feed.json") == 1
            with made.expect_request("**/feed.json?2") as sent:
                made.locator("ilo-feed").evaluate(
                    "(one) => one.setAttribute('src', one.getAttribute('src') + '?2')"
                )
            assert sent.value.all_headers().keys().isdisjoint({"cookie", "referer"})


def test_parts_and_properties_give_it_the_hosts_look(browser: Browser, site: Host) -> None:
    style = (
        "<style>ilo-feed { --ilo-feed-link: rgb(1, 2, 3) }"
        " ilo-feed::part(heading) { font-size: 30px }</style>"
    )
    body = style + module(site) + element(f"{site.address}all/feed.json")
    with hosted(browser, body) as (made, _):
        settled(made)
        link = made.locator("ilo-feed [part=heading] a").first
        assert link.evaluate("(one) => getComputedStyle(one).color") == "rgb(1, 2, 3)"
        assert link.evaluate("(one) => getComputedStyle(one).fontSize") == "30px"
