"""Artifact-lookup API: its questions, its answers, and who may see our credentials.

Source: the protocol between Sentry and Symbolicator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
import orjson

from core.errors import MalformedAnswer
from core.files.file_keys import FileKey, ResolvedWith, artifact_uri
from core.text.json_outline import has_more_values
from core.web.paths import extract_file_stem
from core.web.urls import Url, is_below, parse_url, without_fragment

MAX_URL_CHARACTERS = 65_534
MAX_ANSWER_VALUES = 200_000
"""JSON values in the answer to a lookup, keys included: an entry of a file with two headers has 16."""

Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListedBundle:
    """An artifact bundle that may hold what was asked for."""

    id: str
    url: Url
    resolved_with: ResolvedWith

    @property
    def uri(self) -> str:
        """The name of the bundle, in origins and wherever bundles are ordered."""
        return artifact_uri(self.id)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """An artifact.  ``abs_path`` is what it was uploaded under, ``headers`` have lower-case names."""

    id: str
    url: Url
    resolved_with: ResolvedWith
    abs_path: str
    headers: Mapping[str, str]

    @property
    def uri(self) -> str:
        """The name of the file in origins."""
        return artifact_uri(self.id)


Listed = ListedBundle | ListedFile


def lookup_parameters(key: FileKey, release: str | None, dist: str | None) -> Parameters | None:
    """Return what to ask for a file, in the order of the query; None if there is nothing to ask by.

    Empty releases and dists count.  A file without a debug id is only known by its release.
    """
    if key.debug_id is None and (release is None or key.abs_path is None):
        return None
    by_release = _release_parameters(key, release)
    by_dist = [] if dist is None else [("dist", dist)]
    by_id = [] if key.debug_id is None else [("debug_id", str(key.debug_id))]
    return by_release + by_dist + by_id


def lookup_url(source_url: Url, parameters: Parameters) -> Url | None:
    """Return the URL that asks, None if it would be too long to be sent."""
    # A form leaves these alone, and ``urlencode`` leaves "~" alone too.
    query = urlencode(parameters, safe="*").replace("~", "%7E")
    before = without_fragment(source_url)
    separator = "" if before.endswith("?") else "&" if "?" in before else "?"
    url = f"{before}{separator}{query}"
    return parse_url(url) if len(url) <= MAX_URL_CHARACTERS else None


def read_answer(body: bytes) -> Sequence[Listed]:
    """Read the answer to a lookup.  Raises MalformedAnswer if a single entry is wrong, or if there is too much."""
    if has_more_values(body, MAX_ANSWER_VALUES):
        raise MalformedAnswer(f"more than {MAX_ANSWER_VALUES} JSON values, or nested too deeply")
    try:
        entries = msgspec.convert(orjson.loads(body), list[_Bundle | _File])
    except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
        raise MalformedAnswer(str(error)) from None
    return tuple(_listed(index, entry) for index, entry in enumerate(entries))


def may_see_credentials(url: Url, source_url: Url) -> bool:
    """Return whether a file at ``url`` is fetched with the credentials for ``source_url``: only if it is below it."""
    return is_below(url, source_url)


class _Bundle(msgspec.Struct, tag_field="type", tag="bundle"):
    id: str
    url: str
    resolved_with: ResolvedWith = ResolvedWith.UNKNOWN


class _File(msgspec.Struct, tag_field="type", tag="file"):
    id: str
    url: str
    abs_path: str
    headers: dict[str, str] = {}
    resolved_with: ResolvedWith = ResolvedWith.UNKNOWN


def _release_parameters(key: FileKey, release: str | None) -> Parameters:
    if release is None:
        return []
    stem = [] if key.abs_path is None else [("url", extract_file_stem(key.abs_path))]
    return [("release", release), *stem]


def _listed(index: int, entry: _Bundle | _File) -> Listed:
    url = parse_url(entry.url)
    if url is None:
        raise MalformedAnswer(f"expected an absolute URL - at `$[{index}].url`")
    if isinstance(entry, _Bundle):
        return ListedBundle(entry.id, url, entry.resolved_with)
    headers = _lower_case_names(entry.headers)
    return ListedFile(entry.id, url, entry.resolved_with, entry.abs_path, headers)


def _lower_case_names(headers: dict[str, str]) -> dict[str, str]:
    """Return ``headers`` with names in lower case; of equal ones the last counts."""
    return {name.lower(): headers[name] for name in sorted(headers)}
