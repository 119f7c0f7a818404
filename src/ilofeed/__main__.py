"""`python -m ilofeed` is the same as `ilofeed`."""

from ilofeed.cli import main

main()
