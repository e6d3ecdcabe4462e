"""``python -m api``: one API process.  Start as many as there are requests for; any of them answers any poll."""

from __future__ import annotations

import os
import socket
import sys

import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.http_protocol import http_protocol
from api.jobs import open_jobs
from api.tracing import traced
from core.errors import CannotStart, InvalidSetting
from core.logs import configure_logging
from core.settings import Settings
from core.tracing import start_tracing

_BACKLOG = 2048


def main() -> None:
    """Serve until told to stop; then answer those who wait, and go."""
    try:
        settings = Settings.from_environ(os.environ)
        start_tracing(os.environ, "unmangle-api")
    except (InvalidSetting, CannotStart) as error:
        sys.exit(str(error))
    configure_logging(settings)
    app = create_app(settings, open_jobs)
    config = uvicorn.Config(
        traced(app),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        ws="none",
        http=http_protocol(settings, app.state.metrics.counts),
    )
    _Server(config, app).run()


class _Server(uvicorn.Server):
    """A server that tells its application when it is going to stop, while callers still wait for answers."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.shutting_down = True
        self._app.state.jobs.close()
        await super().shutdown(sockets)


if __name__ == "__main__":
    main()
