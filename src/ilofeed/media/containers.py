"""Read JPEG, PNG, GIF and WebP files, and write them again without metadata.

Each reader copies what it knows to be part of the picture and drops all else, so metadata of an
unknown kind is dropped too. Compressed pixels are copied as they are. A colour profile is kept if
it fits the picture. Nothing is decompressed but the profile of a PNG, up to a limit.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_FRAMES = 1_000  # of an animation: more than a minute at 15 frames a second
MAX_SCANS = 64  # of a JPEG; programs write about 10, and each costs a pass over the whole picture
MAX_PROFILE = 4 * 1024 * 1024  # bytes; profiles of printing presses have up to 3 MiB


class UnusableError(Exception):
    """A picture cannot be published; the text is the second half of a message."""


_CUT_OFF = "is cut off; copy the file again"
_DAMAGED = "is damaged; save the picture again"


@dataclass(frozen=True, slots=True)
class Container:
    """A picture file without metadata, and what its headers say about the pixels.

    `width` and `height` are those before the picture is turned. `is_plain` means that every browser
    shows these pixels: 8 bits, grey or RGB, a usual compression.
    """

    format: str  # Pillow's name
    width: int
    height: int
    data: bytes
    orientation: int = 1  # EXIF 2.32, tag 274: 1 is upright
    profile: bytes = b""  # ICC; for the colours of the picture: grey, RGB or CMYK
    colour_chunks: bytes = b""  # of a PNG, the profile among them
    is_animated: bool = False
    is_plain: bool = True
    is_lossless: bool = True
    is_grey: bool = False


def read_container(data: bytes) -> Container:
    """Read a picture file; raise `UnusableError`."""
    for signature, read in _READERS.items():
        if re.match(signature, data, re.DOTALL):
            container = read(data)
            if not container.width or not container.height:
                raise UnusableError(_DAMAGED)
            return container
    if data[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1"}:
        raise UnusableError("is a HEIC picture, which browsers do not show; save it as JPEG")
    raise UnusableError(
        "is not a PNG, JPEG, GIF or WebP picture" if data else "is empty; copy the file again"
    )


def _orientation(exif: bytes) -> int:
    """Return the orientation that EXIF (a TIFF file) names, or 1."""
    exif = exif.removeprefix(b"Exif\0\0")
    if exif[:4] not in {b"II*\0", b"MM\0*"}:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], "little" if exif[:1] == b"I" else "big")

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(entry, 2) == 0x0112 and number(entry + 2, 2) == 3:  # a SHORT
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def _valid_profile(profile: bytes, colours: bytes) -> bytes:
    """Return an ICC profile (ICC.1, 7.2) cut to its size; b"" if it is for other colours."""
    size = int.from_bytes(profile[:4], "big")
    is_valid = 128 < size <= min(len(profile), MAX_PROFILE) and profile[36:40] == b"acsp"
    return profile[:size] if is_valid and profile[16:20] == colours else b""


# --- JPEG: ITU T.81 annex B, JFIF ---

_MARKER = re.compile(rb"\xff+([\x01-\xfe])", re.DOTALL)
_END_OF_SCAN = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]", re.DOTALL)  # not a restart
_JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"  # without resolution and thumbnail
_SOF = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_KEPT_SEGMENTS = _SOF | {0xC4, 0xCC, 0xDA, 0xDB, 0xDD}  # and tables, scans, restart intervals


def _read_jpeg(data: bytes) -> Container:
    jfif, adobe, orientation, scans = b"", b"", 1, 0
    profile: dict[int, bytes] = {}
    parts: list[bytes] = []
    frame: tuple[int, bytes] | None = None
    for marker, segment, scan in _segments(data):
        if marker == 0xE0 and segment.startswith(b"JFIF\0"):
            jfif = _JFIF
        elif marker == 0xE1 and segment.startswith(b"Exif\0") and orientation == 1:
            orientation = _orientation(segment)
        elif marker == 0xE2 and segment.startswith(b"ICC_PROFILE\0") and len(segment) > 14:
            profile[segment[12]] = segment[14:]
        elif marker == 0xEE and segment.startswith(b"Adobe") and len(segment) >= 12:
            adobe = _segment(marker, segment[:12])
        elif marker in _KEPT_SEGMENTS:
            if marker in _SOF:
                if frame is not None or len(segment) < 6:
                    raise UnusableError(_DAMAGED)
                frame = marker, segment
            scans += marker == 0xDA
            parts += (_segment(marker, segment), scan)
    if frame is None or not scans:
        raise UnusableError(_DAMAGED)
    if scans > MAX_SCANS:
        raise UnusableError(f"has {scans} scans; save the picture again")
    colours = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}.get(frame[1][5], b"")
    icc = _valid_profile(b"".join(profile[number] for number in sorted(profile)), colours)
    pieces = [icc[start : start + 65_519] for start in range(0, len(icc), 65_519)]
    for number, piece in enumerate(pieces, 1):
        adobe += _segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(pieces))) + piece)
    return Container(
        "JPEG",
        int.from_bytes(frame[1][3:5], "big"),
        int.from_bytes(frame[1][1:3], "big"),
        b"".join((b"\xff\xd8", jfif, adobe, *parts, b"\xff\xd9")),
        orientation,
        icc,
        is_plain=frame[0] <= 0xC2 and colours in {b"GRAY", b"RGB "},
        is_lossless=False,
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, content and, after a scan header, compressed pixels, up to the end marker."""
    position = 2
    while match := _MARKER.search(data, position):  # what is between segments is skipped
        marker, position = match[1][0], match.end()
        if marker == 0xD9:
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # they have no content
            continue
        end = position + max(2, int.from_bytes(data[position : position + 2], "big"))
        content, scan, position = data[position + 2 : end], b"", end
        if marker == 0xDA:
            stop = _END_OF_SCAN.search(data, end)
            position = stop.start() if stop else len(data)
            scan = data[end:position]
        yield marker, content, scan
    raise UnusableError(_CUT_OFF)


