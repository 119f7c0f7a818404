"""`python -m ilofeed` is the same as `ilofeed`."""

from ilofeed.cli.start import main

main()
