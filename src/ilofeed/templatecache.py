"""Compiled templates, kept where Python keeps its compiled modules: to compile them takes a small
office as long as to check it."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"


class TemplateCache(jinja2.BytecodeCache):
    """One file for each template, of this Python and this Jinja2. What is in it is compared with
    the template by Jinja2; where files cannot be kept there, templates are compiled again."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template, if there is one of the same source."""
        try:
            data = self._file(bucket).read_bytes()
            bucket.bytecode_from_string(data)
        except (OSError, EOFError, ValueError, IndexError, KeyError, pickle.UnpicklingError):
            bucket.reset()  # there is none, or it is damaged

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, unless Python is told to keep nothing."""
        if sys.dont_write_bytecode:
            return
        path = self._file(bucket)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            draft.write_bytes(bucket.bytecode_to_string())
            draft.replace(path)

    def _file(self, bucket: Bucket) -> Path:
        made_by = f"{sys.implementation.cache_tag}.jinja-{jinja2.__version__}"
        return self._folder / f"{bucket.key}.{made_by}.pyc"
