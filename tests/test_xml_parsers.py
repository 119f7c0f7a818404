"""XML parsers: no entities, no DTD, no network, no huge tree, wherever one is made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from lxml import etree

from ilofeed.feeds import parse_xml as parse_own
from ilofeed.sources import xml
from ilofeed.sources.items import SourceError
from offices import ROOT
from serving import host

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCES = sorted((ROOT / "src" / "ilofeed").rglob("*.py"))
# what lxml does if a parser does not say it (since lxml 5.0)
DEFAULTS = {
    "resolve_entities": "internal",
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "dtd_validation": False,
    "attribute_defaults": False,
}
SAFE = DEFAULTS | {"resolve_entities": False}


def made_parsers(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Each call of `etree.<name>` in src/: its place, and its literal options."""
    calls = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(f"etree.{name}"):
                options = {
                    key.arg or "**": getattr(key.value, "value", None) for key in node.keywords
                }
                calls.append((f"{path.name}:{node.lineno}", options))
    return calls


def test_each_parser_of_xml_is_safe() -> None:
    made = made_parsers("XMLParser")
    assert len(made) >= 2
    for place, options in made:
        assert {**DEFAULTS, **options}.items() >= SAFE.items(), place
        assert "**" not in options, place


def test_each_parser_of_html_is_safe() -> None:
    made = made_parsers("HTMLParser")
    assert len(made) >= 3
    for place, options in made:
        assert options.get("no_network", True) is True, place
        assert options.get("huge_tree", False) is False, place


def read_strictly(text: str) -> Any:
    return etree.fromstring(text.encode(), xml._parser(recover=False))


def read_leniently(text: str) -> Any:
    return etree.fromstring(text.encode(), xml._parser(recover=True))


def read_own(text: str) -> Any:
    return parse_own(text.encode())


def import_behind_a_comment(text: str) -> Any:
    """As an import reads it, after a first DOCTYPE and a comment, which hide the second one."""
    return xml.parse_xml(f"<!DOCTYPE rss><!-- -->{text}")[0]


READERS = [read_strictly, read_leniently, read_own, import_behind_a_comment]
Read: TypeAlias = "Callable[[str], Any]"


@pytest.mark.parametrize("read", READERS)
def test_entities_stay_references(read: Read, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    text = (
        f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50}"><!ENTITY b "&a;&a;">'
        f'<!ENTITY f SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
        "<rss><x>1&b;2</x><y>&f;</y></rss>"
    )
    root = read(text)
    assert etree.tostring(root).endswith(b"<rss><x>1&b;2</x><y>&f;</y></rss>")
    assert "".join(root.xpath("//text()")) == "12"


@pytest.mark.parametrize("read", READERS)
def test_a_dtd_is_not_loaded_from_a_file(read: Read, tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ATTLIST x y CDATA "default"><!ENTITY e "entity">')
    root = read(f'<!DOCTYPE rss SYSTEM "{dtd.as_uri()}"><rss><x>&e;</x></rss>')
    assert dict(root.find("x").attrib) == {}
    assert "".join(root.xpath("//text()")) == ""


@pytest.mark.parametrize("read", READERS)
@pytest.mark.slow
def test_nothing_is_fetched(read: Read) -> None:
    with host({"x.dtd": b'<!ENTITY e "entity">', "x.txt": b"text"}) as site:
        root = read(
            f'<!DOCTYPE rss SYSTEM "{site.address}/x.dtd" [<!ENTITY f SYSTEM '
            f'"{site.address}/x.txt">]><rss><x>&e;&f;</x></rss>'
        )
        assert "".join(root.xpath("//text()")) == ""
        assert site.asked == []


@pytest.mark.parametrize("read", [read_strictly, read_own])
def test_depth_and_texts_have_a_limit(read: Read) -> None:
    def nested(depth: int) -> str:
        return "<b>" * depth + "</b>" * depth

    assert len(list(read(nested(256)).iter())) == 256
    with pytest.raises(etree.XMLSyntaxError, match="depth"):
        read(nested(257))
    assert len(read(f"<b>{'x' * 10_000_000}</b>").text) == 10_000_000
    with pytest.raises(etree.XMLSyntaxError, match=r"too long|huge"):
        read(f"<b>{'x' * 10_000_001}</b>")


@pytest.mark.parametrize("between", ["", " ", "\n\n"])
def test_a_second_doctype_with_entities_is_refused_as_a_first_one_is(between: str) -> None:
    entities = '<!DOCTYPE rss [<!ENTITY a "b">]>'
    for text in (entities, f"<!DOCTYPE rss>{between}{entities}", f"{entities}<!DOCTYPE rss>"):
        with pytest.raises(SourceError, match="entities"):
            xml.parse_xml(f"{text}<rss>&a;</rss>")
    root, notes = xml.parse_xml(f"<!DOCTYPE rss>{between}<!doctype rss [ ]><rss>a</rss>")
    assert (root.text, notes) == ("a", [])


def test_many_doctypes_take_no_time() -> None:
    text = "<!DOCTYPE rss [ ]>\n" * 200_000
    assert xml.parse_xml(f"{text}<rss>a</rss>")[0].text == "a"


def test_comments_and_instructions_are_dropped() -> None:
    for read in (read_strictly, read_leniently):
        assert etree.tostring(read("<a>1<!-- c -->2<?pi x?>3</a>")) == b"<a>123</a>"


def test_only_the_second_parser_repairs() -> None:
    with pytest.raises(etree.XMLSyntaxError):
        read_strictly("<a><b></a>")
    assert etree.tostring(read_leniently("<a><b></a>")) == b"<a><b/></a>"


# the limits of an import


def test_a_million_elements_are_read_and_not_one_more() -> None:
    text = "<a>" + "<b/>" * 999_998 + "</a>"
    xml._check_size(text)
    with pytest.raises(SourceError, match="more than 1000000 elements"):
        xml._check_size(text + "<")
    xml._check_size(f"{text}<![CDATA[<<<]]>")


def test_a_thousand_attributes_are_read_and_not_one_more() -> None:
    for number, signs in ((1000, ""), (1000, "====")):
        element = "<a " + " ".join(f"a{n}='1'" for n in range(number)) + f">{signs}</a>"
        assert len(xml.parse_xml(element)[0].attrib) == 1000
    with pytest.raises(SourceError, match="more than 1000 attributes"):
        xml.parse_xml("<a " + " ".join(f"a{n}='1'" for n in range(1001)) + "/>")


@pytest.mark.parametrize(
    ("element", "limit"),
    [("<a>{}</a>", 10_000), ("<a><b/>{}</a>", 10_000), ("<description>{}</description>", 1_000_000),
     ("<a b='{}'/>", 10_000), ("<a xmlns='http://www.w3.org/1999/xhtml'>{}</a>", 1_000_000)],
)  # fmt: skip
def test_longer_texts_are_cut(element: str, limit: int) -> None:
    for length in (limit, limit + 1):
        root, notes = xml.parse_xml(element.format("x" * length))
        assert etree.tostring(root).count(b"x" * limit) == 1
        assert b"x" * (limit + 1) not in etree.tostring(root)
        assert len(notes) == length - limit
