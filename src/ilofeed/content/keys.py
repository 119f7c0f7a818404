"""Define the types of single values in entries and feeds.yaml; each type checks its values."""

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Callable
from importlib import resources
from typing import Annotated, Any, NoReturn, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ilofeed import dates
from ilofeed.bodies import join_lines
from ilofeed.dates import read_moment
from ilofeed.media import alias_path
from ilofeed.problems import Code, quote
from ilofeed.text import (
    SLUG,
    describe_unfit,
    find_markup,
    find_unfit,
    is_mistakable,
    slugify,
)
from ilofeed.urls import to_url

MAX_TITLE = 300
MAX_SUMMARY = 2000
MAX_ALIASES = 100  # of an entry
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?(?:-[a-z0-9]{5,8})*"
)
_EMAIL = re.compile(r"[A-Za-z0-9_.+%-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# each word is read once, and only as far as an address can go (RFC 5321, section 4.5.3.1)
MAIL_IN_TEXT = re.compile(
    r"(?:[<(]|(?<![^\s<(]))([^\s<(]{1,255}@[^\s<(>)]{1,255}\.[^\s<(>)]{1,255})[>)]?"
)
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*")
_VISIBLE = re.compile(r"[^\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LINE_BREAK = re.compile(r"[\n\u2028\u2029]")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n|\u2029")
_MISTAKABLE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]+")


