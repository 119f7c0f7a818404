"""Settings of hypothesis: no deadline, because a busy machine is not a bug."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ilofeed", deadline=None)
settings.load_profile("ilofeed")
