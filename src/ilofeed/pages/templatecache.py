"""Compiled templates, kept where Python keeps its compiled modules: to compile them takes a small
office as long as to check it."""

from __future__ import annotations

import contextlib
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"


class TemplateCache(jinja2.FileSystemBytecodeCache):
    """Jinja2's own cache, as forgiving as Python's: where files are damaged or cannot be kept,
    templates are compiled again. A file is of this Python and this Jinja2."""

    def __init__(self, folder: Path = FOLDER) -> None:
        made_by = f"{sys.implementation.cache_tag}.jinja-{jinja2.__version__}"
        super().__init__(str(folder), f"%s.{made_by}.pyc")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template, if there is one of the same source."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, IndexError, KeyError, pickle.UnpicklingError):
            bucket.reset()  # it is damaged, or no file

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, unless Python is told to keep nothing."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
