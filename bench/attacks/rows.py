"""The attacks, by name.  Each runs for real, against a deployment of its own."""

from __future__ import annotations

from bench.attacks import naming, tenants
from bench.attacks.stage import Attack

ROWS: dict[str, tuple[Attack, dict[str, str]]] = {
    "endless-naming": (naming.endless_names, {}),
    "names-inside-one-another": (naming.names_inside_one_another, {}),
    "endless-headers": (tenants.endless_headers, {}),
    "half-requests": (tenants.half_requests, {}),
    "unfinished-bodies": (tenants.unfinished_bodies, {}),
    "large-bodies-at-once": (tenants.large_bodies, {}),
    "dead-source": (tenants.dead_source, {}),
    "slow-source": (tenants.slow_source, {}),
    "host-to-be-blocked": (tenants.blocked_host, {}),
    "flipped-bytes": (tenants.flipped_bytes, {}),
}
"""Each attack, and the settings of the deployment that it is made on."""
