"""Picture files for tests, written and scanned without the program and without Pillow's parsers."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

SECRET = b"47.9184N-106.9177E"  # where a photo was taken


def encode(image: Image.Image, codec: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, codec, **options)
    return file.getvalue()


# --- writing ---


def exif(orientation: int, order: str = "<") -> bytes:
    """A TIFF file with a maker, an orientation and a position."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    maker = struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 38)
    turn = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    first = struct.pack(f"{order}IH", 8, 2) + maker + turn + bytes(4)
    return start + first + SECRET


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(
    width: int, height: int, depth: int, colour_type: int, rows: bytes, chunks: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + chunks
    return start + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


GIF_FRAME = b"\x21\xf9\4\0\1\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"  # one pixel


def gif(blocks: bytes, width: int = 1, height: int = 1) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6) + blocks + b";"


def media_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def webp(chunks: bytes) -> bytes:
    return media_chunk(b"RIFF", b"WEBP" + chunks)


def icc(colours: bytes, size: int) -> bytes:
    """A profile for these colours that has only a header."""
    header = struct.pack(">I", size) + bytes(12) + colours + b"XYZ " + bytes(12) + b"acsp"
    filler = b"".join(zlib.crc32(bytes((n & 255, n >> 8))).to_bytes(4) for n in range(size // 4))
    return (header.ljust(128, b"\0") + filler)[:size]


def cmyk_profile() -> bytes:
    """A profile of a press (ICC.1, lut8Type) on which cyan ink is red: Lab 54.3, 80.8, 69.9."""
    table = b""
    for corner in range(16):
        black, inks = corner & 1, corner >> 1
        lab = (0, 0, 0) if black else (100, 0, 0) if not inks else (50, 0, 0)
        if corner == 0b1000:
            lab = (54.29, 80.81, 69.89)  # type: ignore[assignment]
        table += bytes((round(lab[0] * 2.55), round(lab[1] + 128), round(lab[2] + 128)))
    matrix = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    line = bytes(range(256))
    white = struct.pack(">3i", 63190, 65536, 54061)  # D50
    tags = {
        b"A2B0": b"mft1\0\0\0\0\4\3\2\0" + matrix + line * 4 + table + line * 3,
        b"wtpt": b"XYZ \0\0\0\0" + white,
        b"desc": b"desc\0\0\0\0\0\0\0\2x\0" + bytes(78),
        b"cprt": b"text\0\0\0\0CC0\0",
    }
    index, body = b"", b""
    for name, content in tags.items():
        index += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = 132 + len(index) + len(body)
    date = struct.pack(">6H", 2015, 1, 1, 0, 0, 0)
    start = struct.pack(">I4sI", size, b"lcms", 0x02400000) + b"prtrCMYKLab " + date + b"acsp"
    header = (start.ljust(68, b"\0") + white).ljust(128, b"\0")
    return header + struct.pack(">I", len(tags)) + index + body


def with_metadata(kind: str, width: int, *, metadata: bool = True) -> bytes:
    """A picture with all kinds of metadata that hold `SECRET`, or with none."""
    image = Image.linear_gradient("L").rotate(90).resize((width, 30)).convert("RGB")
    if kind == "jpeg":
        data = encode(image, "JPEG", quality=90)
        return _jpeg_metadata(data) if metadata else data
    if kind == "png":
        return _png_metadata(image, metadata=metadata)
    if kind == "gif":
        data = encode(image, "GIF")
        return _gif_metadata(data) if metadata else data
    options = {"exif": exif(1), "xmp": SECRET} if metadata else {"exif": b"x" * 9}
    data = encode(image, "WEBP", quality=90, **options)
    return webp(data[12:] + media_chunk(b"C2PA", SECRET)) + SECRET if metadata else data


def _jpeg_metadata(data: bytes) -> bytes:
    more = [
        segment(0xE0, b"JFXX\0\x13" + SECRET),
        segment(0xE1, b"Exif\0\0" + exif(1)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET),
        segment(0xE2, b"MPF\0" + SECRET),
        segment(0xE2, b"FPXR\0" + SECRET),
        segment(0xE3, SECRET),
        segment(0xEB, b"JP\0\1" + SECRET),  # JUMBF, as C2PA uses it
        segment(0xEC, b"Ducky" + SECRET),
        segment(0xED, b"Photoshop 3.0\0" + SECRET),
        segment(0xEF, SECRET),
        segment(0xFE, SECRET),
    ]
    scan = data.index(b"\xff\xda")
    start = data[:20] + b"".join(more) + data[20:scan]
    return start + segment(0xFE, SECRET) + data[scan:] + data + SECRET


def _png_metadata(image: Image.Image, *, metadata: bool) -> bytes:
    data = encode(image, "PNG")
    gamma = png_chunk(b"gAMA", struct.pack(">I", 45455))
    if not metadata:
        return data[:33] + gamma + data[33:]
    more = [
        gamma,
        png_chunk(b"tEXt", b"Comment\0" + SECRET),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET)),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET),
        png_chunk(b"eXIf", exif(1)),
        png_chunk(b"tIME", bytes((7, 223, 5, 6, 7, 8, 9))),
        png_chunk(b"pHYs", bytes(9)),
        png_chunk(b"caBX", SECRET),
        png_chunk(b"prVt", SECRET),
        png_chunk(b"fdAT", SECRET),
    ]
    end = b"".join(more[1:]) + data[-12:]
    return data[:33] + b"".join(more) + data[33:-12] + end + SECRET


