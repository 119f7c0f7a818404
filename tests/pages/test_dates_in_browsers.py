"""Dates read alike everywhere: on pages, in frames, fragments, content and <ilo-feed>."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

import pytest
from test_widget import element, module

from browsing import page
from ilofeed.i18n import LANGUAGES
from offices import OFFICE, documents, entry, site
from serving import host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from firefox import Firefox
    from serving import Host

pytestmark = [pytest.mark.slow, needs("chromium", "firefox-esr"), needs_checkers()]

# with how the events read in English; the newest item first, as in the feeds
KINDS = {
    "news": (None, "18 May 2015"),
    "day": ('{start: "2015-09-20"}', "20 September 2015"),
    "days": ('{start: "2015-09-20", end: "2015-09-22"}', "20–22 September 2015"),
    "months": ('{start: "2015-04-30", end: "2015-05-02"}', "30 April – 2 May 2015"),
    "years": (
        '{start: "2015-12-30", end: "2016-01-02"}',
        "30 December 2015 – 2 January 2016",
    ),
    "hour": ('{start: "2015-05-05T00:30"}', "5 May 2015, 00:30 (UTC+9)"),
    "hours": (
        '{start: "2015-05-05T09:00", end: "2015-05-05T17:30"}',
        "5 May 2015, 09:00–17:30 (UTC+9)",
    ),
    "night": (
        '{start: "2015-01-05T22:00", end: "2015-01-06T02:00"}',
        "5 January 2015, 22:00 – 6 January 2015, 02:00 (UTC+8)",
    ),
    "zones": (
        '{start: "2015-01-05T22:00+08:00", end: "2015-01-06T02:00-03:30"}',
        "5 January 2015, 22:00 (UTC+8) – 6 January 2015, 02:00 (UTC−3:30)",
    ),
}
DAYS = {
    "en": "20–22 September 2015",
    "zh-Hans": "2015年9月20日至22日",
    "mn": "2015 оны 9 дүгээр сарын 20–22",
    "ar": "20–22 سبتمبر 2015",
}
# the texts of all dates of a page, when everything on it has been loaded
TEXTS = """
return (async () => {
  const all = (root, chosen) => [...root.querySelectorAll(chosen)].map((one) => one.textContent);
  const found = { element: [] };
  while (!found.element.length) {
    await new Promise((done) => setTimeout(done, 50));
    found.element = all(document.querySelector('ilo-feed').shadowRoot, '[part=date]');
  }
  found.content = all(document, '#content .ilofeed-event');
  found.fragment = all(document, '#fragment .when');
  found.frame = all(document.querySelector('iframe').contentDocument, '.when');
  found.pages = [...document.querySelectorAll('iframe')].slice(1).map(
    ({ contentDocument: one }) => all(one, '.event dd')[0] ?? all(one, 'header .when time')[0]);
  return found;
})()
"""


@pytest.fixture(scope="module")
def everywhere() -> Iterator[Host]:
    """An office of every language, with a page of another site for each."""
    files: dict[str, bytes] = {"favicon.ico": b""}
    with host(files, Access_Control_Allow_Origin="*") as here:
        office = OFFICE.replace(b"https://example.org/feeds/", here.address.encode())
        languages = f"languages: [{', '.join(LANGUAGES)}]\n".encode()
        office = office.replace(b"  timezone", b"  " + languages + b"  timezone")
        entries: dict[str, Any] = {
            f"{kind}_{tag.lower()}": entry(
                language=tag, event=event, date=f'"2015-05-18T00:{50 - number}:00+09:00"'
            )
            for number, (kind, (event, _)) in enumerate(KINDS.items())
            for tag in LANGUAGES
        }
        made = site(office=office + b"feeds: [all, per: language]\n", **entries)
        files |= {path: document.data for path, document in documents(made).items()}
        for tag in LANGUAGES:
            files[f"{tag}.html"] = somebodys_page(here, f"language/{tag.lower()}/", files).encode()
        yield here


def somebodys_page(here: Host, feed: str, files: dict[str, bytes]) -> str:
    items = json.loads(files[f"{feed}feed.json"])["items"]
    content = "".join(item["content_html"] for item in items)
    frames = [f"{feed}embed.html", *(item["url"].removeprefix(here.address) for item in items)]
    return (
        '<!doctype html><meta charset="utf-8"><title>Host</title>'
        f'<div id="content">{content}</div>'
        f'<div id="fragment">{files[feed + "fragment.html"].decode()}</div>'
        + "".join(f'<iframe src="/{html.escape(path)}"></iframe>' for path in frames)
        + module(here)
        + element(f"/{feed}feed.json", 'limit="9"')
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_agree_everywhere_in_every_browser(
    browser: Browser, fox: Firefox, everywhere: Host, language: str
) -> None:
    address = f"{everywhere.address}{language}.html"
    with page(browser, timezone_id="America/New_York") as made:
        made.goto(address)
        by_chromium: dict[str, Any] = made.evaluate(f"() => {{{TEXTS}}}")
    fox.open(address)
    by_firefox: dict[str, Any] = fox.run(TEXTS)
    assert by_firefox == by_chromium
    dates = by_chromium["element"]
    assert len(dates) == len(set(dates)) == len(KINDS)
    assert by_chromium["frame"] == by_chromium["fragment"] == by_chromium["pages"] == dates
    contents = by_chromium["content"]
    assert len(contents) == len(KINDS) - 1
    for content, date in zip(contents, dates[1:], strict=True):
        assert content.endswith(date)
        assert content.removesuffix(date) == contents[0].removesuffix(dates[1])
    if language in DAYS:
        assert dates[2] == DAYS[language]
    if language == "en":
        assert dates == [text for _, text in KINDS.values()]
