"""Access log: a line for each request that was served, if ``UNMANGLE_ACCESS_LOG`` is set."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.settings import Settings

_log = logging.getLogger("api.access")

_LONGEST_TARGET = 500


def access_logged(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Return ``app`` with an access log if the settings ask for one; else just ``app``."""
    if not settings.access_log:
        return app
    _log.setLevel(logging.INFO)  # whatever the level of the others is: it was asked for
    return AccessLog(app)


class AccessLog:
    """ASGI middleware that logs a line for each request: its target, status, bytes of the answer, and how long it took.

    The status is 0 if there was nobody to answer to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, size = time.perf_counter(), 0, 0

        async def noting_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            _write(scope, status, size, time.perf_counter() - started)


def _write(scope: Scope, status: int, size: int, duration_s: float) -> None:
    client = scope["client"][0] if scope.get("client") else "-"
    target = _target(scope)
    fields = {
        "client": client,
        "method": scope["method"],
        "target": target,
        "status": status,
        "bytes": size,
        "duration_s": round(duration_s, 4),
    }
    line = '%s "%s %s" %d %d %.4f'
    _log.info(line, client, scope["method"], target, status, size, duration_s, extra={"fields": fields})


def _target(scope: Scope) -> str:
    """Return the path and the query as they came: nothing is decoded, so nothing can end a line."""
    query: bytes = scope["query_string"]
    target: bytes = scope.get("raw_path") or b""
    target = target + b"?" + query if query else target
    return target[:_LONGEST_TARGET].decode("ascii", "backslashreplace")
