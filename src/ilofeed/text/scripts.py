"""Know the scripts of languages, and make slugs of texts in any script."""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

ENOUGH = 30  # letters from which a text tells
_WEIGHT = 3  # letters of a foreign alphabet that a letter of the own East Asian script weighs
_EAST_ASIA = frozenset({"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "KATAKANA"})
_SCRIPTS = {  # as the names of letters in Unicode begin: languages, that of most readers first
    "LATIN": "en es fr de pt it af az bs ca cs cy da et eu fi ga gl hr hu id is lb lt lv ms mt nb "
    "nl nn no oc om pl rm ro rw sk sl so sq sr sv sw tk tl tr uz vi xh yo zu",
    "CYRILLIC": "ru az be bg bs kk ky mk mn sr tg tk tt uk uz",
    "CJK": "zh ja ko yue",
    "BOPOMOFO": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "MONGOLIAN": "mn",
    "ARABIC": "ar az fa ckb kk ks ky ps sd tk ug ur uz",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "ETHIOPIC": "am ti",
    "DEVANAGARI": "hi mr ne sa ks sd",
    "BENGALI": "bn as",
    "TAMIL": "ta",
    "TELUGU": "te",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "MYANMAR": "my",
    "TIBETAN": "bo dz",
}
_TAGS = {  # ISO 15924
    "Latn": "LATIN", "Cyrl": "CYRILLIC", "Hans": "CJK", "Hant": "CJK", "Hani": "CJK",
    "Mong": "MONGOLIAN", "Arab": "ARABIC", "Deva": "DEVANAGARI", "Hebr": "HEBREW",
}  # fmt: skip
_NO_TEXT = re.compile(
    r"```.*?```|`[^`\n]*`|\]\([^()\n]*\)|https?://\S+|(?<!\S)\S+@\S+|&#?\w+;", re.DOTALL
)


@functools.cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@functools.cache
def scripts_of(language: str) -> set[str]:
    """Return the scripts of a language tag, by the names of Unicode; empty if not known."""
    primary, *others = language.split("-")
    if tags := [part for part in others if len(part) == 4 and part.isalpha()]:
        return {_TAGS[tags[0]]} if tags[0] in _TAGS else set()
    return {script for script, languages in _SCRIPTS.items() if primary in languages.split()}


def foreign_script(text: str, language: str) -> str | None:
    """Return the script of most letters of a Markdown text if its language is not written in it."""
    own = scripts_of(language)
    if not own or (text.isascii() and "LATIN" in own):
        return None
    counts = Counter(filter(str.isalpha, _NO_TEXT.sub(" ", text)))
    scripts: Counter[str] = Counter()
    for letter, count in counts.items():
        script = _script(letter)
        scripts[script] += count * (_WEIGHT if script in _EAST_ASIA & own else 1)
    total = scripts.total()
    most, count = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    is_foreign = most in _SCRIPTS and most not in own and total >= ENOUGH and count * 2 > total
    return most if is_foreign else None


def suggest_language(script: str, known: Iterable[str]) -> str:
    """Return a language that is written in a script, one of the known ones if possible."""
    fitting = [language for language in known if script in scripts_of(language)]
    return fitting[0] if fitting else _SCRIPTS[script].split()[0].replace("zh", "zh-Hans")


# --- slugs ---

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 80
_WINDOWS = re.compile(  # devices, whatever the suffix; signs; a dot or a space at the end
    r"(?:aux|con|nul|prn|com[1-9]|lpt[1-9])(?:\..*)?|.*[<>:\"|?*\\].*|.*[. ]", re.IGNORECASE
)
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def slugify(text: str) -> str:
    """Convert a text to a slug of at most 80 ASCII characters; "" if it has no letters or digits.

    Letters of other scripts are transliterated.
    """
    if not text.isascii():
        from anyascii import anyascii  # only texts with such letters need its tables

        text = _IDEOGRAPH.sub(lambda letter: f" {letter[0]} ", unicodedata.normalize("NFC", text))
        # symbols and emoji have names in anyascii, which nobody expects in an address
        kept = (c if unicodedata.category(c) not in {"So", "Sk", "Co"} else " " for c in text)
        text = anyascii("".join(kept))
    plain = re.sub("['`]", "", text).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def is_windows_name(name: str) -> bool:
    """Return whether Windows cannot have a file or a folder of this name."""
    return _WINDOWS.fullmatch(name) is not None