# --- PNG: W3C, third edition ---

_COLOUR_CHUNKS = (b"cICP", b"iCCP", b"sRGB", b"cHRM", b"gAMA")
_ANIMATION_CHUNKS = frozenset({b"acTL", b"fcTL", b"fdAT"})
_PIXEL_CHUNKS = frozenset({b"PLTE", b"tRNS", b"IDAT"})


def _read_png(data: bytes) -> Container:
    chunks = list(_chunks(data))
    names = [name for name, _ in chunks]
    if names[:1] != [b"IHDR"] or b"IDAT" not in names or len(chunks[0][1]) != 13:
        raise UnusableError(_DAMAGED)
    header = chunks[0][1]
    is_grey = header[9] in {0, 4}
    is_animated = b"acTL" in names[: names.index(b"IDAT")]
    if is_animated:
        control = [content for name, content in chunks if name == b"acTL"]
        if len(control) > 1 or len(control[0]) != 8:
            raise UnusableError(_DAMAGED)
        _check_frames(frames := int.from_bytes(control[0][:4], "big"))
        if frames != names.count(b"fcTL"):
            raise UnusableError(_DAMAGED)
    colour: dict[bytes, bytes] = {}
    profile = exif = b""
    kept = _PIXEL_CHUNKS | (_ANIMATION_CHUNKS if is_animated else set())
    for name, content in chunks:
        if name == b"iCCP":
            profile = _png_profile(content, b"GRAY" if is_grey else b"RGB ")
            content = b"ICC\0\0" + zlib.compress(profile, 9)  # noqa: PLW2901 - its name is dropped
        if name in _COLOUR_CHUNKS and (name != b"iCCP" or profile):
            colour.setdefault(name, _chunk(name, content))
        elif name == b"eXIf":
            exif = exif or content
    colour_chunks = b"".join(colour[name] for name in _COLOUR_CHUNKS if name in colour)
    parts = (_chunk(name, content) for name, content in chunks if name in kept)
    start = data[:8] + _chunk(b"IHDR", header) + colour_chunks
    return Container(
        "PNG",
        int.from_bytes(header[:4], "big"),
        int.from_bytes(header[4:8], "big"),
        b"".join((start, *parts, _chunk(b"IEND", b""))),
        _orientation(exif),
        profile,
        colour_chunks,
        is_animated,
        is_plain=header[8] <= 8,
        is_grey=is_grey,
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of the chunks of a PNG up to its end; drop damaged optional ones."""
    position, name = 8, b""
    while name != b"IEND":
        size = int.from_bytes(data[position : position + 4], "big")
        name, end = data[position + 4 : position + 8], position + 8 + size
        if end + 4 > len(data):
            raise UnusableError(_CUT_OFF)
        content = data[position + 8 : end]
        position = end + 4
        if zlib.crc32(content, zlib.crc32(name)).to_bytes(4, "big") == data[end:position]:
            yield name, content
        elif name[:1].isupper():
            raise UnusableError(_DAMAGED)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return len(content).to_bytes(4, "big") + name + content + checksum.to_bytes(4, "big")


def _png_profile(content: bytes, colours: bytes) -> bytes:
    """Return the profile of an iCCP chunk, or b"" if it is not for these colours."""
    try:
        compressed = content.partition(b"\0")[2][1:]
        return _valid_profile(zlib.decompressobj().decompress(compressed, MAX_PROFILE), colours)
    except zlib.error:
        return b""


def _check_frames(count: int) -> None:
    if not 1 <= count <= MAX_FRAMES:
        raise UnusableError(f"has {count} frames; an animation has 1 to {MAX_FRAMES}")


# --- GIF: GIF89a ---


def _read_gif(data: bytes) -> Container:
    if len(data) < 13:
        raise UnusableError(_CUT_OFF)
    width, height = struct.unpack("<HH", data[6:10])
    start = 13 + _colour_table(data[10])
    parts, control, frames, is_looped = [data[:start]], b"", 0, False
    for block in _gif_blocks(data, start):
        if block[:1] == b"\x2c":
            left, top, frame_width, frame_height = struct.unpack("<4H", block[1:9])
            if left + frame_width > width or top + frame_height > height:
                raise UnusableError(_DAMAGED)  # programs would enlarge the picture
            parts += (control, block)
            control, frames = b"", frames + 1
        elif block[:2] == b"\x21\xf9":
            control = block if len(block) == 8 else b""
        elif block[:2] == b"\x21\x01":  # a text as a frame; browsers do not show it
            control = b""
        elif block[2:16] in _LOOPS and not is_looped:
            is_looped = True
            parts += (block[:18], b"\0")
    if not frames:
        raise UnusableError(_CUT_OFF)
    _check_frames(frames)
    data = b"".join((*parts, b"\x3b"))
    return Container("GIF", width, height, data, is_animated=frames > 1)


_LOOPS = frozenset({b"\x0bNETSCAPE2.0\3\1", b"\x0bANIMEXTS1.0\3\1"})


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks(data: bytes, position: int) -> Iterator[bytes]:
    """Yield the frames and extensions of a GIF up to its end mark, which may be missing."""
    while position < len(data) and data[position] != 0x3B:
        start = position
        if data[start] == 0x2C and start + 10 < len(data):
            position += 11 + _colour_table(data[start + 9])
        elif data[start] == 0x21:
            position += 2
        else:
            raise UnusableError(_DAMAGED)
        while position < len(data) and data[position]:
            position += data[position] + 1
        position += 1
        if position > len(data):
            raise UnusableError(_CUT_OFF)
        yield data[start:position]


# --- WebP: RFC 9649 ---

_WEBP_PIXELS = frozenset({b"ALPH", b"VP8 ", b"VP8L"})


def _read_webp(data: bytes) -> Container:
    end = int.from_bytes(data[4:8], "little") + 8
    chunks = dict(reversed(all_chunks := list(_riff_chunks(data, 12, end))))
    pixels = chunks.get(b"VP8 ") or chunks.get(b"VP8L") or b""
    if header := chunks.get(b"VP8X", b"")[:10]:
        width, height = (int.from_bytes(header[at : at + 3], "little") + 1 for at in (4, 7))
    elif pixels[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(pixels[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    else:
        bits = int.from_bytes(pixels[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    frames = [content for name, content in all_chunks if name == b"ANMF"]
    if frames:
        _check_frames(len(frames))
    elif not pixels:
        raise UnusableError(_DAMAGED)
    profile = _valid_profile(chunks.get(b"ICCP", b""), b"RGB ") if header else b""
    parts = []
    if header:  # its flags name the other chunks: 32 a profile, 8 EXIF, 4 XMP
        flags = header[0] & ~0x2C | (0x20 if profile else 0)
        parts = [_riff_chunk(b"VP8X", bytes((flags,)) + header[1:])]
        parts += [_riff_chunk(b"ICCP", profile)] if profile else []
    for name, content in all_chunks:
        if name == b"ANMF":
            inner = _riff_chunks(content, 16, len(content))
            kept = (_riff_chunk(*chunk) for chunk in inner if chunk[0] in _WEBP_PIXELS)
            parts.append(_riff_chunk(name, content[:16] + b"".join(kept)))
        elif name in _WEBP_PIXELS or name == b"ANIM":
            parts.append(_riff_chunk(name, content))
    return Container(
        "WEBP",
        width,
        height,
        _riff_chunk(b"RIFF", b"WEBP" + b"".join(parts)),
        _orientation(chunks.get(b"EXIF", b"")),
        profile,
        is_animated=bool(frames),
        is_lossless=b"VP8L" in chunks,
    )


def _riff_chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while start < end:
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        content = data[start + 8 : start + 8 + size]
        if len(content) < size or start + 8 > len(data):
            raise UnusableError(_CUT_OFF)
        yield data[start : start + 4], content
        start += 8 + size + size % 2


def _riff_chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


_READERS: dict[bytes, Callable[[bytes], Container]] = {
    rb"\xff\xd8\xff": _read_jpeg,
    rb"\x89PNG\r\n\x1a\n": _read_png,
    rb"GIF8[79]a": _read_gif,
    rb"RIFF....WEBP": _read_webp,
}
