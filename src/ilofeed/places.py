"""Find the country code and the time zone that the name of a place means."""

import functools
import unicodedata
from importlib import resources

from ilofeed.dates import zone_names

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


def _fold(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain.replace("'", "").casefold())
    return " ".join(word for word in words.split() if word not in {"and", "of", "the"})


def _table(name: str) -> list[list[str]]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@functools.cache
def _countries() -> dict[str, str]:
    names = {_fold(name): code for code, name in _table("iso3166.tab")}
    return names | {_fold(name): code for name, code in _CODES.items()}


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 code of a country's English name, or None."""
    return _countries().get(_fold(name))


def zone_of(place: str) -> str | None:
    """Return the time zone of a city or a country, or of a zone's name in any case; or None."""
    by_name = {name.casefold(): name for name in sorted(zone_names())}
    if zone := by_name.get(place.replace(" ", "_").casefold()):
        return zone
    if any(map(str.isdigit, place)):  # an offset, such as UTC+8
        return None
    name = _fold(place.rpartition("/")[2]).removesuffix(" time").removesuffix(" standard")
    cities = {_fold(zone.rpartition("/")[2]): zone for zone in by_name.values() if "/" in zone}
    code = country_code(name)
    by_country = (row[2] for row in _table("zone.tab") if row[0] == code)
    return _ZONES.get(name) or cities.get(name) or next(by_country, None)
