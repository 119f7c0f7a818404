"""The command line: options, printing, exit codes. Nothing else prints."""

from ilofeed.cli.main import main

__all__ = ["main"]
