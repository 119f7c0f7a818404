"""Exports of WordPress: what becomes of names, topics, pictures, events and bodies of posts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

from ilofeed.cli.import_command import import_source
from ilofeed.importers.terms import TermFinder
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.items import Enclosure, ImportedEvent, Picture, Tag
from ilofeed.sources.wordpress_bodies import BodyReader, footnotes
from offices import NOW, OFFICE, entry, site, write_office

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.sources.items import ImportedFeed, Item

SITE = "https://old.example.net"
HEAD = f"""\
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Office news</title><link>{SITE}</link><language>en-US</language>
<wp:author><wp:author_login>SECRET-login</wp:author_login>
<wp:author_display_name>Li Wei</wp:author_display_name></wp:author>
"""
PICTURE = {"_wp_attachment_image_alt": "Miners", "attachment_url": f"{SITE}/miners.jpg"}


def term(nicename: str, name: str, parent: str = "") -> str:
    return (
        f"<wp:category><wp:category_nicename>{nicename}</wp:category_nicename>"
        f"<wp:category_parent>{parent}</wp:category_parent><wp:cat_name>{name}</wp:cat_name>"
        "</wp:category>"
    )


def node(number: int = 1, body: str = "", topics: str = "", **values: str) -> str:
    """An item: values with an underscore before them are custom fields."""
    wp = {"post_date_gmt": "2015-05-19 08:00:00", "status": "publish", "post_type": "post"}
    wp |= {"post_id": str(number), "post_parent": "0", "post_password": ""}
    wp |= {key: value for key, value in values.items() if key[0] != "_" and key != "excerpt"}
    fields = {key: value for key, value in values.items() if key[0] == "_"}
    if "_footnotes" in fields:
        fields["footnotes"] = fields.pop("_footnotes")
    return (
        f"<item><title>Pay {number}</title><link>{SITE}/pay-{number}/</link>"
        f"<guid>{SITE}/?p={number}</guid><dc:creator>SECRET-login</dc:creator>"
        f"<content:encoded>{escape(body)}</content:encoded>"
        f"<excerpt:encoded>{escape(values.get('excerpt', ''))}</excerpt:encoded>{topics}"
        + "".join(f"<wp:{key}>{escape(value)}</wp:{key}>" for key, value in wp.items())
        + "".join(
            f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{escape(value)}"
            "</wp:meta_value></wp:postmeta>"
            for key, value in fields.items()
        )
        + "</item>"
    )


def topic(nicename: str, name: str, domain: str = "category") -> str:
    return f'<category domain="{domain}" nicename="{nicename}">{name}</category>'


def export(*nodes: str, terms: str = "") -> ImportedFeed:
    feed = read_feed(f"{HEAD}{terms}{''.join(nodes)}</channel></rss>", None)
    assert "SECRET" not in repr(feed)
    return feed


def first(*nodes: str, terms: str = "") -> Item:
    return export(*nodes, terms=terms).items[0]


# names, dates and topics


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 19 May 2015 09:00:00 +0000", "Tue, 19 May 2015 09:00:00 +0000"),
        ("Wed, 30 Nov -0001 00:00:00 +0000", "2015-05-19 17:00:00"),
        ("", "2015-05-19 17:00:00"),
    ],
)
def test_a_local_date_is_used_only_if_there_is_none_with_an_offset(written: str, date: str) -> None:
    post = node(post_date="2015-05-19 17:00:00", post_date_gmt="0000-00-00 00:00:00")
    post = post.replace("<link>", f"<pubDate>{written}</pubDate><link>")
    assert first(post).date == date


@pytest.mark.parametrize(
    ("name", "slug"),
    [("minimum-wage", "minimum-wage"), ("%d1%86%d0%b0%d0%bb", "цал"), ("%E6%9C", ""), ("", "")],
)
def test_the_slug_is_the_name_in_the_address(name: str, slug: str) -> None:
    item = first(node(post_name=name))
    assert item.slug == slug
    assert (item.id, item.link) == (f"{SITE}/?p=1", f"{SITE}/pay-1/")


@pytest.mark.parametrize(
    ("modified", "updated"),
    [
        ("2015-06-02 10:00:00", "2015-06-02 10:00:00Z"),
        ("2015-05-19 08:00:00", ""),
        ("2015-05-01 08:00:00", ""),  # written before it was published
        ("0000-00-00 00:00:00", ""),
    ],
)
def test_the_last_change(modified: str, updated: str) -> None:
    assert first(node(post_modified_gmt=modified)).updated == updated


def test_excerpt_and_author() -> None:
    item = first(node(body="<p>Text.</p>", excerpt="Pay <b>rose</b>."))
    assert item.summary.value == "Pay <b>rose</b>."
    assert [author.name for author in item.authors] == ["Li Wei"]
    unknown = first(node().replace("SECRET-login", "someone"))
    assert unknown.authors == ()
    assert "only the name for logging in" in unknown.lost[0]


def test_categories_are_before_tags_and_have_chosen_slugs() -> None:
    topics = (
        topic("alpha", "Alpha", "post_tag")
        + topic("safety", "安全")
        + topic("%e5%b7%a5%e8%b5%84", "工资")
        + topic("post-format-gallery", "Gallery", "post_format")
        + topic("uncategorized", "Uncategorized")
        + topic("uncategorized", "News")
        + topic("li", "SECRET", "following_users")
    )
    feed = export(node(topics=topics))
    assert feed.items[0].tags == (
        Tag("safety", "安全"),
        Tag("工资", "工资"),
        Tag("News", "News"),
        Tag("alpha", "Alpha"),
    )
    assert "taxonomy `following_users` (1)" in str(feed.notes[-1])


@pytest.mark.parametrize("name", ["未分类", "Без рубрики", "Non classé", "uncategorised"])
def test_no_category_in_other_languages(name: str) -> None:
    assert first(node(topics=topic("x", name))).tags == ()


def test_broader_topics_end_even_in_a_circle() -> None:
    terms = term("a", "A", "b") + term("b", "B", "a")
    (tag,) = first(node(topics=topic("a", "A")), terms=terms).tags
    assert tag == Tag("a", "A", broader=Tag("b", "B"))


def test_broader_topics_are_added_to_the_office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = write_office(tmp_path / "office")
    terms = (
        term("wages", "Wages")
        + term("pay", "Pay, and “more”", "wages")
        + term("minimum", "Minimum", "pay")
        + term("gz", "公子")
        + term("gz2", "工资", "MN")
        + term("MN", "Mongolia")
    )
    topics = topic("minimum", "Minimum") + topic("%e5", "公子") + topic("%e6", "工资")
    source = f"{HEAD}{terms}{node(1, topics=topics + topic('mn', 'Mongolia'))}</channel></rss>"
    (tmp_path / "export.xml").write_text(source, "utf-8")
    import_source(office, NOW, source="../export.xml", write_terms=True)
    assert "1 entry written" in capsys.readouterr().err
    added = (office / "feeds.yaml").read_text("utf-8")
    assert added.replace(OFFICE.decode().partition("countries:")[0], "").startswith(
        '  pay: {label: "Pay, and “more”", broader: wages}\n'
        "  minimum: {label: Minimum, broader: pay}\n"
        "  gong-zi: 公子\n"
        "  gong-zi-2: 工资\n"
        "countries:"
    )
    (path,) = office.glob("entries/*/*.md")
    text = path.read_text("utf-8")
    assert "categories: [minimum, gong-zi, gong-zi-2]\n" in text
    assert "language" not in text


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("_jetpack_newsletter_access", "everybody", 1),
        ("_jetpack_newsletter_access", "subscribers", 0),
        ("_jetpack_newsletter_access", "paid_subscribers", 0),
        ("_members_access_role", "editor", 0),
        ("_wpmem_block", "0", 1),
        ("_wpmem_block", "1", 0),
        ("_hide_title", "1", 1),
    ],
)
def test_a_post_for_members_is_left_out(key: str, value: str, taken: int) -> None:
    feed = export(node(1, "SECRET" * (not taken), **{key: value}))
    assert len(feed.items) == taken
    assert ("1 post for members only" in str(feed.notes)) != bool(taken)


def test_a_tag_with_the_name_of_a_category_is_that_category() -> None:
    topics = topic("wage-talks", "Wage talks") + topic("wage-talks-2", "wage talks", "post_tag")
    finder = TermFinder(site(wages=entry()).office)
    found, _ = finder.find(first(node(topics=topics)))
    assert found["categories"] == list(finder.new) == ["wage-talks"]


def test_the_language_of_a_post_with_polylang() -> None:
    item = first(node(topics=topic("mn", "Монгол", "language") + topic("pay", "Pay")))
    assert (item.language, item.tags) == ("mn", (Tag("pay", "Pay"),))


# pictures and events


@pytest.mark.parametrize(
    ("caption", "alt", "picture"),
    [
        ("Photo: Bat", "Miners", ("Miners", "Bat")),
        ("At the gate", "Miners", ("Miners – At the gate", "")),
        ("At the <b>gate</b>", "", ("At the gate", "")),
        ("© Bat", "", ("© Bat", "Bat")),
        ("", "", ("", "")),
    ],
)
def test_the_picture_of_a_post(caption: str, alt: str, picture: tuple[str, str]) -> None:
    values = {**PICTURE, "_wp_attachment_image_alt": alt, "excerpt": caption}
    item = first(
        node(1, _thumbnail_id="7"),
        node(7, post_type="attachment", status="inherit", **values),
    )
    assert item.picture == Picture(f"{SITE}/miners.jpg", *picture)
    assert item.lost == ()


OUT = {"status": "private", "excerpt": "SECRET"}


@pytest.mark.parametrize(
    "owner",
    [
        OUT,
        {"status": "draft"},
        {"status": "trash"},
        {"post_password": "SECRET"},
        {"post_id": "9"},
    ],
)
def test_a_picture_of_a_post_that_is_not_public_is_not_shown(owner: dict[str, str]) -> None:
    values = {**PICTURE, "_wp_attachment_image_alt": "SECRET", "excerpt": "SECRET"}
    body = '[gallery ids="7"]\n\n<img class="wp-image-7" src="miners.jpg" alt="">'
    item = first(
        node(1, body, _thumbnail_id="7"),
        node(8, **owner),
        node(7, post_type="attachment", status="inherit", post_parent="8", **values),
    )
    assert item.picture == Picture()
    assert item.content.value == '<p><img class="wp-image-7" src="miners.jpg" alt=""></p>'
    assert item.lost == (
        "pictures of [gallery] not public in the export, left out: 1",
        "its picture is left out: it is not public in the export",
    )


@pytest.mark.parametrize("owner", [{}, {"post_type": "page"}, {"post_id": "0"}])
def test_a_picture_of_another_public_page_is_shown(owner: dict[str, str]) -> None:
    parent = owner.get("post_id", "8")
    attachment = node(7, post_type="attachment", status="inherit", post_parent=parent, **PICTURE)
    assert first(node(1, _thumbnail_id="7"), node(8, **owner), attachment).picture.alt == "Miners"


def test_a_draft_has_its_own_pictures_and_no_post_has_those_of_a_draft() -> None:
    picture = node(7, post_type="attachment", status="inherit", post_parent="1", **PICTURE)
    nodes = [node(n, status=s, _thumbnail_id="7") for n, s in ((1, "draft"), (2, "publish"))]
    feed = read_feed(f"{HEAD}{''.join(nodes)}{picture}</channel></rss>", None, drafts=True)
    assert [item.picture.alt for item in feed.items] == ["Miners", ""]


def test_what_no_entry_has_is_counted() -> None:
    comment = "<wp:comment><wp:comment_content>SECRET</wp:comment_content></wp:comment>"
    field = "<wp:postmeta><wp:meta_key>subtitle</wp:meta_key></wp:postmeta></item>"
    feed = export(node().replace("</item>", comment * 2 + field), node(2))
    assert str(feed.notes[-1]) == (
        "elements ignored, since entries have no key: comments (2), custom field `subtitle` (1)"
    )


START, END = "2015-09-03 09:00:00", "2015-09-03 17:00:00"
EVENT = {
    "post_type": "tribe_events",
    "_EventStartDate": START,
    "_EventEndDate": END,
}


@pytest.mark.parametrize(
    ("values", "event"),
    [
        ({}, (START, END, "", "", "")),
        (
            {"_EventStartDateUTC": "2015-09-03 01:00:00", "_EventURL": f"{SITE}/forum"},
            ("2015-09-03T09:00:00+08:00", END, "", f"{SITE}/forum", ""),
        ),
        ({"_EventAllDay": "yes"}, ("2015-09-03", "2015-09-03", "", "", "")),
        ({"_EventStartDate": "soon"}, ("soon", END, "", "", "")),
        (
            {"_EventStartDateUTC": "2014-09-03 01:00:00"},
            (START, END, "", "", ""),
        ),
        (
            {"_tribe_events_status": "canceled", "_EventVenueID": "5"},
            (
                "2015-09-03 09:00:00",
                "2015-09-03 17:00:00",
                "Pay 5, Main Square, Ulaanbaatar",
                "",
                "cancelled",
            ),
        ),
        (
            {"_EventVenueID": "6"},
            (START, END, "", "", ""),
        ),
    ],
)
def test_an_event_of_the_events_calendar(values: dict[str, str], event: tuple[str, ...]) -> None:
    place = {"post_type": "tribe_venue", "_VenueAddress": "Main Square"}
    items = export(
        node(1, **(EVENT | values)),
        node(5, _VenueCity="Ulaanbaatar", **place),
        node(6, status="private", _VenueCity="SECRET", **place),
    ).items
    assert [item.event for item in items] == [ImportedEvent(*event)]


def test_a_draft_of_an_event_and_a_post_with_its_fields_are_no_events() -> None:
    assert export(node(1, status="draft", **EVENT)).items == ()
    assert first(node(1, **(EVENT | {"post_type": "post"}))).event == ImportedEvent()


# bodies


def body(text: str, **values: str) -> tuple[str, tuple[str, ...]]:
    """The HTML of the body, and what is left out."""
    item = first(
        node(1, text, **values),
        node(7, post_type="attachment", status="inherit", **PICTURE),
        node(8, "<!-- wp:paragraph -->\n<p>Box</p>\n<!-- /wp:paragraph -->", post_type="wp_block"),
        node(9, "<p>SECRET</p>", post_type="wp_block", status="draft"),
        node(10, '<!-- wp:block {"ref":10} /--><p>Once</p>', post_type="wp_block"),
    )
    return " ".join(item.content.value.split()), item.lost


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One line", "<p>One line</p>"),
        ("One\nline\n\n \nTwo<br />\nlines", "<p>One<br>line</p><p>Two<br>lines</p>"),
        ("One\r\n\r\nTwo", "<p>One</p><p>Two</p>"),
        ("One\n<ul>\n<li>A</li>\n</ul>\nTwo", "<p>One</p><ul><li>A</li></ul><p>Two</p>"),
        ("<div>One\n\nTwo</div>", "<div><p>One</p><p>Two</p></div>"),
        ("<p>One</p>\n\nTwo\n\nThree", "<p>One</p><p>Two</p><p>Three</p>"),
        ("<p>One\n\nTwo</p>", "<p>One</p><p>Two</p>"),
        ("<li>A\n\nB</li><li>C\nD</li>", "<li><p>A</p><p>B</p></li><li>C<br>D</li>"),
        ("<h2>One\nline</h2>Two", "<h2>One<br>line</h2><p>Two</p>"),
        ("<pre>a\n\nb</pre>\n\nTwo", "<pre>a b</pre><p>Two</p>"),
        ("One<!--more-->\n\nTwo<!-- a\n\nb -->", "<p>One</p><p>Two</p>"),
        (
            '[caption id="1"]<a href="/m"><img src="m.jpg" alt=""></a> The <b>gate</b>[/caption]',
            (
                '<figure><a href="/m"><img alt="The gate" src="m.jpg"></a>'
                "<figcaption>The <b>gate</b></figcaption></figure>"
            ),
        ),
        ("[caption]No picture[/caption]", "<p>No picture</p>"),
        (
            'A\n\n[gallery ids="7"]',
            (
                f'<p>A</p><figure><img src="{SITE}/miners.jpg" alt="Miners">'
                "<figcaption></figcaption></figure>"
            ),
        ),
        ("[embed]https://v.org/1[/embed]", "<p>https://v.org/1</p>"),
        (
            '[audio mp3="https://v.org/a.mp3"][/audio]',
            '<p><a href="https://v.org/a.mp3">https://v.org/a.mp3</a></p>',
        ),
        (
            "The law [sic] of [2010] [1], [see-also page 3] [self-employed] […]",
            "<p>The law [sic] of [2010] [1], [see-also page 3] [self-employed] […]</p>",
        ),
        ("Write [[gallery]].", "<p>Write [gallery].</p>"),
        ('<a href="/x?a[b c=1]=2">a</a>', '<p><a href="/x?a[b c=1]=2">a</a></p>'),
        ("<code>[a b=1]</code>", "<p><code>[a b=1]</code></p>"),
    ],
)
def test_a_body_of_the_older_editor(text: str, html: str) -> None:
    item = first(node(1, text), node(7, post_type="attachment", status="inherit", **PICTURE))
    flat = item.content.value.replace("</figure></p>", "</figure>").replace("<p><fig", "<fig")
    assert " ".join(flat.replace(">\n", ">").split()).replace("> <", "><") == html
    assert item.lost == ()


def test_a_gallery_without_numbers_has_the_pictures_of_the_post() -> None:
    attachment = {"post_type": "attachment", "status": "inherit", "post_parent": "1"}
    pdf = {**PICTURE, "attachment_url": f"{SITE}/a.pdf"}
    item = first(
        node(1, "[gallery]"), node(7, **attachment, **PICTURE), node(8, **attachment, **pdf)
    )
    assert item.content.value.count("<img") == 1


@pytest.mark.parametrize(
    ("text", "html", "names"),
    [
        ('A [form id="1"] b', "<p>A b</p>", "`[form]`"),
        ("A\n\n[sitemap]\n\nB", "<p>A</p><p>B</p>", "`[sitemap]`"),
        ("[vc_row][vc_column]A[/vc_column][/vc_row]", "<p>A</p>", "`[vc_row]`, `[vc_column]`"),
        ("[box]A[/box] [box]B[/box]", "<p>A B</p>", "`[box]` (2)"),
    ],
)
def test_other_shortcodes_are_named_and_their_text_is_kept(
    text: str, html: str, names: str
) -> None:
    assert body(text) == (html, (f"shortcodes, left out: {names}",))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A [members]SECRET[/members] b", "<p>A b</p>"),
        ("[restrict paid='1']SECRET[restrict]SECRET[/restrict] SECRET[/restrict]b", "<p>b</p>"),
        ("A [s2If current_user_can(level1)]SECRET[/s2If] b", "<p>A b</p>"),
        ("[wp_logged_in]SECRET", None),
        (
            (
                "<!-- wp:shortcode -->\n[members]\n<!-- /wp:shortcode --><!-- wp:paragraph -->"
                "<p>SECRET</p><!-- /wp:paragraph --><!-- wp:shortcode -->[/members]"
                "<!-- /wp:shortcode --><!-- wp:paragraph --><p>b</p><!-- /wp:paragraph -->"
            ),
            "<p>b</p>",
        ),
    ],
)
def test_text_for_members_only_is_left_out(text: str, html: str | None) -> None:
    if html is None:  # it has no end: it is no more than a form
        text = text.replace("SECRET", "Open")
        assert body(text) == ("<p>Open</p>", ("shortcodes, left out: `[wp_logged_in]`",))
    else:
        converted, (lost,) = body(text)
        assert converted == html
        assert lost.startswith("text that not all readers could see, left out: `[")


@pytest.mark.parametrize(
    "text",
    [
        (
            "<!-- wp:jetpack/premium-content/container --><!-- wp:group --><p>SECRET</p>"
            "<!-- /wp:group --><p>SECRET</p><!-- /wp:jetpack/premium-content/container --><p>b</p>"
        ),
        (
            '<!-- wp:paragraph {"metadata":{"blockVisibility":false}} --><p>SECRET</p>'
            "<!-- /wp:paragraph --><p>b</p>"
        ),
        '<p>b</p><!-- wp:group {"blockVisibility":{"hideBlock":true}} --><p>SECRET</p>',
        '<p>b</p><!-- wp:block {"ref":8,"metadata":{"blockVisibility":false}} /-->',
    ],
)
def test_hidden_blocks_are_left_out(text: str) -> None:
    assert body(text) == ("<p>b</p>", ("blocks that not all readers could see, left out: 1",))


def test_a_file_is_an_attachment() -> None:
    text = (
        f'<!-- wp:file {{"href":"{SITE}/a.pdf"}} --><div class="wp-block-file">'
        f'<a href="{SITE}/a.pdf">Report &amp; data 2025</a><a href="{SITE}/a.pdf" download>'
        "Download</a></div><!-- /wp:file --><!-- wp:paragraph --><p>b</p><!-- /wp:paragraph -->"
    )
    item = first(node(1, text))
    assert item.enclosures == (Enclosure(f"{SITE}/a.pdf", title="Report & data 2025"),)
    assert item.content.value == "<p>b</p>"


@pytest.mark.parametrize(
    ("inner", "label"),
    [
        (
            "<figure><div>\nhttps://v.org/?a=1&amp;b=2\n</div></figure>",
            "https://v.org/?a=1&amp;b=2",
        ),
        ("<figure><div>x</div><figcaption>The <b>film</b></figcaption></figure>", "The film"),
    ],
)
@pytest.mark.parametrize("name", ["embed", "core/embed", "core-embed/youtube"])
def test_an_embed_is_a_link(inner: str, label: str, name: str) -> None:
    attributes = json.dumps({"url": "https://v.org/?a=1&b=2"}).replace("&", r"\u0026")
    html = f'<p><a href="https://v.org/?a=1&amp;b=2">{label}</a></p>'
    assert body(f"<!-- wp:{name} {attributes} -->{inner}<!-- /wp:{name} -->") == (html, ())
    single = body(f"<!-- wp:{name} {attributes} /-->")
    assert single == (html.replace("The film", "https://v.org/?a=1&amp;b=2"), ())


NOTES = json.dumps([{"id": f"n{n}", "content": f"Note <em>{n}</em>"} for n in (1, 2)])
MARKS = [f'<sup data-fn="n{n}" class="fn"><a href="#n{n}">{n}</a></sup>' for n in (1, 2, 3)]


def test_footnotes_are_footnotes(tmp_path: Path) -> None:
    text = f"<p>In 201{MARKS[0]} and{MARKS[1]}{MARKS[2]}</p><!-- wp:footnotes /-->"
    office = write_office(tmp_path / "office")
    (office / "a.xml").write_text(f"{HEAD}{node(body=text, _footnotes=NOTES)}</channel></rss>")
    import_source(office, NOW, source="a.xml", categories=["wages"], countries=["CN"])
    (written,) = (office / "entries").rglob("pay-1.md")
    assert written.read_text("utf-8").endswith(
        "\nIn 201[^1] and[^2]\\[3\\]\n\n[^1]: Note *1*\n\n[^2]: Note *2*\n"
    )


def test_marks_of_footnotes_that_the_page_did_not_show_cannot_be_read_as_digits() -> None:
    converted, lost = body(f"<p>In 201{MARKS[0]} and{MARKS[2]}</p>", _footnotes=NOTES)
    assert converted == "<p>In 201[1] and[3]</p>"
    assert lost == ("footnotes that are not in the export, left out: 1",)


@pytest.mark.parametrize("notes", ["", "{", "[3]", "{}", '[{"id": {}}]', "[" * 100_000])
def test_footnotes_that_cannot_be_read(notes: str) -> None:
    assert "x" not in footnotes(notes)


@pytest.mark.parametrize(
    ("attributes", "html", "lost"),
    [
        ('{"ref":8}', "<p>Box</p>", ()),
        ('{"ref":9}', "", ("9",)),
        ('{"ref":99}', "", ("99",)),
        ('{"ref":8,"content":{"a":{"content":"b"}}}', "", ("8",)),
        ('{"ref":10}', "<p>Once</p>", ("10",)),
    ],
)
def test_synced_patterns(attributes: str, html: str, lost: tuple[str, ...]) -> None:
    said = tuple(f"synced patterns that the export does not show, left out: `{n}`" for n in lost)
    assert body(f"<!-- wp:block {attributes} /-->") == (html, said)


def test_blocks_that_only_the_site_could_show_are_named() -> None:
    text = "<!-- wp:latest-posts /--><!-- wp:latest-posts /--><!-- wp:spacer /-->"
    lost = "blocks that only the site could show, left out: `latest-posts` (2)"
    assert body(text) == ("", (lost,))


@pytest.mark.parametrize(
    ("image", "alt"),
    [
        ('class="wp-image-7" src="/miners-300x200.jpg" alt=""', "Miners"),
        ('class="wp-image-7" src="/miners-300x200.jpg"', "Miners"),
        ('class="wp-image-7" src="/other.jpg" alt=""', ""),  # a number of another site
        ('class="wp-image-7" src="/miners.jpg" alt="Own"', "Own"),
        ('src="/miners.jpg" alt=""', ""),
    ],
)
def test_a_picture_has_the_text_of_its_file(image: str, alt: str) -> None:
    converted, _ = body(f"<!-- wp:image --><figure><img {image}/></figure><!-- /wp:image -->")
    assert converted.count(f'alt="{alt}"') == 1


def reader(patterns: dict[str, str]) -> BodyReader:
    return BodyReader(lambda _: Picture(), list, patterns.get, {})


def test_patterns_within_patterns_end() -> None:
    patterns = {str(n): f'<!-- wp:block {{"ref":{n + 1}}} /-->' * 50 for n in range(20)}
    patterns["20"] = "x" * 10_000
    bodies = reader(patterns)
    assert len(bodies.read('<!-- wp:block {"ref":0} /-->')) < 3_000_000
    assert "synced patterns" in bodies.lost()[0]
