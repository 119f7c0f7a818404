"""Find the regular expressions of the program, and hostile texts for them.

A pattern is found where it is compiled or used. Hostile texts repeat what the pattern itself is
made of: its characters, its parts and their beginnings, because backtracking needs text that almost
matches.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import sys
from collections import defaultdict
from re import _parser as parser  # type: ignore[attr-defined]  # it has no public form
from typing import TYPE_CHECKING, Any

from offices import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SOURCES = (ROOT / "src" / "ilofeed", ROOT / ".github" / "scripts")
# the same work is done by methods of one kind
METHODS = {"match": "match", "fullmatch": "fullmatch"} | dict.fromkeys(
    ("search", "split", "findall", "finditer", "sub", "subn"), "finditer"
)
FOREIGN = "\0"  # a character that few patterns match


def modules() -> Iterator[tuple[Path, Any]]:
    """Yield the path of each module and the module, imported."""
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            if folder.name == "ilofeed":
                name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
                if not name.endswith("__main__"):
                    yield path, importlib.import_module(name.removesuffix(".__init__"))
            else:
                sys.path.insert(0, str(folder))
                try:
                    yield path, importlib.import_module(path.stem)
                finally:
                    sys.path.remove(str(folder))


def uses() -> Iterator[tuple[str, str, re.Pattern[Any] | None]]:
    """Yield the place of each use of `re`, its method, and its pattern.

    The pattern is None if it is made of local values.
    """
    trees = [(path, module, ast.parse(path.read_text("utf-8"))) for path, module in modules()]
    methods = defaultdict(set)  # of compiled patterns, by their names
    for path, _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                name = ast.unparse(node.value).rpartition(".")[2]
                methods[path if name.startswith("_") else None, name].add(METHODS[node.attr])
    for path, module, tree in trees:
        names = {
            id(node.value): ast.unparse(node.targets[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            method = node.func.attr
            if ast.unparse(node.func.value) == "re" and method in {"compile", *METHODS}:
                name = names.get(id(node), "")
                used = methods[path if name.startswith("_") else None, name]
                used = used or set(METHODS.values())
                pattern = _pattern(node, vars(module))
                for kind in sorted({METHODS[method]} if method in METHODS else used):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", kind, pattern


def _pattern(call: ast.Call, names: dict[str, Any]) -> re.Pattern[Any] | None:
    *_, last = call.args
    flags = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    if (isinstance(last, ast.Attribute) and ast.unparse(last).startswith("re.")) or (
        isinstance(last, ast.BinOp) and ast.unparse(last).startswith("re.")
    ):
        flags.append(last)
    values = []
    for node in (call.args[0], *flags):
        try:
            values.append(eval(compile(ast.Expression(node), "", "eval"), dict(names)))
        except NameError:
            return None
    return re.compile(*values)


def hostile(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield beginning, repeated part and end of texts that may keep a pattern busy."""
    text = pattern.pattern
    source = text.decode("latin-1") if isinstance(text, bytes) else text
    tree = parser.parse(
        source, pattern.flags & ~re.UNICODE if isinstance(text, bytes) else pattern.flags
    )
    heads = list(dict.fromkeys(["", *_heads(tree)]))
    characters = list(dict.fromkeys([*_characters(tree), "a", " ", "\n"]))[:12]
    pairs = ("".join(pair) for pair in itertools.permutations(characters[:4], 2))
    for unit in dict.fromkeys([*characters, *heads[1:12], *pairs]):
        yield "", unit, ""
        yield FOREIGN, unit, "\n" + FOREIGN
        for head in heads[:4]:
            yield head, unit, FOREIGN


def _heads(tree: Iterable[Any]) -> Iterator[str]:
    """Yield texts that match a pattern up to each of its repetitions and through them."""
    head = ""
    for operator, value in tree:
        for part in _samples(operator, value):
            yield head + part
        if str(operator) in {"SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            yield from (head + inner for inner in _heads(value[-1]))
        head += next(iter(_samples(operator, value)), "")


def _samples(operator: Any, value: Any) -> list[str]:
    """Return a few texts that one part of a pattern matches."""
    match str(operator):
        case "LITERAL":
            return [chr(value)]
        case "NOT_LITERAL":
            return [character for character in "a x" if ord(character) != value][:1]
        case "ANY":
            return ["a"]
        case "IN":
            return list(_members(value))[:4]
        case "CATEGORY":
            return list(_category(value))
        case "BRANCH":
            return [_sample(branch) for branch in value[1]]
        case "SUBPATTERN" | "ATOMIC_GROUP":
            return [_sample(value[-1] if isinstance(value, tuple) else value)]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, _, inner = value
            parts = list(itertools.chain(*itertools.starmap(_samples, inner)))[:3]
            return [_sample(inner) * max(low, 1), *(part * max(low, 1) for part in parts)]
    return []


def _sample(tree: Iterable[Any]) -> str:
    return "".join(next(iter(_samples(operator, value)), "") for operator, value in tree)


def _members(values: list[Any]) -> Iterator[str]:
    if values and str(values[0][0]) == "NEGATE":
        excluded = set(_members(values[1:]))
        yield from (one for one in "a 1-.\n<[" if one not in excluded)
        return
    for operator, value in values:
        if str(operator) == "RANGE":
            yield chr(value[0])
        else:
            yield from _samples(operator, value)


def _category(value: Any) -> str:
    negated = "NOT" in str(value)
    kind = str(value).rpartition("_")[2]
    return {"DIGIT": "1", "SPACE": " \n\t", "WORD": "a1_"}[kind] if not negated else "-a"


def _characters(tree: Iterable[Any]) -> Iterator[str]:
    for operator, value in tree:
        if str(operator) in {
            "SUBPATTERN",
            "MAX_REPEAT",
            "MIN_REPEAT",
            "POSSESSIVE_REPEAT",
            "ATOMIC_GROUP",
        }:
            yield from _characters(value[-1] if isinstance(value, tuple) else value)
        elif str(operator) in {"ASSERT", "ASSERT_NOT"}:
            yield from _characters(value[1])
        elif str(operator) == "BRANCH":
            for branch in value[1]:
                yield from _characters(branch)
        else:
            yield from _samples(operator, value)
