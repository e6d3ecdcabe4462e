"""Slugs: the names of organizations and projects in paths, keys and scopes."""

from __future__ import annotations

import re

_ORG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def org_name(text: str) -> str | None:
    """Return the organization that ``text`` names, in lower case; None if it can't be one."""
    return _matching(_ORG, text)


def project_name(text: str) -> str | None:
    """Return the project that ``text`` names, in lower case; None if it can't be one."""
    return _matching(_PROJECT, text)


def scope_names(scope: str | None) -> tuple[str | None, str | None]:
    """Return the organization and the project of a scope such as ``acme/shop`` or ``acme``, None for none."""
    org, slash, project = (scope or "").partition("/")
    named = org_name(org), project_name(project) if slash else None
    is_whole = named[0] is not None and (not slash or named[1] is not None)
    return named if is_whole else (None, None)


def _matching(pattern: re.Pattern[str], text: str) -> str | None:
    lowered = text.lower() if text.isascii() else ""
    return lowered if pattern.fullmatch(lowered) else None
