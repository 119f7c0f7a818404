"""Checks an office's news entries and publishes them as verified Atom, RSS and JSON feeds."""

__version__ = "0.1.0"
