"""Sources of a request beyond the lookup API of a Sentry: typed ones, and lists of them.

A ``source`` without a type, or of the type ``sentry``, is what it always was, and is not looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from core.errors import InvalidRequest
from core.text.slugs import org_name, project_name
from core.web.urls import parse_url
from core.wire.shape_errors import misfit, shape_error, shortened

MAX_SOURCES = 8

_CREDENTIALS = frozenset({"token", "cookies"})
_TYPES = "store, named, http or sentry"


class Source(msgspec.Struct, kw_only=True):
    """Lookup API to ask for artifacts.  Exactly one of ``token`` and ``cookies`` is set once decoded.

    ``url`` is an absolute URL, normalised by WHATWG rules once decoded.
    """

    id: str
    url: str
    token: str | msgspec.UnsetType = msgspec.UNSET
    cookies: str | msgspec.UnsetType = msgspec.UNSET


class StoreSource(msgspec.Struct, kw_only=True):
    """Artifact store of the deployment; what is not given comes from the scope, or from the settings."""

    org: str | None = None
    project: str | None = None
    token: str | None = None


AnySource = Source | StoreSource

_S = TypeVar("_S", bound=msgspec.Struct)

PLACEHOLDER = {"id": "store", "url": "store://", "token": ""}
"""What stands in the place of ``source`` where there is none of that kind."""


def split_sources(document: Any, *, has_store: bool) -> tuple[Any, list[AnySource]]:
    """Return a request whose ``source`` is one of the old kind, and the sources that it really has.

    No sources: it is one of the old kind, right or wrong.  Raises InvalidRequest.
    """
    if not isinstance(document, dict):
        return document, []
    source = document.get("source")
    listed = document.get("sources")
    if "sources" in document:
        document = {name: value for name, value in document.items() if name != "sources"}
    if isinstance(source, dict):
        if source.get("type") in (None, "sentry"):
            return document, []
        sources = [_source(source, "source")]
    elif source is not None or (listed is None and not has_store):
        return document, []
    else:
        sources = [StoreSource()] if listed is None else _listed(listed)
    return {**document, "source": PLACEHOLDER}, sources


def with_one_credential(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a source with only the first of its credentials; what the other one holds doesn't matter."""
    if not source.keys() >= _CREDENTIALS:
        return source
    first = next(key for key in source if key in _CREDENTIALS)
    ignored = _CREDENTIALS - {first}
    return {key: value for key, value in source.items() if key not in ignored}


def finish_source(source: Source, path: str = "source") -> None:
    """Bring a source into normal form.  Raises InvalidRequest."""
    if source.token is msgspec.UNSET and source.cookies is msgspec.UNSET:
        raise InvalidRequest(f"{path}.token", "missing field (token or cookies is required)")
    url = parse_url(source.url)
    if url is None:
        raise InvalidRequest(f"{path}.url", "expected an absolute URL")
    source.url = url.href


def _listed(listed: Any) -> list[AnySource]:
    if not isinstance(listed, list):
        raise misfit("sources", "an array", listed)
    if not 1 <= len(listed) <= MAX_SOURCES:
        raise InvalidRequest("sources", f"expected 1 to {MAX_SOURCES} sources, got {len(listed)}")
    return [_source(each, f"sources[{number}]") for number, each in enumerate(listed)]


def _source(source: Any, path: str) -> AnySource:
    if not isinstance(source, dict):
        raise misfit(path, "an object", source)
    kind = source.get("type")
    if kind in (None, "sentry"):
        sentry = _converted(with_one_credential(source), Source, path)
        finish_source(sentry, path)
        return sentry
    if kind == "store":
        return _store(_converted(source, StoreSource, path), path)
    if kind in ("named", "http"):
        raise InvalidRequest(f"{path}.name", "no such source")
    shown = f'"{shortened(kind)}"' if isinstance(kind, str) else "something else"
    raise InvalidRequest(f"{path}.type", f"expected {_TYPES}, got {shown}")


def _store(source: StoreSource, path: str) -> StoreSource:
    """Return a source with its names in lower case."""
    for member, read in (("org", org_name), ("project", project_name)):
        text = getattr(source, member)
        if text is not None:
            name = read(text)
            if name is None:
                raise InvalidRequest(f"{path}.{member}", f"there is no {member} {shortened(text)!r}")
            setattr(source, member, name)
    return source


def _converted(source: Mapping[str, Any], kind: type[_S], path: str) -> _S:
    try:
        return msgspec.convert(source, kind)
    except msgspec.ValidationError:
        error = shape_error(source, kind)
        raise InvalidRequest(f"{path}.{error.path}", error.problem) from None
