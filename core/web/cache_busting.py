"""When scraped files are fetched anew.

Each URL gets a number that changes once per period, so that whatever is stored under URL and number is forgotten in
time.  URLs change theirs at different moments, which spreads the work.
"""

from __future__ import annotations

from hashlib import sha256

from core.web.urls import Url, with_fragment


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


def _path_end(href: str) -> int:
    """Return where the path of the normalised ``href``, which has a fragment, ends."""
    query = href.find("?")
    return query if query >= 0 else href.index("#")
