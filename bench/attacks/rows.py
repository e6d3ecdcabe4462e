"""The attacks, by name.  Each runs for real, against a deployment of its own."""

from __future__ import annotations

from bench.attacks import naming, sizes, tenants
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
    "source-name-of-a-megabyte": (sizes.long_names(1 << 20), {}),
    "source-name-of-240-megabytes": (sizes.long_names(240_000_000), {}),
    "line-of-100-megabytes": (sizes.long_line, {}),
    "data-url-of-100-megabytes": (sizes.data_urls, {}),
    "junk-in-a-manifest": (sizes.junk_in_manifest, {}),
    "bundles-of-100000-files": (sizes.many_members, {}),
    "junk-in-a-lookup": (sizes.junk_in_lookup, {}),
    "two-million-frames": (sizes.many_frames, {}),
    "large-echoes": (sizes.large_echoes, {}),
}
"""Each attack, and the settings of the deployment that it is made on."""
