"""One API process.  Start as many as there are requests for; any of them answers any poll."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys

import uvicorn
from starlette.applications import Starlette

from api.asgi_app import create_app
from api.http_protocol import HttpLimits, http_protocol
from api.middleware import AccessLog, traced
from api.redis_jobs import open_jobs
from api.sockets import open_sockets
from core.errors import CannotStart, InvalidSetting
from core.observing.logs import configure_logging
from core.observing.tracing import start_tracing
from core.settings import Settings, unknown_variables

_log = logging.getLogger(__name__)

_LAST_WORDS_S = 5  # for requests that don't end though their connection did


def run_api() -> None:
    """Serve until told to stop; then answer those who wait, and go."""
    try:
        settings = Settings.from_environ(os.environ)
        start_tracing(os.environ, "unmangle-api")
        sockets = open_sockets(settings.host, settings.port)
    except (InvalidSetting, CannotStart) as error:
        sys.exit(str(error))
    configure_logging(settings.log_level, settings.log_format)
    for line in unknown_variables(os.environ).values():
        _log.warning(line)
    app = create_app(settings, open_jobs)
    config = uvicorn.Config(
        AccessLog(traced(app)) if settings.access_log else traced(app),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=settings.api_shutdown_grace_s + _LAST_WORDS_S,
        http=http_protocol(http_limits(settings), app.state.metrics.counts),
    )
    _Server(config, app, settings.api_shutdown_grace_s).run(sockets)


def http_limits(settings: Settings) -> HttpLimits:
    """Return the limits that the settings name."""
    return HttpLimits(
        head_bytes=settings.request_head_max_bytes,
        headers=settings.request_max_headers,
        head_s=settings.request_head_timeout_s,
        body_s=settings.request_body_timeout_s,
    )


class _Server(uvicorn.Server):
    """A server that tells its application when it is going to stop, while callers still wait for answers.

    Connections that are still there after ``grace_s`` are cut: their clients don't send, or don't read.
    """

    def __init__(self, config: uvicorn.Config, app: Starlette, grace_s: int) -> None:
        super().__init__(config)
        self._app = app
        self._grace_s = grace_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.shutting_down = True
        self._app.state.jobs.close()
        cutting = asyncio.get_running_loop().call_later(self._grace_s, self._cut_connections)
        await super().shutdown(sockets)
        cutting.cancel()

    def _cut_connections(self) -> None:
        connections = list(self.server_state.connections)
        if connections:
            _log.warning("%d connections are cut: they did not end within %d s", len(connections), self._grace_s)
        for connection in connections:
            connection.transport.abort()
