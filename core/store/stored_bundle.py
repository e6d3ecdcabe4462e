"""Artifact bundles of the store as a lookup lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import ResolvedWith
from core.web.urls import parse_url


@dataclass(frozen=True, slots=True)
class StoredBundle(ListedBundle):
    """The bundle of an upload; of one organization, the greatest URI is the newest."""

    org: str
    upload: str

    @classmethod
    def of(cls, org: str, upload: str, resolved_with: ResolvedWith) -> Self:
        """Return what is listed for an upload."""
        url = parse_url(f"store://{org}/{upload}")
        assert url is not None
        return cls(f"{org}/{upload}", url, resolved_with, org, upload)

    @property
    def uri(self) -> str:
        """The name of the bundle in origins."""
        return self.url.href