class Fields(BaseModel):
    """Base class of mappings with a fixed set of keys; any other key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, regex_engine="python-re", defer_build=True
    )


def refuse(code: Code, message: str) -> NoReturn:
    """Raise a `PydanticCustomError`, which pydantic collects and `key_errors` converts."""
    raise PydanticCustomError(code, "{text}", {"text": message})


def reading(read: Callable[[str], str], code: Code) -> AfterValidator:
    """Return a validator that refuses, with a code, a text for which `read` raises `ValueError`."""

    def check(value: str) -> str:
        try:
            return read(value)
        except ValueError as error:
            refuse(code, str(error))

    return AfterValidator(check)


def _fit(value: str) -> str:
    if unfit := find_unfit(value):
        refuse(*describe_unfit(unfit[0]))
    return value


def _text(value: str, most: int) -> str:
    value = value.replace("\t", " ").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not _VISIBLE.search(value):
        refuse("empty-value", "the text is empty; write at least one visible character")
    if is_mistakable(_fit(value)):
        pair = _MISTAKABLE.search(value)
        message = f"feed readers would decode {quote(pair[0] if pair else value)} as another letter"
        refuse("double-encoding", message + "; write another character between the two")
    if markup := find_markup(value):
        message = f"{quote(markup)} is HTML, but only plain text is allowed here; remove the tags"
        refuse("html-in-text", message)
    if len(value) > most:
        refuse("too-long", f"the text is too long ({len(value)} characters); write at most {most}")
    return value


def _line(value: str) -> str:
    value = _text(value, MAX_TITLE)
    if _LINE_BREAK.search(value):
        refuse("line-break", "the text contains a line break; write it on one line")
    return value


def check_paragraph(value: str) -> str:
    """Return a text of one paragraph with single spaces; raise an error if it is not valid."""
    value = _text(value, MAX_SUMMARY)
    if _PARAGRAPH_BREAK.search(value):
        message = "the text has more than one paragraph; move the rest below the second ---"
        refuse("line-break", message)
    return join_lines(value)


def _moment(value: Any, info: ValidationInfo, *, is_local: bool = False) -> dates.Moment:
    if not isinstance(value, str):
        refuse("bad-date", "expected one date, such as 2015-05-19")
    try:
        return read_moment(value.strip(), (info.context or {}).get("zone"), is_local=is_local)
    except dates.DateError as error:
        refuse(error.code, error.message)


def check_slug(value: str) -> str:
    """Return a valid slug unchanged; otherwise raise an error that suggests a valid one."""
    if SLUG.fullmatch(value):
        return value
    suggestion = slugify(value.rpartition("/")[2].removesuffix(".md"))
    message = f"{quote(value)} is not a slug (lower-case letters, digits and single hyphens)"
    refuse("bad-slug", message + (f"; write {suggestion}" if suggestion else ""))


def check_language(value: str) -> str:
    """Return a valid language tag; otherwise raise an error, with a valid one if possible."""
    if _LANGUAGE.fullmatch(value) and len(value) <= 35:  # RFC 5646, section 4.4.1
        return value
    parts = re.split(r"[-_]", value)
    if len(parts[0]) in {2, 3} and all(part.isalnum() and part.isascii() for part in parts):
        tail = [
            {4: part.title(), 2: part.upper()}.get(len(part), part.lower()) for part in parts[1:]
        ]
        if _LANGUAGE.fullmatch(tag := "-".join([parts[0].lower(), *tail])):
            refuse("bad-language", f"invalid language tag {quote(value)}; write {tag}")
    refuse("bad-language", f"invalid language tag {quote(value)}; write one like en or zh-Hans")


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        refuse("bad-email", f"invalid e-mail address {quote(value)}; write one like a@example.org")
    return value


def _media_type(value: str) -> str:
    if not _MEDIA_TYPE.fullmatch(value) or len(value) > 100:
        refuse("bad-media-type", f"invalid media type {quote(value)}; write one like text/plain")
    return value


def _flag(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    refuse("wrong-type", f"invalid value {quote(str(value))}; write true or false")


def _count(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return int(value)
    refuse("bad-number", f"invalid number {quote(str(value))}; write a whole number such as 50")


def _time(value: Any) -> dt.time:
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", value)):
        hour, minute = map(int, match.groups())
        if hour < 24 and minute < 60:
            return dt.time(hour, minute)
    refuse("bad-time", f'invalid time of day {quote(str(value))}; write it as "09:00"')


def _name(value: str) -> str:
    value = _line(value)
    if match := MAIL_IN_TEXT.search(value):
        rest = value.replace(match[0], "").strip() or "…"
        message = f"e-mail address in a name; write {{name: {rest}, email: {match[1]}}}"
        refuse("bad-email", message)
    return value


def _json(kind: str, **keywords: Any) -> WithJsonSchema:
    """Return the JSON Schema of a value, which code editors and the CMS form use."""
    return WithJsonSchema({"type": kind, **keywords})


def _like(pattern: str) -> WithJsonSchema:
    return _json("string", pattern=pattern)


_TITLE_SCHEMA = _json("string", minLength=1, maxLength=MAX_TITLE)
_URL_SCHEMA = _json("string", format="iri", pattern="^https?://")
_MOMENT_FORM = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z| ?[+-]\d\d:?\d\d))?$"
_LOCAL_FORM = _MOMENT_FORM.replace("))?$", ")?)?$")

_ALIAS_FORM = r"^[^/?#\\][^?#\\]*$"

Line: TypeAlias = Annotated[str, AfterValidator(_line), _TITLE_SCHEMA]
Name: TypeAlias = Annotated[str, AfterValidator(_name), _TITLE_SCHEMA]
Paragraph: TypeAlias = Annotated[
    str, AfterValidator(check_paragraph), _json("string", minLength=1, maxLength=MAX_SUMMARY)
]
When: TypeAlias = Annotated[dates.Moment, PlainValidator(_moment), _like(_MOMENT_FORM)]
LocalWhen: TypeAlias = Annotated[  # a time without an offset is in the office's zone
    dates.Moment,
    PlainValidator(functools.partial(_moment, is_local=True)),
    _like(_LOCAL_FORM),
]
Url: TypeAlias = Annotated[str, AfterValidator(_fit), reading(to_url, "bad-url"), _URL_SCHEMA]
LocalUrl: TypeAlias = Annotated[  # also allows localhost
    str,
    AfterValidator(_fit),
    reading(functools.partial(to_url, local=True), "bad-url"),
    _URL_SCHEMA,
]
Alias: TypeAlias = Annotated[str, reading(alias_path, "bad-alias"), _like(_ALIAS_FORM)]
Slug: TypeAlias = Annotated[str, AfterValidator(check_slug), _like(f"^{SLUG.pattern}$")]
Language: TypeAlias = Annotated[
    str, AfterValidator(check_language), _like(f"^{_LANGUAGE.pattern}$")
]
Email: TypeAlias = Annotated[str, AfterValidator(_email), _json("string", format="email")]
MediaType: TypeAlias = Annotated[
    str, AfterValidator(_media_type), _like(f"^{_MEDIA_TYPE.pattern}$")
]
Flag: TypeAlias = Annotated[bool, PlainValidator(_flag), _json("boolean")]
Count: TypeAlias = Annotated[int, PlainValidator(_count), _json("integer", minimum=0)]
TimeOfDay: TypeAlias = Annotated[dt.time, PlainValidator(_time), _like(r"^\d{1,2}:\d\d$")]


def kind_of(value: Any) -> str:
    """Return "text" or "mapping", the branch of `Either` that a value belongs to."""
    return "text" if isinstance(value, str) else "mapping"


class PersonFields(Fields):
    """A person: the author of an entry or of the office."""

    name: Name
    email: Email | None = None
    url: Url | None = None


# --- places that a time zone or a country code is written for ---

_CODES = {  # names of countries that the database of time zones writes in another way
    "cote divoire": "CI", "czech republic": "CZ", "england": "GB", "great britain": "GB",
    "ivory coast": "CI", "korea": "KR", "people s republic of china": "CN", "pr china": "CN",
    "prc": "CN", "republic of korea": "KR", "south korea": "KR", "turkiye": "TR", "uk": "GB",
    "united kingdom": "GB", "united states of america": "US", "usa": "US", "viet nam": "VN",
    "中国": "CN", "中國": "CN", "蒙古": "MN", "монгол": "MN", "монгол улс": "MN",
}  # fmt: skip
_ZONES = {  # cities after which no zone is named
    "abuja": "Africa/Lagos", "ankara": "Europe/Istanbul", "beijing": "Asia/Shanghai",
    "bern": "Europe/Zurich", "brasilia": "America/Sao_Paulo", "geneva": "Europe/Zurich",
    "geneve": "Europe/Zurich", "hanoi": "Asia/Ho_Chi_Minh", "islamabad": "Asia/Karachi",
    "mumbai": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "ottawa": "America/Toronto",
    "peking": "Asia/Shanghai", "pretoria": "Africa/Johannesburg", "ulan bator": "Asia/Ulaanbaatar",
    "washington": "America/New_York", "北京": "Asia/Shanghai", "上海": "Asia/Shanghai",
    "улаанбаатар": "Asia/Ulaanbaatar",
}  # fmt: skip


def _fold_place(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain.replace("'", "").casefold())
    return " ".join(word for word in words.split() if word not in {"and", "of", "the"})


def _table(name: str) -> list[list[str]]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@functools.cache
def country_codes() -> frozenset[str]:
    """Return the officially assigned codes of ISO 3166-1, and XK (Kosovo), in common use."""
    return frozenset(code for code, _ in _table("iso3166.tab")) | {"XK"}


@functools.cache
def _countries() -> dict[str, str]:
    names = {_fold_place(name): code for code, name in _table("iso3166.tab")}
    return names | {_fold_place(name): code for name, code in _CODES.items()}


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 code of a country's English name, or None."""
    return _countries().get(_fold_place(name))


def zone_of(place: str) -> str | None:
    """Return the time zone of a city or a country, or of a zone's name in any case; or None."""
    by_name = {name.casefold(): name for name in sorted(dates.zone_names())}
    if zone := by_name.get(place.replace(" ", "_").casefold()):
        return zone
    if any(map(str.isdigit, place)):  # an offset, such as UTC+8
        return None
    name = _fold_place(place.rpartition("/")[2]).removesuffix(" time").removesuffix(" standard")
    cities = {
        _fold_place(zone.rpartition("/")[2]): zone for zone in by_name.values() if "/" in zone
    }
    code = country_code(name)
    by_country = (row[2] for row in _table("zone.tab") if row[0] == code)
    return _ZONES.get(name) or cities.get(name) or next(by_country, None)
