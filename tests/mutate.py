"""Change one place of a package's code at a time, and report the changes that no fast test sees.

    python tests/mutate.py --package feeds verify --sample 60 --seed 1

The fast tests run once under coverage, which tells for each line the modules of tests that run it:
a test may use what another one has made. Then a process for each mutant imports it instead of its
module and runs those tests, the package's own first, until one fails. Docstrings, annotations,
decorators and the texts of exceptions are not changed.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from coverage import CoverageData

ROOT = Path(__file__).parent.parent
OPTIONS = "-qx -pno:cacheprovider -pno:randomly -Wignore::pytest.PytestAssertRewriteWarning".split()
LIBRARIES = "feedgen.feed feedparser hypothesis.strategies icalendar playwright.sync_api pydantic"
PAIRS = "Lt LtE, Gt GtE, Eq NotEq, In NotIn, Is IsNot, And Or, Add Sub, Mult FloorDiv".split(", ")
OTHER = {getattr(ast, a): getattr(ast, b) for p in PAIRS for a, b in (p.split(), p.split()[::-1])}
Mutant = tuple[Path, int, str, bytes]  # module, line, the change in words, the module's new text


def changed(node: Any) -> Iterator[tuple[Any, ast.AST]]:
    """Each change of a node: the node to replace, itself or its condition, and what replaces it."""
    match node:
        case ast.Compare(ops=[kind]) if type(kind) in OTHER:
            yield node, ast.Compare(**vars(node) | {"ops": [OTHER[type(kind)]()]})
        case ast.BoolOp(op=kind) | ast.BinOp(op=kind) if type(kind) in OTHER:
            yield node, type(node)(**vars(node) | {"op": OTHER[type(kind)]()})
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test, ast.UnaryOp(ast.Not(), test)
        case ast.Constant(value=str() | bytes() as text) if text:
            yield node, ast.Constant(text[:-1])
        case ast.Constant(value=int() | float() as number):
            yield node, ast.Constant(not number if isinstance(number, bool) else number + 1)
        case ast.Call(keywords=words):
            for one in words:
                rest = [word for word in words if word is not one]
                yield node, ast.Call(node.func, node.args, rest)
        case ast.Dict(keys=keys, values=values):
            for n in range(len(keys)):
                yield node, ast.Dict(keys[:n] + keys[n + 1 :], values[:n] + values[n + 1 :])
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield node, ast.Pass()


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that may be changed. Those within f-strings have no place in the text."""
    for name, value in ast.iter_fields(node):
        is_left = name in {"annotation", "returns", "decorator_list"}
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            is_kept = is_left or is_text or isinstance(child, (ast.Raise, ast.JoinedStr))
            if isinstance(child, ast.AST) and not is_kept:
                yield child
                yield from nodes(child)


def mutants(path: Path) -> Iterator[Mutant]:
    text = path.read_bytes()
    lines = text.splitlines(keepends=True)
    for old, new in (pair for node in nodes(ast.parse(text)) for pair in changed(node)):
        begin = len(b"".join(lines[: old.lineno - 1])) + old.col_offset
        end = len(b"".join(lines[: old.end_lineno - 1])) + old.end_col_offset
        after = ast.unparse(new) if isinstance(new, ast.stmt) else f"({ast.unparse(new)})"
        words = [" ".join(each.split())[:80] for each in (text[begin:end].decode(), after)]
        yield path, old.lineno, "  ->  ".join(words), text[:begin] + after.encode() + text[end:]


def run(arguments: Sequence[str], mutant: Mutant | None = None) -> int:
    """Run pytest in a new process; return its exit code, or minus the signal that ended it."""
    if (child := os.fork()) == 0:
        if mutant is not None:
            name = ".".join(mutant[0].relative_to(ROOT / "src").with_suffix("").parts)
            loader: Any = SourceFileLoader(name, str(mutant[0]))
            loader.get_code = lambda _: compile(mutant[3], mutant[0], "exec")
            spec = ModuleSpec(name, loader)
            finder: Any = SimpleNamespace(find_spec=lambda it, *_: spec if it == name else None)
            sys.meta_path.insert(0, finder)
            resource.setrlimit(resource.RLIMIT_CPU, (60, 60))  # endless loops are noticed
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        os._exit(pytest.main([*OPTIONS, "--hypothesis-seed=0", *arguments]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def covered(packages: Sequence[str]) -> dict[Path, dict[int, list[str]]]:
    """Run the fast tests; return by module and line the test modules that ran it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COVERAGE_FILE"] = f"{folder}/coverage"
        sources = [f"--cov=ilofeed.{package}" for package in packages]
        if run(["-m", "not slow", "--cov-context=test", "--cov-report=", *sources]):
            sys.exit("the tests fail without any change")
        data = CoverageData(os.environ.pop("COVERAGE_FILE"))
        data.read()
        ran = {Path(name): data.contexts_by_lineno(name) for name in data.measured_files()}
    places: dict[Path, dict[int, list[str]]] = {}
    for path, lines in ran.items():
        files = {line: {test.partition("::")[0] for test in lines[line]} - {""} for line in lines}
        every = set().union(*files.values())  # for what runs at import
        order = sorted(every, key=lambda file: (path.parent.name not in file, file))
        for line, ran_here in files.items():
            places.setdefault(path, {})[line] = [
                file for file in order if file in (ran_here or every)
            ]
    return places


def main() -> None:
    parser = argparse.ArgumentParser(description="Report the changes that no fast test sees.")
    parser.add_argument("--package", nargs="+", required=True)
    for option, number in (("--sample", 60), ("--seed", 0)):
        parser.add_argument(option, type=int, default=number)
    given = parser.parse_args()
    os.chdir(ROOT)
    list(map(importlib.import_module, LIBRARIES.split()))
    places = covered(given.package)
    for package in given.package:
        paths = (ROOT / "src" / "ilofeed" / package).glob("[a-z]*.py")
        every = [mutant for path in sorted(paths) for mutant in mutants(path)]
        sample = sorted(random.Random(given.seed).sample(every, min(given.sample, len(every))))
        survivors = 0
        for mutant in sample:
            tests, line = places.get(mutant[0], {}), mutant[1]
            near = max((number for number in tests if number <= line), default=0)
            if not tests.get(near) or run(tests[near], mutant) == 0:
                survivors += 1
                print(f"{mutant[0].relative_to(ROOT)}:{line}: {mutant[2]}", flush=True)
        print(f"{package}: {len(sample)} of {len(every)} mutants, {survivors} survived", flush=True)


if __name__ == "__main__":
    main()
