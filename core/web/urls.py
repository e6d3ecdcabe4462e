"""URLs as browsers read them (WHATWG, not RFC 3986), and the names under which scraped files are cached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import ada_url

# A request asks for the same few URLs again and again, and so does the next one: that was a third of its time.
_MOST_REMEMBERED = 8192
_MOST_REMEMBERED_CHARACTERS = 1000

_WEB_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL in normal form.

    ``href`` is the whole text.  ``scheme`` has no colon.  ``host`` is ASCII, an IPv6 address in brackets, and empty
    where the URL has none.  ``port`` is None unless it is written out and not the default of a scheme that browsers
    know.  ``path`` has neither query nor fragment.
    """

    href: str
    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def effective_port(self) -> int | None:
        """The port to connect to; None for a scheme other than http and https that doesn't name one."""
        return self.port if self.port is not None else _WEB_PORTS.get(self.scheme)

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Part that two URLs share if one may see the other's secrets: scheme, host and effective port."""
        return self.scheme, self.host, self.effective_port

    @property
    def is_web(self) -> bool:
        """True if the scheme is http or https."""
        return self.scheme in _WEB_PORTS


def parse_url(text: str) -> Url | None:
    """Return the absolute URL ``text`` stands for, None if it is not one.

    Lenient as browsers are: spaces around it go, ``https:h/x`` and ``http:///h/x`` are fine, and a drive letter is a
    scheme.

    Source: the WHATWG URL standard.
    """
    return _parse(text, None)


def join_url(base: Url, reference: str) -> Url | None:
    """Return the URL that ``reference`` means on the page ``base``, None if it means none."""
    return _parse(reference, base.href)


def without_fragment(url: Url) -> str:
    """Return the text of ``url`` up to its fragment."""
    return url.href.partition("#")[0]  # in normal form only a fragment starts with a bare "#"


def with_fragment(url: Url, fragment: str) -> str:
    """Return the text of ``url`` with ``fragment``, which needs no escaping, in place of its own."""
    return f"{without_fragment(url)}#{fragment}"


def is_below(url: Url, base: Url) -> bool:
    """Return whether ``url`` is below ``base``: same origin, and what follows the common text begins a new part."""
    if url.origin != base.origin or not url.href.startswith(base.href):
        return False
    return base.href.endswith("/") or url.href[len(base.href) :][:1] in ("", "/", "?", "#")


def cache_busting_number(url: Url, now_s: int, period_s: int) -> int:
    """Return the Unix time, at most ``period_s`` ago, since which ``url`` has had its present number.

    Depends on nothing but its arguments: every process has the same answer.
    """
    digest = sha256(url.href.encode()).digest()
    offset_s = int.from_bytes(digest[:8], "little") % period_s
    return (now_s - offset_s) // period_s * period_s + offset_s


def scraped_uri(url: Url, number: int) -> str:
    """Return the name that the response gives to the file scraped from ``url``, a web URL.

    The number takes the place of the fragment.  Symbolicator's names lack one slash at the end of a path, and so do
    ours; the request goes to ``url`` as it is, and two URLs that differ in that slash are two files.
    """
    numbered = with_fragment(url, str(number))
    if url.path == "/" or not url.path.endswith("/"):
        return numbered
    end = _path_end(numbered)
    return numbered[: end - 1] + numbered[end:]


def _parse(text: str, base: str | None) -> Url | None:
    if len(text) + len(base or "") > _MOST_REMEMBERED_CHARACTERS:
        return _parse_anew(text, base)
    return _parse_remembered(text, base)


def _parse_anew(text: str, base: str | None) -> Url | None:
    try:
        url = ada_url.URL(text, base)
    except ValueError:  # also a UnicodeEncodeError: a lone surrogate has no place in a URL
        return None
    return Url(
        href=url.href,
        scheme=url.protocol.removesuffix(":"),
        host=url.hostname,
        port=int(url.port) if url.port else None,
        path=url.pathname,
    )


def _path_end(href: str) -> int:
    """Return where the path of the normalised ``href``, which has a fragment, ends."""
    query = href.find("?")
    return query if query >= 0 else href.index("#")


_parse_remembered = lru_cache(_MOST_REMEMBERED)(_parse_anew)
