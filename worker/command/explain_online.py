"""Explanations by a service that runs somewhere."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

import orjson

from core.errors import CannotExplain


def ask(url: str, body: bytes, scope: str | None) -> bytes:
    """Send the body of a request to the service at ``url``; return the JSON of its answer.

    Raises CannotExplain if there is none.
    """
    query = "" if scope is None else "?" + urllib.parse.urlencode({"scope": scope})
    address = f"{url.rstrip('/')}/explain{query}"
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise CannotExplain(f"{url}: expected a URL that starts with http:// or https://")
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            answer: bytes = response.read()
    except urllib.error.HTTPError as error:
        with error:
            raise CannotExplain(f"{url} answered {error.code}: {_error_text(error.read())}") from None
    except urllib.error.URLError as error:
        raise CannotExplain(f"{url} can't be asked: {error.reason}") from None
    return answer


def _error_text(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["error"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "not an answer of Unmangle"
