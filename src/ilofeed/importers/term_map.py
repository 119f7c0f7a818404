"""Read which labels of a source mean which terms of the office: `--map` and `--map-file`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ilofeed.content import read, to_yaml, yaml_nodes
from ilofeed.model import Office, Term
from ilofeed.problems import Problem, did_you_mean, quote
from ilofeed.sources import RequestError
from ilofeed.text import SLUG, decode

_MAX_BYTES = 1_000_000


def read_term_map(
    root: Path, office: Office, options: Sequence[str], path: str | None
) -> tuple[dict[str, str], list[Problem]]:
    """Return terms by label, and the problems of the file: YAML with lines `label: term`.

    A term is a category, a country, the slug of a new category, or "" to leave the label out. An
    option counts more than the file. Raise `RequestError` for a wrong option, `OSError` for a file
    that cannot be read.
    """
    terms: dict[str, str] = {}
    problems: list[Problem] = []
    if path is not None:
        source, problems = decode(path, read.read_limited(root / path, _MAX_BYTES) or b"")
        if source is None:
            return {}, problems
        nodes, syntax = yaml_nodes.compose(source, 0, len(source.text))
        problems += syntax
        for key, node in nodes.pairs if nodes is not None else ():
            value = node.value if isinstance(node, yaml_nodes.Scalar) else None
            why = "expected one term" if value is None else _explain(value, office)
            if why:
                problems.append(source.problem(node.start, "wrong-type", why))
            terms[key.value] = value or ""
    for text in options:
        label, _, term = text.rpartition("=")
        why = _explain(term.strip(), office) if label.strip() else "write LABEL=TERM"
        if why:
            raise RequestError(f"invalid --map {quote(text)}; {why}")
        terms[label.strip()] = term.strip()
    return terms, problems


def _explain(term: str, office: Office) -> str:
    """Return what is wrong with a term, or ""."""
    known = {**office.categories, **office.countries}
    if not term or term in known or SLUG.fullmatch(term):
        return ""
    return f"{quote(term)} is neither a term of feeds.yaml nor a slug{did_you_mean(term, known)}"


def map_lines(new_terms: Mapping[str, Term]) -> list[str]:
    """Return the lines of a map file for new categories."""
    return [f"{to_yaml(term.labels[''])}: {slug}" for slug, term in new_terms.items()]
