"""The logo, the icon and the picture of an office: which files can be one, and what they become."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.media import Icon, files_of, render_files
from ilofeed.media.kinds import refuse_drawing
from ilofeed.media.pictures import convert_square
from offices import NOW, OFFICE, entry, found, messages, site, write_office
from picture_files import SECRET, encode, gif, icc, left, with_metadata

if TYPE_CHECKING:
    from pathlib import Path

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" %s>%s</svg>'


def svg(inner: str = "<path d='M0 0'/>", attributes: str = 'viewBox="0 0 20 10"') -> bytes:
    return (SVG % (attributes, inner)).encode()


def picture(
    width: int, height: int, codec: str = "PNG", mode: str = "RGB", **more: object
) -> bytes:
    return encode(Image.linear_gradient("L").resize((width, height)).convert(mode), codec, **more)


def office_with(**keys: str) -> bytes:
    lines = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    return OFFICE.replace(b"  timezone:", f"{lines}  timezone:".encode())


def judged(key: str, data: bytes, name: str = "brand/file") -> list[str]:
    """The messages about a file that is the logo, the icon or the image."""
    given: dict[str, Any] = {
        "office": office_with(**{key: name}),
        "files": {name: data},
        "wages": entry(),
    }
    codes = found(**given)
    assert codes in ([], [f"feeds.yaml:7:{len(key) + 5} bad-image"])
    return [message.partition("` ")[2] for message in messages(**given)]


def animation(codec: str) -> bytes:
    frames = [Image.new("RGB", (600, 600), colour) for colour in ("red", "blue")]
    return encode(frames[0], codec, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("icon", picture(512, 512)),
        ("icon", picture(2000, 2000, "JPEG")),
        ("icon", picture(600, 600, "WEBP", "RGBA")),
        ("icon", picture(600, 600, "JPEG", "CMYK")),
        ("image", picture(600, 315)),
        ("image", picture(1200, 630, "WEBP")),
        ("image", picture(1200, 630, "JPEG")),
        ("logo", picture(120, 60)),
        ("logo", picture(60, 60, "JPEG")),
        ("logo", svg()),
        ("logo", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->" + svg()),
    ],
)
def test_what_can_be_one(key: str, data: bytes) -> None:
    assert judged(key, data) == []  # whatever its name


@pytest.mark.parametrize(
    ("key", "data", "message"),
    [
        (
            "icon",
            picture(512, 513),
            "is 512 × 513 pixels as it is published, but an icon is square",
        ),
        (
            "icon",
            picture(511, 511),
            "is 511 × 511 pixels as it is published; write a picture of at",
        ),
        ("icon", picture(600, 600, "GIF"), "is a GIF picture or an animation; save it as PNG"),
        ("icon", animation("PNG"), "is a GIF picture or an animation"),
        ("icon", animation("WEBP"), "is a GIF picture or an animation"),
        ("icon", picture(600, 600)[:-300], "is cut off; copy the file again"),
        ("icon", svg(), "is not a picture; save it as PNG or JPEG"),
        ("icon", b"", "is empty; copy the file again"),
        ("image", svg(), "is not a picture"),
        ("image", b"%PDF-1.4", "is not a PNG, JPEG, GIF or WebP picture"),
        ("image", picture(599, 400), "is 599 × 400 pixels"),
        ("image", picture(5000, 400), "is 1600 × 128 pixels as it is published"),
        ("image", gif(b""), "is cut off"),
        ("logo", picture(200, 59), "is 200 × 59 pixels"),
        ("logo", b"<html><body></body></html>", "is not an SVG drawing"),
        ("logo", b"x" * (5 * 1024**2 + 1), "has more than 5 MiB; reduce its size"),
    ],
)
def test_what_cannot_be_one(key: str, data: bytes, message: str) -> None:
    (told,) = judged(key, data)
    assert told.startswith(message)


@pytest.mark.parametrize(
    "inner",
    [
        "<path fill='url(#shade)' style='stroke: url( \"#b\" )'/>",
        "<style>path { fill: #123; mask: url('#m') }</style>",
        "<use href='#a'/><use x:href='#b'/>",
        "<image href='data:image/png;base64,aaaa'/>",
        "<animate attributeName='fill' to='red'/>",
        '<a:data xmlns:a="urn:x" a:resource="https://example.org/" href="https://example.org/"/>',
        '<path xmlns:i="urn:i" i:file="C:\\logo.svg"/>',
    ],
)
def test_a_drawing_may_refer_to_itself_and_programs_may_leave_notes(inner: str) -> None:
    assert refuse_drawing(svg(inner)) is None


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<script>1</script>", "scripts"),
        ("<path onclick='x()'/>", "scripts"),
        ("<foreignObject><p/></foreignObject>", "scripts"),
        ("<a x:href='java&#10;script:x()'/>", "scripts"),
        ("<path>", "not valid XML"),
        ("<image href='https://example.org/a.png'/>", "loads another file"),
        ("<image x:href='//example.org/a.png'/>", "loads another file"),
        ("<image href='a.png'/>", "loads another file"),
        ("<image href='data:image/svg+xml,x'/>", "loads another file"),
        ("<use href='other.svg#a'/>", "loads another file"),
        ("<a href='https://example.org/'/>", "loads another file"),
        ("<path fill='url(https://example.org/#a)'/>", "loads another file"),
        ("<path style='fill: URL(\"a.svg#b\")'/>", "loads another file"),
        ("<style>@import 'a.css';</style>", "loads another file"),
        ("<style>@font-face { src: url( a.woff ) }</style>", "loads another file"),
        ("<style>path { mask: u\\72l(a.svg) }</style>", "loads another file"),
        ("<set attributeName='x:href' to='a.png'/>", "loads another file"),
    ],
)
def test_a_drawing_that_runs_or_loads_anything_is_refused(inner: str, message: str) -> None:
    assert message in (refuse_drawing(svg(inner)) or "")


@pytest.mark.parametrize(
    ("attributes", "is_sized"),
    [
        ('viewBox="0 0 20 10"', True),
        ('viewBox="-1,-1,.5,10.5"', True),
        ('width="20" height="10px"', True),
        ("", False),
        ('width="100%" height="100%"', False),
        ('viewBox="0 0 0 10"', False),
        ('viewBox="0 0 20"', False),
        ('viewBox="0 0 20 none"', False),
    ],
)
def test_a_drawing_has_a_size(attributes: str, *, is_sized: bool) -> None:
    assert ("has no size" in (refuse_drawing(svg("", attributes)) or "")) == (not is_sized)


def test_a_drawing_is_small_and_hides_nothing() -> None:
    assert "KiB" in (refuse_drawing(svg(f"<desc>{'x' * 256 * 1024}</desc>")) or "")
    for text in ('<!DOCTYPE svg [<!ENTITY a "b">]>', '<?xml-stylesheet href="a.css"?>'):
        assert "scripts" in (refuse_drawing(text.encode() + svg()) or "")
    assert "scripts" in (refuse_drawing(svg().decode().encode("utf-16")) or "")


@pytest.mark.parametrize("name", ["../icon.png", "/etc/icon.png", ".git/icon.png", "a/.b.png"])
def test_a_path_stays_in_the_office_and_is_not_hidden(name: str, tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=office_with(icon=name), wages=entry())
    _, (problem,) = check(read_office(folder), NOW)
    assert (problem.path, problem.line, problem.column) == ("feeds.yaml", 7, 9)
    assert (problem.code, "hidden or not in" in problem.message) == ("image-not-found", True)


def test_no_path_ends_in_a_traceback(tmp_path: Path) -> None:
    for number, name in enumerate(['"a\\0b"', '"a\\tb.png"', "x" * 299, ".", "brand", "[a]", '""']):
        office = office_with(icon=name)
        folder = write_office(tmp_path / str(number), office=office, wages=entry())
        (folder / "brand").mkdir()
        sources = read_office(folder)
        for file in sources.brand.values():
            file.stamp()  # as the preview does
        _, problems = check(sources, NOW)
        assert {(problem.path, problem.line) for problem in problems} == {("feeds.yaml", 7)}, name


def test_a_link_may_lead_to_another_file_of_the_office_only(tmp_path: Path) -> None:
    folder = write_office(
        tmp_path / "office", office=office_with(icon="brand/a.png"), wages=entry()
    )
    for inside in ("pictures", ".hidden"):
        (folder / inside).mkdir()
        (folder / inside / "a.png").write_bytes(picture(512, 512))
    (tmp_path / "a.png").write_bytes(picture(512, 512))
    for target, codes in (
        (folder / "pictures", []),
        (folder / ".hidden", ["link-outside"]),
        (tmp_path, ["link-outside"]),
        (tmp_path / "nowhere", ["image-not-found"]),
    ):
        os.symlink(target, folder / "brand")  # noqa: PTH211
        assert [problem.code for problem in check(read_office(folder), NOW)[1]] == codes
        (folder / "brand").unlink()


def test_all_three_are_wrong_at_once_and_a_file_of_an_entry_may_be_one() -> None:
    office = office_with(logo="a.png", icon="entries/b.png", image="c.png")
    files = {"a.png": b"x", "entries/b.png": picture(9, 9), "c.png": b"x"}
    given: dict[str, Any] = {"office": office, "files": {}, "wages": entry()}
    assert found(**given) == [
        f"feeds.yaml:{n}:{c} image-not-found" for n, c in ((7, 9), (8, 9), (9, 10))
    ]
    del files["entries/b.png"]
    assert found(**given | {"files": files})[0] == "feeds.yaml:7:9 bad-image"


def test_a_file_below_entries_that_is_the_icon_is_not_unused(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=office_with(icon="entries/i.png"), w=entry())
    (folder / "entries" / "i.png").write_bytes(picture(512, 512))
    assert check(read_office(folder), NOW)[1] == []


def published(**files: bytes) -> dict[str, bytes]:
    names = {key: f"brand/{key}" for key in files}
    made = site(
        office=office_with(**names),
        files={name: files[key] for key, name in names.items()},
        wages=entry(),
    )
    documents = render_files(files_of(made.office, made.entries), made.files, {})
    return {document.path: document.data for document in documents}


def test_what_is_published() -> None:
    logo, image = svg("<!-- as drawn -->"), picture(1700, 1000, "JPEG", quality=95)
    made = published(icon=picture(700, 700), logo=logo, image=image)
    sides = {side.path: side.value for side in Icon}
    assert list(sides.values()) == [512, 180, 144, 64, 32]
    assert set(made) == {*sides, "assets/logo.svg", "assets/image.jpg"}
    assert made["assets/logo.svg"] == logo
    assert Image.open(io.BytesIO(made["assets/image.jpg"])).size == (1600, 941)
    for path, side in sides.items():
        shown = Image.open(io.BytesIO(made[path]))
        assert (shown.format, shown.size) == ("PNG", (side, side))
    assert published(icon=picture(700, 700), logo=logo, image=image) == made


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_no_metadata_is_left(kind: str) -> None:
    data = with_metadata(kind, 30)
    assert SECRET in data
    for made in (convert_square(data, (20, 9)), convert_square(data, (30,))):
        assert not isinstance(made, str)
        for version in made:
            assert SECRET not in version
            assert left(version) <= {"IHDR", "IDAT", "IEND", "gAMA"}


@pytest.mark.parametrize("codec", ["JPEG", "WEBP", "PNG"])
def test_the_icon_keeps_its_colours_and_is_upright(codec: str) -> None:
    profile, turned = icc(b"RGB ", 200), Image.Exif()
    turned[0x0112] = 6  # a quarter to the right
    half = Image.new("RGB", (512, 512), "red")
    half.paste("blue", (0, 0, 512, 256))  # the upper half
    data = encode(
        half,
        codec,
        exif=turned,
        icc_profile=profile,
        **({"lossless": True} if codec == "WEBP" else {}),
    )
    made = convert_square(data, (512, 32))
    assert not isinstance(made, str)
    for version in made:
        shown = Image.open(io.BytesIO(version))
        assert shown.info["icc_profile"] == profile
        right, left_side = (shown.getpixel((x, shown.height // 2)) for x in (shown.width - 3, 2))
        assert right[2] > 200 > right[0]  # type: ignore[index]
        assert left_side[0] > 200 > left_side[2]  # type: ignore[index]


def test_a_transparent_icon_stays_transparent() -> None:
    made = convert_square(encode(Image.new("RGBA", (512, 512), (0, 0, 0, 99)), "PNG"), (32,))
    assert not isinstance(made, str)
    assert Image.open(io.BytesIO(made[0])).getpixel((5, 5)) == (0, 0, 0, 99)
