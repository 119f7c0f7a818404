"""Settings of hypothesis: how fast a machine is, or how lucky, is not what is tested."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ilofeed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ilofeed")
