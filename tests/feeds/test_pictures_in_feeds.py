"""Pictures of entries in feeds: their texts stay apart from the entry's own."""

from __future__ import annotations

import feedparser
import pytest

from offices import documents, entry, site

PICTURE = "{url: 'https://example.net/crane.jpg', alt: A crane & a man, credit: A summary}"


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_the_text_of_a_picture_is_not_taken_for_the_summary(name: str) -> None:
    """Mails of rss2email had only the alt text: it prefers plain text, as in `summary_detail`."""
    made = documents(site(wages=entry("A **body**.", title="Wages", image=PICTURE)))
    (item,) = feedparser.parse(made[f"all/{name}"].data).entries
    assert (item.title, item.title_detail.value) == ("Wages", "Wages")
    assert (item.summary, item.summary_detail.value) == ("A report on wages.", "A report on wages.")
    (content,) = item.content
    assert content.value.endswith("<p>A <strong>body</strong>.</p>")
