"""Retention of uploads: how much an organization keeps, what may go, and the steps that delete it."""

from __future__ import annotations

import msgspec

from core.store.object_store import Objects
from core.store.store_keys import OrgKeys
from core.store.store_names import is_upload_id, upload_ms
from core.store.upload_records import rfc3339


class OrgUsage(msgspec.Struct, frozen=True):
    """Bundles of an organization: bytes, number, and when the oldest was uploaded (RFC 3339)."""

    bytes: int = 0
    uploads: int = 0
    oldest: str | None = None


async def org_usage(objects: Objects, org: str) -> OrgUsage:
    """Return what an organization has in the store: one LIST of a thousand bundles each."""
    size, count, oldest = 0, 0, None
    async for head in objects.below(OrgKeys(org).bundles):
        if is_upload_id(head.name):
            size += head.size
            count += 1
            oldest = head.name if oldest is None else min(oldest, head.name)
    return OrgUsage(size, count, None if oldest is None else rfc3339(upload_ms(oldest)))