def _gif_metadata(data: bytes) -> bytes:
    secret = bytes((len(SECRET),)) + SECRET + b"\0"
    more = b"\x21\xfe" + secret + b"\x21\xff\x0bXMP DataXMP" + secret
    text = b"\x21\xf9\4\0\1\0\0\0\x21\1\x0c" + bytes(12) + secret
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:at] + more + text + data[at:-1] + more + b";" + SECRET


# --- scanning ---


def left(data: bytes) -> set[str]:
    """The names of all parts of a picture file; "trailer" for bytes after its end."""
    if data.startswith(b"\xff\xd8"):
        return _left_in_jpeg(data)
    if data.startswith(b"GIF"):
        return _left_in_gif(data)
    is_png = data.startswith(b"\x89PNG")
    position, names = (8 if is_png else 12), set[str]()
    end = len(data) if is_png else 8 + int.from_bytes(data[4:8], "little")
    while position < end and "IEND" not in names:
        if is_png:
            size, name = struct.unpack_from(">I4s", data, position)
        else:
            name, size = struct.unpack_from("<4sI", data, position)
        names.add(name.decode())
        position += size + 12 if is_png else size + 8 + size % 2
    return names | ({"trailer"} if position < len(data) else set())


_SEGMENTS = {0xC0: "SOF0", 0xC2: "SOF2", 0xC4: "DHT", 0xDA: "SOS", 0xDB: "DQT"}


def _left_in_jpeg(data: bytes) -> set[str]:
    position, names = 2, set[str]()
    while True:
        assert data[position] == 0xFF
        marker = data[position + 1]
        if marker == 0xD9:
            return names | {"EOI"} | ({"trailer"} if position + 2 < len(data) else set())
        size = int.from_bytes(data[position + 2 : position + 4], "big")
        is_jfif = marker == 0xE0 and data[position + 4 : position + 9] == b"JFIF\0"
        names.add("JFIF" if is_jfif else _SEGMENTS.get(marker, hex(marker)))
        position += size + 2
        if marker == 0xDA:
            while data[position] != 0xFF or data[position + 1] == 0:
                position += 1


def _left_in_gif(data: bytes) -> set[str]:
    kinds = {b"\x21\xf9": "control", b"\x21\xfe": "comment", b"\x21\xff": "application"}
    position, names = 13, set[str]()
    if data[10] & 0x80:
        position += 3 * 2 ** ((data[10] & 7) + 1)
    while data[position] != 0x3B:
        if data[position] == 0x2C:
            names.add("image")
            flags = data[position + 9]
            position += 11 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
        else:
            names.add(kinds.get(data[position : position + 2], "other"))
            position += 2
        while data[position]:
            position += data[position] + 1
        position += 1
    return names | {"end"} | ({"trailer"} if position + 1 < len(data) else set())
