"""HTTP calls of the upload API, and what they are made of."""

from __future__ import annotations

import gzip
import hashlib
import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from core.store.access_tokens import AccessToken, new_token_text, token_end, token_sha256
from core.store.store_keys import token_key
from core.store.upload_records import encode

ORG = "/api/0/organizations/acme"
CHUNKS = f"{ORG}/chunk-upload/"
ASSEMBLE = f"{ORG}/artifactbundle/assemble/"


@dataclass(frozen=True)
class Reply:
    """An answer, read to its end."""

    status: int
    body: bytes
    headers: Any

    @property
    def document(self) -> Any:
        return orjson.loads(self.body)

    @property
    def detail(self) -> str:
        """The text of a refusal, whose shape is checked on the way."""
        assert self.headers["content-type"] == "application/json"
        assert list(self.document) == ["detail"]
        return str(self.document["detail"])


class UploadClient:
    """Calls an upload API with one token."""

    def __init__(self, origin: str, token: str | None) -> None:
        self._origin = origin
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, target: str, body: Any = None, **headers: str) -> Reply:
        """Call; a body that is no bytes is sent as JSON.  ``target`` goes out as it is."""
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        length = {} if content is None else {"Content-Length": str(len(content))}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method,
                aiohttp.client.URL(self._origin + target, encoded=True),
                data=io.BytesIO(content) if isinstance(content, bytes) else content,
                headers={**self._headers, **length, **headers},
                allow_redirects=False,
            ) as reply,
        ):
            return Reply(reply.status, await reply.read(), reply.headers)

    async def get(self, target: str) -> Reply:
        return await self.call("GET", target)

    async def send_chunks(self, *chunks: bytes, org: str = "acme") -> Reply:
        """Send chunks as sentry-cli does."""
        parts = [("file_gzip", sha1(chunk), gzip.compress(chunk)) for chunk in chunks]
        return await self.send_parts(parts, f"/api/0/organizations/{org}/chunk-upload/")

    async def send_parts(self, parts: Iterable[tuple[str, str, bytes]], target: str = CHUNKS) -> Reply:
        body, kind = multipart(parts)
        return await self.call("POST", target, body, **{"Content-Type": kind})

    async def assemble(self, *chunks: bytes, **members: Any) -> Reply:
        """Ask to assemble chunks to an upload of the project shop."""
        document = {
            "checksum": sha1(b"".join(chunks)),
            "chunks": [sha1(chunk) for chunk in chunks],
            "projects": ["shop"],
            **members,
        }
        return await self.call("POST", ASSEMBLE, document)

    async def upload(self, bundle: bytes, **members: Any) -> Reply:
        """Send a bundle in one chunk and have it assembled."""
        sent = await self.send_chunks(bundle)
        assert sent.status == 200, sent.body
        return await self.assemble(bundle, **members)


def sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def multipart(parts: Iterable[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    """Return a body and its content type; parts are name, filename, content."""
    boundary = uuid.uuid4().hex
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, filename, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def a_token(folder: Path, **fields: Any) -> str:
    """Write a token into a store, and return its text."""
    text = new_token_text("acme", None, 0)
    token = AccessToken(**{"name": "ci", "org": "acme", "ends": token_end(text), **fields})
    path = folder / token_key(token_sha256(text))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(token))
    return text
