"""Decide which items of a source were public posts: only these become entries.

Sources state it in words (`status`, `draft`, `visibility`) or in an element of their own. What an
export does not call public is left out. Left-out items are counted by reason; their titles are not
printed, since the logs of a public repository are public too.
"""

import html
import itertools
import re
import urllib.parse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, cast

from ilofeed.problems import plural, quote
from ilofeed.sources import items
from ilofeed.sources.xml import WORDPRESS, local_name, text_of
from ilofeed.text import slugify

Kind: TypeAlias = Literal[
    "other", "protected", "private", "trashed", "restricted", "expired", "unknown", "draft",
    "scheduled", "public",
]  # fmt: skip
_KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]  # the strictest first
_WORDS: dict[Kind, str] = {  # values of a status, without signs
    "public": "publish published public live everyone true yes 1 on checked",
    "draft": "draft drafts pending pendingreview inreview unpublished false no 0 off",
    "scheduled": "future scheduled queued",
    "private": "private hidden internal",
    "protected": "protected password passwordprotected",
    "restricted": "members membersonly paid onlypaid onlyfree founding tiers subscribers sent",
    "trashed": "trash trashed softtrashed deleted",
}
_NO = frozenset("false no 0 off none null".split())
_STATUSES = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_STATUS = frozenset(
    "status poststatus publicationstatus publishstatus publishingstatus visibility postvisibility "
    "moderationstate workflowstate statut статус төлөв 状态 狀態 发布状态 發布狀態".split()
)
_LOOSE = frozenset("state audience access".split())  # which often mean something else
_FLAGS: dict[str, Kind] = {
    **dict.fromkeys(("draft", "isdraft"), "draft"),
    **dict.fromkeys(("private", "isprivate", "hidden", "ishidden", "unlisted"), "private"),
    **dict.fromkeys(("protected", "isprotected", "passwordprotected"), "protected"),
    **dict.fromkeys(("trashed", "istrashed", "deleted", "isdeleted", "deletedat"), "trashed"),
}
_PUBLIC_FLAGS = frozenset("published ispublished public ispublic".split())
_MEMBER_FIELDS = frozenset(  # of plug-ins of WordPress: who can read a post
    "_jetpack_newsletter_access _members_access_role _wpmem_block rcp_subscription_level "
    "rcp_user_level".split()
)
_FOR_EVERYBODY = frozenset({"", "0", "all", "none", "everybody"})
_PASSWORDS = frozenset({"password", "postpassword"})
NO_PASSWORD = frozenset((name, "false") for name in _PASSWORDS)  # in JSON and YAML
EVENT_TYPE = "tribeevents"  # a post of The Events Calendar, a plug-in of WordPress
_TYPES = frozenset("type kind itemtype contenttype page".split())  # loose, too
_OTHER_TYPES = {
    "page": "page",
    "attachment": "attachment",
    "comment": "comment",
    "revision": "revision",
    "template": "template",
    "settings": "setting",
    "navmenuitem": "menu item",
}
LOOSE_NAMES = _LOOSE | _TYPES
NAMES = LOOSE_NAMES | _STATUS | _PUBLIC_FLAGS | _PASSWORDS | _FLAGS.keys() | {"posttype"}

