"""The mutation tool changes what it says, and each change is a module that can be compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mutate import mutants

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''"""A docstring."""
LIMIT: int = 5
@cache(size=3)
def short(text: str, flag: bool = True) -> bool:
    """Another."""
    if not text:
        raise ValueError("empty")
    print("é" + text, end="")
    return len(text) <= LIMIT and {"a": 1}
'''


def test_each_change_of_a_module(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(MODULE, "utf-8")
    found = list(mutants(path))
    assert [(line, change) for _, line, change, _ in found] == [
        (2, "5  ->  (6)"),
        (4, "True  ->  (False)"),
        (6, "not text  ->  (not not text)"),
        (8, 'print("é" + text, end="")  ->  pass'),
        (8, """print("é" + text, end="")  ->  (print('é' + text))"""),
        (8, """"é" + text  ->  ('é' - text)"""),
        (8, """"é"  ->  ('')"""),
        (9, "len(text) <= LIMIT and {\"a\": 1}  ->  (len(text) <= LIMIT or {'a': 1})"),
        (9, "len(text) <= LIMIT  ->  (len(text) < LIMIT)"),
        (9, '{"a": 1}  ->  ({})'),
        (9, """"a"  ->  ('')"""),
        (9, "1  ->  (2)"),
    ]
    for _, _, _, text in found:
        assert text != MODULE.encode()
        compile(text, "module", "exec")
