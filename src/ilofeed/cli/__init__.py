"""The command line: options, printing, exit codes. No other package prints."""

from ilofeed.cli.main import main
