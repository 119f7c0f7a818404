"""What of an entry is long: its HTML, and its record in the manifest. A large site keeps both in a
file, from which they are read for who asks: they are two thirds of an entry, and each is wanted a
few times in a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilofeed.portions import portions
from ilofeed.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ilofeed.spool import Store

_NOT_COMPARED = ("source", "noted")


class Shelved:
    """An entry, with each of its long texts as it is or as a number that says where it is."""

    __slots__ = ()
    id: str
    body: str | int
    noted: str | int
    shelf: Spool | None

    @property
    def html(self) -> str:
        """What there is to read."""
        body = self.body
        return body if isinstance(body, str) else _read(self.shelf, body)

    @property
    def record(self) -> str:
        """The JSON of its record in the manifest, without archives; "" while that is not known."""
        noted = self.noted
        return noted if isinstance(noted, str) else _read(self.shelf, noted)

    def _values(self) -> dict[str, Any]:
        """Its fields, with the texts themselves."""
        names = self.__dataclass_fields__  # type: ignore[attr-defined]
        return {name: getattr(self, name) for name in names} | {
            "body": self.html,
            "noted": self.record,
            "shelf": None,
        }

    def __eq__(self, other: object) -> bool:  # whatever they were read from
        if type(other) is not type(self):
            return NotImplemented
        left = dict.fromkeys(_NOT_COMPARED)
        return self._values() | left == other._values() | left

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> Any:  # who is handed one need not have the file
        return _restore, (type(self), self._values())


def _read(shelf: Spool | None, where: int) -> str:
    assert shelf is not None
    return shelf.take(where).decode("utf-8", "surrogatepass")


def _restore(kind: type[Any], values: dict[str, Any]) -> Any:
    made = object.__new__(kind)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


def shelve(entries: Iterable[Shelved], store: Store) -> None:
    """Put the long texts of entries into a store, where it is a file. Nothing of the entries
    changes by that: who has one sees the same."""
    if not isinstance(store, Spool):
        return
    for some in portions(entries):
        texts = [
            (one, name, text.encode("utf-8", "surrogatepass"))
            for one in some
            if one.shelf is None or one.shelf is store
            for name, text in (("body", one.body), ("noted", one.noted))
            if isinstance(text, str) and text
        ]
        places = store.put_all([data for _, _, data in texts])
        for (one, name, _), place in zip(texts, places, strict=True):
            object.__setattr__(one, name, place)
            object.__setattr__(one, "shelf", store)
