"""The code that other sites copy, as it is printed: pasted into their pages, and by oEmbed."""

from __future__ import annotations

import html
import json
import re
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from browsing import await_true, built, listen, page, violations
from offices import ROOT
from serving import host, needs, needs_checkers
from waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]


def printed(site: Host, path: str) -> list[str]:
    """The pieces of code on the page of a feed, as a reader without scripts copies them."""
    text = built(site.address)[f"{path}/index.html"].decode()
    return [
        html.unescape(one)
        for one in re.findall(r"<pre[^>]*><code[^>]*>(.*?)</code>", text, re.DOTALL)
    ]


def test_the_code_of_the_manual(browser: Browser, site: Host) -> None:
    text = (ROOT / "docs/how-to/embed.md").read_text("utf-8")
    text = text.replace("https://example.org/feeds/", site.address)
    pieces = re.findall(r"^```html\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    style = re.findall(r"^```css\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    element, frame = (
        next(one for one in pieces if name in one) for name in ("<ilo-feed", "<iframe")
    )
    with host(around(f"<style>{style[0]}</style>{element}{frame}")) as here, page(browser) as made:
        made.goto(here.address)
        made.locator("ilo-feed li").nth(4).wait_for()
        heading = made.locator("ilo-feed [part=heading]").first
        assert heading.evaluate("(one) => getComputedStyle(one).fontSize") == "20px"
        fitted(made)
        assert made.frames[1].locator(".items > li:visible").count() == 5


def fitted(made: Page) -> str:
    """Wait until the first frame is as high as what is in it; return its height."""
    await_true(made, "document.querySelector('iframe').height !== '480'")
    inside = made.frames[1]
    inside.wait_for_load_state()
    own = "Math.ceil(document.documentElement.getBoundingClientRect().height).toString()"

    def height() -> str | None:
        told = made.locator("iframe").first.get_attribute("height")
        return told if told == inside.evaluate(own) else None

    return until(height, "as high as what is in it") or ""


def around(body: str) -> dict[str, bytes]:
    text = f'<!doctype html><html lang="en"><title>Host</title><main><h1>Host</h1>{body}</main>'
    return {"index.html": text.encode(), "favicon.ico": b""}


def test_the_element_as_it_is_printed(browser: Browser, site: Host) -> None:
    code, latest, *_ = printed(site, "country/cn")
    for script in (code, latest + code[code.index("<ilo-feed") :]):
        with host(around(script)) as here, page(browser) as made:
            said = listen(made)
            made.goto(here.address)
            made.locator("ilo-feed li").first.wait_for()
            assert made.locator("ilo-feed li").count() == 5
            assert violations(made) == []
            assert said == []


def test_a_changed_script_is_refused_by_its_hash(browser: Browser, site: Host) -> None:
    code = printed(site, "country/cn")[0].replace("sha384-", "sha384-x")
    with host(around(code)) as here, page(browser) as made:
        made.goto(here.address)
        made.get_by_text("All items: China – Office for Work & Welfare").wait_for()
        assert made.locator("ilo-feed").evaluate("(one) => one.shadowRoot") is None


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_frame_as_it_is_printed_fits_its_height(
    browser: Browser, site: Host, size: str
) -> None:
    code = printed(site, "country/cn")[2]
    with host(around(code)) as here, page(browser, size) as made:
        said = listen(made)
        made.goto(here.address)
        fitted(made)
        inside = made.frames[1]
        assert inside.locator(".items > li:visible").count() == 5
        assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(made) == []
        assert said == []
        # a link opens beside the host's page, not in the frame and not in its place
        with made.context.expect_page() as opened:
            inside.get_by_role("link", name="Workshop on safe workplaces").click()
        opened.value.wait_for_load_state()
        expect(opened.value).to_have_url(f"{site.address}entry/workshop/")
        expect(made).to_have_url(here.address)


def test_a_frame_without_scripts_is_a_page_that_scrolls(browser: Browser, site: Host) -> None:
    code = printed(site, "country/cn")[2].partition("\n")[0].partition("<script")[0]
    with host(around(code)) as here, page(browser, java_script_enabled=False) as made:
        made.goto(here.address)
        inside = made.frame_locator("iframe")
        inside.locator(".items > li").first.wait_for()
        assert inside.locator(".items > li").count() == 10


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_of_a_frame(browser: Browser, site: Host, theme: str, scheme: str) -> None:
    with page(browser, "phone", scheme) as made:
        made.goto(f"{site.address}all/embed.html#theme={theme}&limit=2")
        assert made.locator(".items > li:visible").count() == 2
        wanted = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}[theme]
        assert made.evaluate("getComputedStyle(document.body).backgroundColor") == wanted
        assert violations(made) == []


FORGED = [
    # from another window: the page itself
    "postMessage({ iloFeedHeight: 9999 }, '*')",
    # from another frame, which is none of the site's
    "document.querySelector('#other').contentWindow.postMessage('now', '*')",
]


# until the forged height has come; the script of the page has heard it before
HEARD = """new Promise((done) => addEventListener('message',
  ({ data }) => { if (data.iloFeedHeight === 9999 || data.forged) done(); }))"""


@pytest.mark.parametrize("forged", FORGED)
def test_a_height_is_believed_only_from_the_frame(
    browser: Browser, site: Host, forged: str
) -> None:
    code = printed(site, "country/cn")[2]
    other = "<script>onmessage = () => parent.postMessage({ iloFeedHeight: 9999 }, '*')</script>"
    files = around(code + '<iframe id="other" title="Other" src="other.html"></iframe>')
    with host(files | {"other.html": other.encode()}) as here, page(browser) as made:
        made.goto(here.address)
        before = fitted(made)
        made.evaluate(f"() => {{ const heard = {HEARD}; {forged}; return heard; }}")
        assert made.locator("iframe").first.get_attribute("height") == before
        assert made.locator("#other").get_attribute("height") is None


def test_a_frame_that_went_elsewhere_is_not_believed(browser: Browser, site: Host) -> None:
    """The window is the frame's, but its origin is no longer the one that the frame has."""
    code = printed(site, "country/cn")[2].replace(' sandbox="', ' sandbox="allow-same-origin ')
    evil = "<script>parent.postMessage({ iloFeedHeight: 9999 }, '*')</script>"
    evil_host = host({"index.html": evil.encode()})
    with host(around(code)) as here, evil_host as elsewhere, page(browser) as made:
        made.goto(here.address)
        before = fitted(made)
        made.evaluate(
            f"(address) => {{ const heard = {HEARD};"
            " frames[0].location = address; return heard; }",
            elsewhere.address,
        )
        assert made.locator("iframe").get_attribute("height") == before


@pytest.mark.parametrize("height", ["'9999'", "NaN", "Infinity", "null", "{}", "-5", "1e9"])
def test_a_height_that_is_none(browser: Browser, site: Host, height: str) -> None:
    code = printed(site, "country/cn")[2]
    with host(around(code)) as here, page(browser) as made:
        made.goto(here.address)
        fitted(made)
        made.evaluate(f"() => {{ window.heard = {HEARD} }}")
        message = f"{{ iloFeedHeight: {height}, forged: true }}"
        made.frames[1].evaluate(f"parent.postMessage({message}, '*')")
        made.evaluate("window.heard")
        assert 50 <= int(made.locator("iframe").get_attribute("height") or 0) <= 10000


@pytest.mark.parametrize(
    ("path", "title", "items"),
    [
        ("country/cn/", "China – Office for Work & Welfare", 4),
        ("", "Office for Work & Welfare", 4),
        ("entry/workshop/", "Workshop on safe workplaces", 1),
    ],
)
def test_oembed_is_discovered_and_shows_the_frame(
    browser: Browser, site: Host, path: str, title: str, items: int
) -> None:
    with urllib.request.urlopen(f"{site.address}{path}") as answer:
        text = answer.read().decode()
    (link,) = re.findall(r'<link rel="alternate" type="application/json\+oembed"[^>]*>', text)
    (address,) = re.findall(r'href="([^"]*)"', link)
    with urllib.request.urlopen(address) as answer:
        seen: dict[str, Any] = json.load(answer)
    assert (seen["version"], seen["type"]) == ("1.0", "rich")
    assert seen["title"] == title
    assert isinstance(seen["width"], int)
    assert isinstance(seen["height"], int)
    with host(around(seen["html"])) as here, page(browser) as made:
        made.goto(here.address)
        shown = made.frame_locator("iframe").locator(".items > li:visible")
        shown.first.wait_for()
        expect(shown).to_have_count(items)
        assert not made.locator("blockquote").is_visible()


def test_a_withdrawn_entry_is_not_offered_and_its_frame_says_so(
    browser: Browser, site: Host
) -> None:
    made = built(site.address)
    assert b"oembed" not in made["entry/withdrawn-seminar/index.html"]
    frame = made["entry/withdrawn-seminar/embed.html"].decode()
    assert "This item was withdrawn on" in frame
    assert "<h2>" not in frame
    with page(browser) as looked_at:
        looked_at.goto(f"{site.address}entry/withdrawn-seminar/embed.html")
        assert violations(looked_at) == []


# what WordPress makes of the answer for an address that it does not know: `wp_filter_oembed_result`
WORDPRESS = """\
<iframe class="wp-embedded-content" sandbox="allow-scripts" security="restricted" title="x"
  style="position: absolute; visibility: hidden" src="{address}#?secret=abcDEF1234"></iframe>
<script>
window.told = [];
addEventListener('message', (event) => told.push(event.data));
</script>"""


@pytest.mark.parametrize("path", ["all/embed.html#limit=4", "entry/workshop/embed.html"])
def test_wordpress_gets_the_height_of_a_hidden_frame(
    browser: Browser, site: Host, path: str
) -> None:
    body = '<p style="height: 3000px">Above</p>' + WORDPRESS.format(address=site.address + path)
    with host(around(body)) as here, page(browser) as made:
        made.goto(here.address)
        await_true(made, "told.length > 0")
        told = made.evaluate("told.splice(0)")[-1]
        assert (told["message"], told["secret"]) == ("height", "abcDEF1234")
        # a busy browser gives a hidden frame its size late; WordPress asks when it has loaded
        until(lambda: made.frames[1].evaluate("innerWidth === 300"), "as wide as it is shown")
        own = "Math.ceil(document.documentElement.getBoundingClientRect().height)"
        right = made.frames[1].evaluate(own)
        assert 100 < right < 1000  # WordPress shows at most 1,000 pixels
        made.evaluate("frames[0].postMessage({ message: 'ready', secret: 'abcDEF1234' }, '*')")
        await_true(made, f"told.at(-1)?.value === {right}")


@pytest.mark.parametrize(
    ("entry", "link"),
    [
        ("workshop", "entry/workshop/"),
        ("photo-story", "entry/photo-story/"),  # it has a `link`, to which WordPress would not go
    ],
)
def test_wordpress_gets_the_address_of_a_click(
    browser: Browser, site: Host, entry: str, link: str
) -> None:
    body = WORDPRESS.format(address=f"{site.address}entry/{entry}/embed.html")
    with host(around(body.replace("visibility: hidden", ""))) as here, page(browser) as made:
        made.goto(here.address)
        made.frame_locator("iframe").locator("h2 a").click()
        await_true(made, "told.some((one) => one.message === 'link')")
        told = made.evaluate("told.find((one) => one.message === 'link')")
        assert told == {"message": "link", "value": site.address + link, "secret": "abcDEF1234"}
        assert len(made.context.pages) == 1


def test_an_entry_with_a_link_leads_there_from_everywhere(browser: Browser, site: Host) -> None:
    made, code = built(site.address), printed(site, "all")
    target = "https://stories.example.com/road"
    for path in ("all/fragment.html", "all/embed.html", "entry/photo-story/embed.html"):
        assert f'href="{target}"' in made[path].decode()
    with host(around(code[0].replace('"5"', '"20"'))) as here, page(browser) as opened:
        opened.goto(here.address)
        link = opened.locator("ilo-feed").get_by_role("link", name="On the road")
        assert link.get_attribute("href") == target


def test_the_frame_under_a_strict_policy(browser: Browser, site: Host) -> None:
    code = printed(site, "all")[2]
    assert " style=" not in code
    policy = f"default-src 'none'; script-src {site.address}; frame-src {site.address}"
    with host(around(code), Content_Security_Policy=policy) as here, page(browser) as made:
        said = listen(made)
        made.goto(here.address)
        fitted(made)
        frame = made.locator("iframe")
        assert frame.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "0px"
        assert said == []


# what a block theme gives to the blocks of a text
COLUMN = "<style>main > * { max-width: 500px; margin-inline: auto !important }</style><p>Text</p>"


def test_frame_and_element_stand_in_the_column_of_the_text(browser: Browser, site: Host) -> None:
    code = printed(site, "all")
    with host(around(COLUMN + code[0] + code[2])) as here, page(browser) as made:
        made.goto(here.address)
        made.locator("ilo-feed li").first.wait_for()
        fitted(made)
        text, element, frame = (
            made.locator(name).bounding_box() for name in ("main > p", "ilo-feed", "iframe")
        )
        assert text is not None
        for box in (element, frame):
            assert box is not None
            assert (box["x"], box["width"]) == (text["x"], text["width"])


@pytest.mark.slow
def test_the_manual_and_the_pages_print_the_same_code(site: Host) -> None:
    text = (ROOT / "docs/how-to/embed.md").read_text("utf-8")
    element, frame = printed(site, "all")[0::2][:2]
    for code in (element, frame):
        known = code.replace(site.address, "https://example.org/feeds/")
        assert known.strip() in text


def test_the_fragment_stands_in_a_page_that_a_server_makes(browser: Browser, site: Host) -> None:
    fragment = built(site.address)["country/cn/fragment.html"].decode()
    assert "<script" not in fragment
    assert "style=" not in fragment
    assert "class=" in fragment
    policy = "default-src 'none'"
    with host(around(fragment), Content_Security_Policy=policy) as here, page(browser) as made:
        said = listen(made)
        made.goto(here.address)
        assert made.locator(".ilo-feed h3 a").count() == 10
        assert violations(made) == []
        made.get_by_role("link", name="Workshop on safe workplaces").click()
        expect(made).to_have_url(f"{site.address}entry/workshop/")
        assert [one for one in said if "Content Security Policy" in one] == []