_BLOGGER = "{http://schemas.google.com/blogger/2018}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
KIND_SCHEME = "http://schemas.google.com/g/2005#kind"  # of the older exports of Blogger
_PASSWORD_FORM = re.compile(
    r"<(?:\w{1,30}:)?(?:form|input)\b[^<>]{0,2000}"
    r"(?:post-password-form|action=postpass|name=[\"']?post_password| post_password)",
    re.IGNORECASE,
)
_BODIES = ("description", "summary", "content", "encoded")
_POST_ID = re.compile(r"[?&](?:p|page_id)=[0-9]")
_COMMENT = re.compile(r"#comment-[0-9]+$|[?&]showComment=[0-9]")  # of WordPress and of Blogger
_REPLY = "{http://purl.org/syndication/thread/1.0}in-reply-to"  # RFC 4685
_NOT_LETTERS = re.compile(r"[\W_]+")
# what WordPress puts before a title and a colon, in its most frequent languages
_PREFIXES: dict[Kind, frozenset[str]] = {
    "protected": frozenset(
        "protected geschützt protégé protégée protegido protegida protetto protegit beschermd "
        "beveiligd skyddad skyddat beskyttet suojattu zabezpieczone zabezpieczony chronione "
        "chroniony chráněno chránené zaštićeno zaščiteno защищено защитено захищено хамгаалагдсан "
        "保护 受保护 密码保护 受密码保护 保護 受保護 密碼保護 受密碼保護 保護中 보호된글 보호됨 "
        "korumalı محمي محمية προστατευμένο מוגן védett protejat apsaugota aizsargāts kaitstud "
        "dilindungi terproteksi bảovệ đượcbảovệ ป้องกัน".split()
    ),
    "private": frozenset(
        "private privat privé privée privado privada privato privaat yksityinen prywatne prywatny "
        "soukromé súkromné privatno личное частное лично приватно приватне хувийн 私密 私人 私有 "
        "非公開 비공개 özel خاص ιδιωτικό פרטי magán pribadi riêngtư ส่วนตัว".split()
    ),
}
_MAX_PREFIX, _MAX_PLACEHOLDER = 40, 200

_PUBLISH_FIRST = "first publish there for everyone, then import again"
_REASONS: dict[Kind, tuple[str, str, str]] = {  # what was left out; several, if irregular; advice
    "other": ("", "", "only posts become entries; copy by hand what you want to keep"),
    "protected": ("password-protected post", "", _PUBLISH_FIRST),
    "private": ("private post", "", _PUBLISH_FIRST),
    "trashed": ("trashed post", "", "first restore and publish there, then import again"),
    "restricted": ("post for members only", "posts for members only", _PUBLISH_FIRST),
    "expired": ("expired post", "", "the site no longer shows them"),
    "unknown": (
        "post that is not known to be public",
        "posts that are not known to be public",
        "if it was, write `published` as its status in a copy of the source",
    ),
    "draft": ("draft", "", "pass --drafts to import drafts as `draft: true`"),
    "scheduled": (
        "scheduled post",
        "",
        "pass --drafts to import them; they are published when their date comes",
    ),
}


