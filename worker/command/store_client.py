"""HTTP client of upload APIs: Unmangle's own, and Sentry's where the protocol is the same."""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import io
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urljoin

import orjson

_T = TypeVar("_T")

_TRIES = 6
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 15.0
_CONNECT_S = 15.0
_WHOLE_S = 300.0
_CLAIMS = "sntrys_"
_MOST_SAID = 2_000


class CallFailed(Exception):
    """A server refused a call, or could not be reached; the text is one for people."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Server, organization and token that the command line and the environment name."""

    origin: str
    org: str
    token: str


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says where to go, and with which token."""
    parser.add_argument("--server", metavar="URL", help="the server (default: the one that the token names)")
    parser.add_argument("--org", metavar="ORG", help="the organization (default: the one that the token names)")
    parser.add_argument(
        "--token-file", metavar="FILE", help="a file with the token; - reads standard input (default: UNMANGLE_TOKEN)"
    )


def server_address(chosen: argparse.Namespace) -> ServerAddress:
    """Return where to go.  Raises CallFailed if something is missing, InvalidSetting and OSError."""
    from core.settings import Settings

    settings = Settings.from_environ(os.environ)
    if chosen.token_file is not None:
        token = (sys.stdin.read() if chosen.token_file == "-" else Path(chosen.token_file).read_text()).strip()  # noqa: S105
    else:
        token = settings.token or settings.sentry_auth_token or ""
    if not token:
        raise CallFailed("there is no token: set UNMANGLE_TOKEN or SENTRY_AUTH_TOKEN, or give --token-file")
    if not token.isascii() or not token.isprintable():
        raise CallFailed("the token makes no sense: it has other characters than tokens have")
    claims = _claims(token)
    origin, org = chosen.server or claims.get("url"), chosen.org or claims.get("org")
    if not origin or not org:
        missing = "--server" if not origin else "--org"
        raise CallFailed(f"there is no {missing}, and the token names none")
    if not origin.startswith(("http://", "https://")):
        raise CallFailed(f"--server {origin}: expected a URL such as https://unmangle.example")
    return ServerAddress(origin.rstrip("/"), org, token)


def run_with_client(address: ServerAddress, work: Callable[[StoreClient], Awaitable[_T]]) -> _T:
    """Return what ``work`` makes of a client.  Raises CallFailed."""

    async def run() -> _T:
        async with StoreClient(address) as client:
            return await work(client)

    return asyncio.run(run())


class StoreClient:
    """Calls one server with one token; broken connections and 5xx are tried again."""

    def __init__(self, address: ServerAddress) -> None:
        self.address = address
        self._session: Any = None

    async def __aenter__(self) -> Self:
        import aiohttp

        headers = {
            "Authorization": f"Bearer {self.address.token}",
            "User-Agent": "unmangle",
            "Accept": "application/json",
        }
        timeout = aiohttp.ClientTimeout(total=_WHOLE_S, connect=_CONNECT_S)
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def url(self, *parts: str, **query: str | None) -> str:
        """Return the URL of a path, whose parts are encoded, below the server; a query parameter may be None."""
        pairs = [f"{name}={quote(value, safe='')}" for name, value in query.items() if value is not None]
        path = "/".join(quote(part, safe="@") for part in parts)
        return f"{self.address.origin}/{path}{'?' if pairs else ''}{'&'.join(pairs)}"

    def joined(self, url: str) -> str:
        """Return a URL that the server named, which may be relative."""
        return urljoin(f"{self.address.origin}/", url)

    async def document(
        self, method: str, url: str, body: Any = None, *, kind: str | None = None, **headers: str
    ) -> Any:
        """Call, and return the document of the answer, None if it is empty; a body that is no bytes goes as JSON.

        Raises CallFailed.
        """
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        sent = {**headers, **({} if content is None else {"Content-Type": kind or "application/json"})}
        for attempt in range(1, _TRIES + 1):
            status, answer, pause_s, why = await self._tried(method, url, content, sent)
            if why is None:
                return _document(url, status, answer)
            if pause_s is None or attempt == _TRIES:
                raise CallFailed(why if attempt == 1 else f"{why} (tried {attempt} times)")
            await asyncio.sleep(max(pause_s, min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _LONGEST_PAUSE_S)))
        raise AssertionError("the last attempt ends in a result or an exception")

    async def _tried(
        self, method: str, url: str, content: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, float | None, str | None]:
        """Return status, body, the pause after which it makes sense to try again, and what failed, if it did."""
        import aiohttp
        from yarl import URL

        where = url.partition("?")[0]
        data = None if content is None else io.BytesIO(content)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=headers,
                allow_redirects=False,
            ) as reply:
                answer = await reply.read()
                if reply.status < 300:
                    return reply.status, answer, None, None
                if reply.status < 400:
                    to = reply.headers.get("location", "elsewhere")
                    return reply.status, answer, None, f"{where} leads to {to}: give that server as --server"
                why = f"{where} says {reply.status}: {_said(answer) or reply.reason}"
                return reply.status, answer, _pause_s(reply.status, reply.headers.get("retry-after", "")), why
        except TimeoutError:
            return 0, b"", 0.0, f"{where} doesn't answer"
        except (aiohttp.InvalidURL, ValueError) as error:
            return 0, b"", None, f"{where} is no URL: {error}"
        except (aiohttp.ClientError, OSError) as error:
            return 0, b"", 0.0, f"{where} can't be reached: {str(error) or type(error).__name__}"


def _claims(token: str) -> dict[str, str]:
    """Return what a token says of its server and organization."""
    if not token.startswith(_CLAIMS):
        return {}
    text = token.removeprefix(_CLAIMS).rpartition("_")[0]
    try:
        claims = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        return {}
    return {name: value for name, value in claims.items() if isinstance(value, str)} if isinstance(claims, dict) else {}


def _document(url: str, status: int, answer: bytes) -> Any:
    if not answer.strip():
        return None
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        raise CallFailed(
            f"{url.partition('?')[0]} answers {status} with something else than JSON: is that the server?"
        ) from None


def _said(answer: bytes) -> str:
    """Return the text of a refusal."""
    try:
        document = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(document, dict):
        return ""
    text = document.get("detail") or document.get("error") or ""
    return (text if isinstance(text, str) else orjson.dumps(text).decode())[:_MOST_SAID]


def _pause_s(status: int, retry_after: str) -> float | None:
    """Return how long to wait at least before the next attempt, None if that makes no sense."""
    if status < 500 and status not in (408, 429):
        return None
    return min(float(retry_after), _LONGEST_PAUSE_S) if retry_after.isascii() and retry_after.isdigit() else 0.0
