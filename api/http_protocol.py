"""What uvicorn answers by itself, before there is a request for the application: in JSON, like every other error."""

from __future__ import annotations

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 with JSON errors."""

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, and close the connection."""
        body = orjson.dumps({"error": msg})
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