@dataclass(frozen=True, slots=True)
class State:
    """Whether an item may become an entry; `detail` is its type or status as written."""

    kind: Kind = "public"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The numbers of the items to import and how each is published; `notes` on the others."""

    taken: Mapping[int, items.Publication]  # `MAX_ITEMS` at most
    notes: tuple[items.Note, ...]
    left_out: int

    def feed(
        self,
        read: Iterable[items.Item],
        notes: Iterable[items.Note] = (),
        left_out: int = 0,
        **others: Any,
    ) -> items.ImportedFeed:
        """Return the feed of the items that were read; `left_out` are more than these notes say."""
        published = (
            replace(item, publication=self.taken.get(item.number, item.publication))
            for item in read
        )
        notes = (*self.notes, *notes)
        return items.ImportedFeed(
            tuple(published), notes, left_out=self.left_out + left_out, **others
        )


def select(states: Iterable[tuple[int, State]], *, drafts: bool) -> Selection:
    """Select the public items and, with `drafts`, also drafts and scheduled ones.

    `states` has the number of each item and its state.
    """
    kinds = {"public", "draft", "scheduled"} if drafts else {"public"}
    taken: dict[int, items.Publication] = {}
    rest = defaultdict[Kind, list[tuple[int, str]]](list)
    for number, state in states:
        if state.kind in kinds:
            taken[number] = cast("items.Publication", state.kind)
        else:
            rest[state.kind].append((number, state.detail))
    notes = [items.note(_reason(kind, rest[kind])) for kind in _KINDS if kind in rest]
    first = dict(itertools.islice(taken.items(), items.MAX_ITEMS))
    notes += items.too_many(len(taken))
    return Selection(first, tuple(notes), sum(map(len, rest.values())))


def _reason(kind: Kind, left_out: Sequence[tuple[int, str]]) -> str:
    """Return the message about the items (number from 1, detail) left out for one reason."""
    one, more, advice = _REASONS[kind]
    details = Counter(detail for _, detail in left_out if detail)
    if kind == "other":
        what = ", ".join(_count_type(*pair) for pair in details.most_common(8))
        what += ", …" if len(details) > 8 else ""
    else:
        what = plural(len(left_out), one, more)
        if details:
            what += f" (status {', '.join(quote(name) for name, _ in details.most_common(8))})"
    where = items.numbered([number for number, _ in left_out])
    return f"left out {what} ({where}): {advice}"


def _count_type(written: str, count: int) -> str:
    name = _OTHER_TYPES.get(fold(written))
    return plural(count, name or "item") + ("" if name else f" of type {quote(written)}")


def fold(name: str) -> str:
    """Return a name or value as letters and digits: `is_published`, `Is published` are equal."""
    return _NOT_LETTERS.sub("", name[:200].casefold())


def is_name(name: str) -> bool:
    """Return whether a member or column only says whether an item is public."""
    return fold(name) in NAMES - LOOSE_NAMES


def state_of(fields: Iterable[tuple[str, str]]) -> State:
    """Return the strictest of what the fields of an item say; names are in the form of `fold`.

    Fields with other names than `NAMES` say nothing.
    """
    return strictest(_judge(name, value.strip()) for name, value in fields if name in NAMES)


def strictest(states: Iterable[State]) -> State:
    """Return the state that decides, of several about one item."""
    return min(states, key=lambda state: _KINDS.index(state.kind), default=State())


def _judge(name: str, value: str) -> State:
    word = fold(value)
    if name in _PASSWORDS:
        return State("protected") if value else State()
    if name == "posttype":
        return State() if word in {"post", "", EVENT_TYPE} else State("other", value)
    if name in _TYPES:
        is_other = word in _OTHER_TYPES or (name == "page" and word == "true")
        return State("other", "page" if name == "page" else value) if is_other else State()
    kind = _STATUSES.get(word)
    if name in _FLAGS:
        return State() if not value or word in _NO else State(_FLAGS[name])
    if name in _PUBLIC_FLAGS:  # or a date
        kind = (
            "draft" if not value else kind or ("public" if re.search("[0-9]{4}", value) else None)
        )
    elif name in _LOOSE and (kind is None or word in _NO):
        return State()
    return State(kind) if kind else State("unknown", value)


def xml_states(root: Any, nodes: Sequence[Any], *, is_whole: bool) -> Iterator[State]:
    """Yield the state of each item of an RSS, RDF or Atom document.

    In a document that is not `is_whole` (it was repaired) the end of the last item may be missing,
    where WordPress writes the status and the password.
    """
    generator = text_of(next(root.iter("{*}generator"), None))
    tags = (str(element.tag) for element in root.iter())
    is_export = any(tag.startswith(_BLOGGER) or WORDPRESS.match(tag) for tag in tags)
    all_fields = [list(_xml_fields(node)) for node in nodes]
    with_password = any(name == "postpassword" for fields in all_fields for name, _ in fields)
    for node, fields in zip(nodes, all_fields, strict=True):
        names = {name for name, _ in fields}
        is_cut = not is_whole and node is nodes[-1]
        is_cut = is_cut or not names & _STATUS or (with_password and "postpassword" not in names)
        if is_export and is_cut:
            fields.append(("status", ""))
        state = state_of(fields)
        yield state if state.kind != "public" else _placeholder(node, generator)


def _xml_fields(node: Any) -> Iterator[tuple[str, str]]:
    """Yield what the elements of an item say about it, by names in the form of `fold`."""
    for element in node.iter():
        tag = str(element.tag)
        if tag.startswith(_XHTML):
            continue
        local = fold(local_name(element))
        is_child = element.getparent() is node
        if local == "category" and element.get("scheme") == KIND_SCHEME:
            yield "posttype", str(element.get("term") or "").rpartition("#")[2]
        elif local == "sync" and is_child and element.get("deleted") == "true":  # FeedSync
            yield "deleted", "yes"
        elif local == "metakey" and text_of(element) in _MEMBER_FIELDS:
            if fold(text_of(element.getparent().find("{*}meta_value"))) not in _FOR_EVERYBODY:
                yield "visibility", "members"
        elif local not in NAMES:
            continue
        elif WORDPRESS.match(tag):
            yield local, text_of(element)
        elif tag.startswith(_BLOGGER) and is_child:
            yield "posttype" if local == "type" else local, text_of(element)
        elif local == "draft":  # of app:control, in either of its namespaces
            yield local, text_of(element) or "yes"
        elif is_child and local not in _PUBLIC_FLAGS | {"type"}:  # of Atom and of Dublin Core
            yield "state" if local in _STATUS else local, text_of(element)


def _placeholder(node: Any, generator: str) -> State:
    """Return the state of an item of a live feed, in which a protected post has no text."""
    values: dict[str, list[str]] = defaultdict(list)
    for child in node:
        values[local_name(child)].append(text_of(child) or child.get("href") or "")
    texts = [text for key in _BODIES for text in values[key] if text]
    texts += [
        f"<{local_name(element)} {' '.join(map(str, element.values()))}>"
        for element in node.iter(f"{_XHTML}form", f"{_XHTML}input")
    ]
    title, link, *ids = (next(iter(values[key]), "") for key in ("title", "link", "guid", "id"))
    if node.find(_REPLY) is not None or any(map(_COMMENT.search, (link, *ids))):
        return State("other", "comment")
    if generator == "ilofeed":  # its titles are never of WordPress
        title = ""
    is_wordpress = "wordpress" in generator.lower() or any(map(_POST_ID.search, ids))
    return placeholder_state(title, link, texts, is_wordpress=is_wordpress)


def placeholder_state(
    title: str, link: str, texts: Sequence[str], *, is_wordpress: bool = False
) -> State:
    """Return the state of a post of which a site shows only a form for its password, or a title.

    WordPress writes a word before the title, but not into the address, which it makes of the title.
    """
    if any(map(_PASSWORD_FORM.search, texts)):
        return State("protected")
    title = html.unescape(title)
    sign = min((at for at in map(title.find, ":：") if at > 0), default=0)
    prefix, name = fold(title[:sign]), title[sign + 1 :]
    if not prefix or sign > _MAX_PREFIX or not name.strip():
        return State()
    path = urllib.parse.unquote(link.partition("?")[0].partition("#")[0].rstrip("/"))
    slug = re.sub(r"-[0-9]{1,3}$", "", path.rpartition("/")[2][:1000])
    is_in_slug = fold(slug).startswith((fold(slugify(prefix))[:4] or prefix[:4], prefix[:4]))
    for kind, words in _PREFIXES.items():
        if prefix in words and not is_in_slug:
            return State(kind)
    if is_wordpress and slug and fold(slug) in {fold(name), fold(slugify(name))}:
        return State("protected") if _is_sentence(name, texts) else State()
    return State()


def _is_sentence(name: str, texts: Sequence[str]) -> bool:
    """Return whether a post has one short plain text that shares no word with its title."""
    text = texts[0].strip() if len(set(texts)) == 1 else ""
    is_short = 0 < len(text) <= _MAX_PLACEHOLDER and "<" not in text
    words = set(re.findall(r"\w{4,}", name.casefold()))
    return (
        is_short
        and not text.endswith(("…", "]", "..."))
        and not words & set(re.findall(r"\w{4,}", text.casefold()))
    )
