"""Recognise the footnotes of a body."""

import urllib.parse
from typing import Any


def mark_footnotes(soup: Any) -> None:
    """Write references as `<sup data-note>`, and the texts as a `<section>` at the end.

    A footnote is an item of a list that is linked from a number and links back to it. Nothing
    changes unless they are numbered from 1 in order, as Markdown numbers them.
    """
    targets = {element["id"]: element for element in soup.find_all(id=True)}
    leads = [
        (link, targets[name])
        for link in soup.find_all("a", href=True)
        if (name := urllib.parse.unquote(link["href"].partition("#")[2])) in targets
    ]
    backs: dict[int, dict[int, Any]] = {}  # by item of a list: links in it, by where they lead
    for link, target in leads:
        if (item := link.find_parent("li")) is not None:
            backs.setdefault(id(item), {})[id(target)] = link
    references, notes = [], dict[int, tuple[str, Any]]()
    for link, item in leads:
        mark = link.find_parent("sup") or link
        returning = backs.get(id(item), {})
        back = returning.get(id(link)) or returning.get(id(mark))
        if back is not None and item.name == "li":
            number, _ = notes.setdefault(id(item), (str(len(notes) + 1), item))
            references.append((mark, back, number))
            if link.get_text().strip(" []()") != number:
                return
    if not references:
        return
    soup.append(soup.new_tag("section"))
    texts = soup.contents[-1]
    texts.append(soup.new_tag("ol"))
    for mark, back, number in references:
        back.decompose()
        mark.replace_with(sup := soup.new_tag("sup", attrs={"data-note": ""}))
        sup.string = number
    for _, item in notes.values():
        outer = item.parent
        texts.ol.append(item.extract())
        if not outer.get_text().strip():
            outer.decompose()
