"""An import keeps former addresses: as aliases of entries, or as rules for a web server."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from test_import import imported, outcome

from ilofeed.build import prepare
from ilofeed.cli.options import OptionError
from ilofeed.content import check_office
from ilofeed.importers.former import FormerAddresses, redirect_files
from offices import NOW, SMALL, entry, write_office

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://example.org/feeds/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL)


def post(number: int, link: str, guid: str = "", body: str = "", **more: str) -> str:
    values = {"wp:status": "publish", "wp:post_type": "post", "wp:post_password": "", **more}
    guid = guid or f"https://example.org/?p={number}"
    return (
        f"<item><title>Post {number}</title><link>{link}</link><guid>{guid}</guid>"
        f"<pubDate>Tue, 0{number} Sep 2015 08:00:00 +0000</pubDate><category>wages</category>"
        f"<content:encoded><![CDATA[<p>Text {number}. {body}</p>]]></content:encoded>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
        + "</item>"
    )


def export(*posts: str) -> str:
    return (
        '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Old</title>'
        f"<wp:wxr_version>1.2</wp:wxr_version>{''.join(posts)}</channel></rss>"
    )


def aliases_of(text: str) -> list[str]:
    match = re.search(r"(?m)^aliases:\n((?:  - .*\n)+)", text)
    return re.findall(r"  - (.*)", match[1]) if match else []


@pytest.mark.parametrize(
    ("link", "alias"),
    [
        (f"{SITE}2015/05/19/wages/", "2015/05/19/wages/"),
        ("http://example.org/feeds/2015/05/19/wages/", "2015/05/19/wages/"),
        (f"{SITE}2015/05/19/wages", "2015/05/19/wages/"),
        (f"{SITE}news/wages.html", "news/wages.html"),
        (f"{SITE}%D1%86%D0%B0%D0%BB%D0%B8%D0%BD/", "цалин/"),
        (f"{SITE}цалин.html", "цалин.html"),
    ],
)
def test_a_link_below_the_site_is_an_alias(
    folder: Path, capsys: pytest.CaptureFixture[str], link: str, alias: str
) -> None:
    data = export(post(1, link, "urn:uuid:00000000-0000-4000-8000-000000000001"))
    files, said = imported(folder, data, capsys, countries=["MN"])
    (text,) = files.values()
    assert aliases_of(text) == [alias]
    assert "link:" not in text
    assert "1 entry written, 0 already present, 0 left out" in said
    assert "former address" not in said
    draft = prepare(folder, NOW)
    assert draft.problems == ()
    path = f"{alias}index.html" if alias.endswith("/") else alias
    assert path in {document.path for document in draft.documents}
    again, said = imported(folder, data, capsys, countries=["MN"])
    assert again == files
    assert "0 entries written, 1 already present" in said


def test_a_link_elsewhere_stays_a_link(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = export(post(1, "https://example.org/blog/wages/"), post(2, f"{SITE}all/"))
    files, said = imported(folder, data, capsys, countries=["MN"])
    first, second = files.values()
    assert "link: https://example.org/blog/wages/\n" in first
    assert f"link: {SITE}all/\n" in second
    assert "aliases" not in first + second
    assert "former address" not in said


def test_links_between_imported_items_stay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = '<a href="{}">it</a>'
    later = {"wp:status": "future", "pubDate": "Tue, 01 Sep 2026 08:00:00 +0000"}
    data = export(
        post(1, f"{SITE}a/", body=to.format(f"{SITE}b/")),
        post(2, f"{SITE}b/", body=to.format(f"{SITE}a/") + to.format(f"{SITE}c/")),
        post(3, f"{SITE}c/", **{"wp:status": "draft"}),
        post(4, f"{SITE}d/", body=to.format(f"{SITE}none/") + to.format("https://x.org/"), **later),
    )
    files, said = imported(folder, data, capsys, countries=["MN"], drafts=True)
    texts = list(files.values())
    assert f"({SITE}b/)" in texts[0]
    assert f"({SITE}a/)" in texts[1]
    assert f"{SITE}c/" not in texts[1]  # a draft has no page
    assert said.count("this site will have no such page") == 2
    assert not [p for p in prepare(folder, NOW).problems if p.severity == "error"]


def test_what_only_a_server_can_redirect_is_counted_and_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = export(
        post(1, f"{SITE}2015/05/wages/", f"{SITE}?p=1"),
        post(2, f"{SITE}?p=2", f"{SITE}?p=2"),
        post(3, f"{SITE}wages.php", f"{SITE}2015/05/wages/"),
        post(4, f"{SITE}?p=4", **{"wp:status": "draft"}),
        post(5, f"{SITE}#five", "5"),
        post(6, f"{SITE}all/rss.xml", "6"),
        post(7, SITE, "7"),
    )
    _, said = imported(folder, data, capsys, countries=["MN"], dry_run=True, drafts=True)
    note = f"3 former addresses can only be redirected by a web server, such as `{SITE}?p=1`; "
    assert f"{note}pass --redirects FOLDER to write rules for nginx and Apache\n" in said
    assert f"`{SITE}2015/05/wages/`: another page has it" in said
    assert f"`{SITE}#five`: servers never see what follows #" in said
    options: dict[str, Any] = {"countries": ["MN"], "drafts": True, "redirects": "moved"}
    imported(folder, data, capsys, dry_run=True, **options)
    assert not (folder / "moved").exists()
    files, said = imported(folder, data, capsys, **options)
    assert f"{note}rules for nginx and Apache are in `moved`\n" in said
    table = csv.reader(io.StringIO((folder / "moved" / "redirects.csv").read_text()))
    assert list(table) == [
        ["old", "new"],
        [f"{SITE}?p=1", f"{SITE}entry/post-1/"],
        [f"{SITE}?p=2", f"{SITE}entry/post-2/"],
        [f"{SITE}wages.php", f"{SITE}entry/post-3/"],
    ]
    rules = (folder / "moved" / "redirects.nginx.conf").read_text().splitlines()[1:]
    assert rules == [
        rf'if ($request_uri ~ "^/feeds/\x3fp\x3d1$") {{ return 301 "{SITE}entry/post-1/"; }}',
        rf'if ($request_uri ~ "^/feeds/\x3fp\x3d2$") {{ return 301 "{SITE}entry/post-2/"; }}',
        rf'location ~ "^/feeds/wages\x2ephp$" {{ return 301 "{SITE}entry/post-3/"; }}',
    ]
    with pytest.raises(OptionError, match="`moved` has the rules of another import"):
        outcome(folder, data, capsys, **options)
    assert len(files) == 7


def test_aliases_that_a_source_states() -> None:
    office, _ = check_office(SMALL, NOW)
    former = FormerAddresses(office, [], [], set())
    lost: list[str] = []
    stated = [
        "old/", "old/", f"{SITE}entry/new/", "/posts/a/", "https://example.org/elsewhere/", "https://old.example.net/?id=5",
        "https://user:secret@example.org/", "index.html", "ALL/rss.xml", "http://[",
    ]  # fmt: skip
    found = former.find(stated, f"{SITE}entry/new/", lost)
    others = ["https://example.org/elsewhere/", "https://old.example.net/?id=5"]
    assert found == (["old/", "posts/a/"], others)
    assert len(lost) == 4
    assert former.find(["OLD/", *others], f"{SITE}entry/x/", lost) == ([], [])
    assert len(lost) == 7


def test_aliases_pass_the_check_of_entries() -> None:
    office, _ = check_office(SMALL, NOW)
    former, lost = FormerAddresses(office, [], [], set()), list[str]()
    found = former.find(["2015/Wages/", "2015/wages/", "a.html", "a.html/b/"], SITE, lost)
    assert found == (["2015/Wages/", "a.html"], [f"{SITE}2015/wages/"])
    assert lost == ["the former address `a.html/b/`: another page has it"]
    assert former.find(["A.HTML/c/", "x/y.html/z/"], SITE, lost) == (["x/y.html/z/"], [])
    assert former.find(["x/y.html", "x/"], SITE, lost) == (["x/"], [])
    assert len(lost) == 3
    aliases, others = former.find([f"p{number}/" for number in range(120)], SITE, lost)
    assert (len(aliases), len(others)) == (100, 20)


def test_an_existing_alias_is_not_taken_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = SMALL + b"aliases: {news.html: all/}\n"
    folder = write_office(tmp_path / "office", office=office, wages=entry(aliases="[old/]"))
    data = export(post(1, f"{SITE}Old/"), post(2, f"{SITE}news.html"), post(3, f"{SITE}assets/x/"))
    files, said = imported(folder, data, capsys, countries=["MN"])
    assert said.count("another page has it") == 3
    assert [aliases_of(text) for text in files.values()].count([]) == len(files)
    assert prepare(folder, NOW).problems == ()


HOSTILE = [
    'a";}b', "a' b", "a\\b", "a$b", "a${HOME}b", "a{b}", "a;b", "%0Aa", "%22;%7D", "%5C", "a%25b",
    "(a|b)*.+^$[x]", "цалин.php", "%FF", "#x", "<a>", "`a`", "a%20b", "$1%1", "%{ENV:PATH}", "~a",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", [f"{SITE}?q={{}}", "https://example.org/{}"])
def test_no_address_can_add_a_rule(form: str, text: str) -> None:
    office, _ = check_office(SMALL, NOW)
    former = FormerAddresses(office, [], [], set())
    _, others = former.find([form.format(text)], SITE, [])
    files = redirect_files(dict.fromkeys(others, f"{SITE}entry/new/"), office)
    nginx, apache = (
        files[f"redirects.{name}"].decode("utf-8", "surrogateescape")
        for name in ("nginx.conf", "htaccess")
    )
    pattern = r'"\^(?:[A-Za-z0-9/_-]|\\x[0-9a-f]{2})*\$"'
    test = rf"(?:if \(\$request_uri ~ {pattern}\)|location ~ {pattern})"
    assert re.fullmatch(rf'#.*\n(?:{test} {{ return 301 "{SITE}entry/new/"; }}\n)?', nginx)
    condition = rf'RewriteCond "%{{(?:QUERY_STRING|REQUEST_URI)}}" {pattern}\n'
    last = rf'RewriteRule "\^" "{SITE}entry/new/" \[R=301,L,NE,QSD\]\n'
    assert re.fullmatch(rf"#.*\nRewriteEngine On\n(?:(?:{condition}){{1,2}}{last})?", apache)


def test_another_host_has_rules_of_its_own() -> None:
    office, _ = check_office(SMALL, NOW)
    old = ["https://old.example.net/?p=1", "https://www.old.example.net/a", f"{SITE}?p=2"]
    odd = ["https://[::1]/a", "https://old.example.net:8080/a", "https://localhost/a"]
    files = redirect_files(dict.fromkeys([*old, *odd], f"{SITE}entry/new/"), office)
    hosts = ["redirects", "old.example.net", "www.old.example.net"]
    rules = [f"{host}.{form}" for host in hosts for form in ("nginx.conf", "htaccess")]
    assert sorted(files) == sorted(["redirects.csv", *rules])
    for host in hosts:
        assert files[f"{host}.nginx.conf"].count(b"return 301") == 1
        assert files[f"{host}.htaccess"].count(b"RewriteRule") == 1
    assert b"x3fp\\x3d1" in files["old.example.net.nginx.conf"]
    assert files["redirects.csv"].count(b"\n") == 1 + len(old) + len(odd)


def test_json_numbers_are_not_addresses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = {"id": 12, "title": "One", "date_published": "2015-05-19", "tags": ["wages"]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Old", "items": [item]}
    files, said = imported(folder, json.dumps(feed), capsys, countries=["MN"])
    assert "aliases" not in "".join(files.values())
    assert "former" not in said
