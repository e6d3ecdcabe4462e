"""Origins that may be scraped: the patterns of ``scraping.allowed_origins``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ada_url

from core.web.urls import Url


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern taken apart.  ``domain`` is ASCII and keeps everything after a colon, a path included."""

    scheme: str
    domain: str
    path: str


def is_allowed_origin(url: Url, patterns: Sequence[str]) -> bool:
    """Return whether one of ``patterns`` allows ``url`` to be scraped.

    What looks like an oversight is Symbolicator's, and only ever refuses more: a pattern with a path matches nothing
    unless it is the whole URL, and neither does a wildcard for subdomains together with a port.
    """
    if "*" in patterns or url.href in patterns:
        return True
    domains = _accepted_domains(url)
    return any(_matches(url, domains, pattern) for pattern in patterns)


def _accepted_domains(url: Url) -> set[str]:
    domains = {"*", url.host}
    if url.effective_port is not None:
        domains |= {f"{domain}:{url.effective_port}" for domain in domains}
    return domains


def _matches(url: Url, domains: set[str], text: str) -> bool:
    pattern = _split_pattern(text)
    if pattern is None or pattern.scheme not in ("*", url.scheme):
        return False
    if pattern.domain.startswith("*."):
        return url.host.endswith(pattern.domain[1:]) or url.host == pattern.domain[2:]
    if pattern.domain not in domains:
        return False
    return pattern.path == "*" or url.path.startswith(pattern.path.removesuffix("*"))


def _split_pattern(text: str) -> _Pattern | None:
    """Return the parts of a pattern, None if its domain has no ASCII form."""
    scheme, has_scheme, rest = text.partition("://")
    if not has_scheme:
        scheme, rest = "*", text
    domain, has_path, path = rest.partition("/")
    port = ""
    if ":" in rest:
        domain, _, port = rest.partition(":")
        port = f":{port}"
    ascii_domain = _to_ascii(domain)
    if ascii_domain is None:
        return None
    return _Pattern(scheme=scheme, domain=ascii_domain + port, path=path if has_path else "*")


def _to_ascii(domain: str) -> str | None:
    labels = [_label_to_ascii(label) for label in domain.split(".")]
    known = [label for label in labels if label is not None]
    return ".".join(known) if len(known) == len(labels) else None


def _label_to_ascii(label: str) -> str | None:
    """Return the ASCII form of ``label`` by UTS 46, non-transitional; None if it has none.

    ASCII goes through unchecked, since ``*`` and ``_`` are no host names but are patterns.
    """
    if label.isascii():
        return label.lower()
    try:
        return ada_url.idna_to_ascii(label).decode("ascii") or None
    except UnicodeEncodeError:  # a lone surrogate
        return None
