"""`python -m ilofeed` is the same as `ilofeed`."""

from ilofeed.start import main

main()
