"""``unmangle upload``: a folder into the artifact store of a server, by Sentry's protocol."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.command.bundle import bundle_bytes, prepared_folder, written_folder
from worker.command.terminal import (
    ANSWER_IS_NO,
    Progress,
    Subcommands,
    add_command,
    reason,
    refuse,
    say,
    show,
    write_json,
)

if TYPE_CHECKING:
    from core.offline.bundling import Prepared
    from worker.command.store_client import StoreClient

_POLL_S = 1.0
_USUAL_WAIT_S = 300
_MOST_AT_ONCE = 8
_USUAL_REQUEST_BYTES = 8 << 20  # more would make the progress bar jump, and a broken connection dear
_DONE = ("ok", "created")  # Sentry may say the latter: all of it is there, and will be looked into


def add_to(commands: Subcommands) -> None:
    """Add ``upload`` to the command line."""
    from worker.command.store_client import add_server_arguments

    upload = add_command(
        commands,
        "upload",
        "upload the files of a folder to the artifact store of a server",
        "UNMANGLE_TOKEN=… unmangle upload dist --project shop --release web@1.2.0",
        "Files of DIR that have a source map but no debug id get one first, as by `unmangle bundle`: deploy them as "
        "they are then. Works with Sentry, too.",
    )
    upload.add_argument("folder", metavar="DIR", type=Path, help="the folder that a bundler wrote")
    add_server_arguments(upload)
    upload.add_argument(
        "--project", metavar="PROJECT", action="append", required=True, help="the project; may be repeated"
    )
    upload.add_argument("--release", metavar="NAME", help="the release that the files are of")
    upload.add_argument("--dist", metavar="NAME", help="the dist that the files are of")
    upload.add_argument("--url-prefix", metavar="URL", default="~/", help="where DIR is deployed (default: ~/)")
    upload.add_argument("--no-inject", action="store_true", help="add no debug ids: the files stay as they are")
    upload.add_argument("--strict", action="store_true", help="end with 3 if there are warnings about the upload")
    upload.add_argument("--json", action="store_true", help="write what was done as JSON")
    upload.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import InvalidSetting
    from worker.command.atomic_writes import FolderBusyError
    from worker.command.store_client import CallFailed, run_with_client, server_address

    if not chosen.folder.is_dir():
        return refuse(f"unmangle upload: {chosen.folder} is not a folder")
    try:
        address = server_address(chosen)
        prepared = prepared_folder(chosen.folder, inject=False) if chosen.no_inject else written_folder(chosen.folder)
        if not prepared.files:
            return refuse(f"unmangle upload: {chosen.folder} has no generated files and no source maps")
        names = {"org": address.org, "project": chosen.project[0], "release": chosen.release, "dist": chosen.dist}
        content = bundle_bytes(prepared, chosen.url_prefix, names)
        answer = run_with_client(address, lambda client: _Upload(client, chosen, content).done())
    except (OSError, FolderBusyError, InvalidSetting, CallFailed) as error:
        return refuse(f"unmangle upload: {reason(error)}")
    return _report(chosen, prepared, content, answer)


class _Upload:
    """One bundle, and the conversation about it."""

    def __init__(self, client: StoreClient, chosen: argparse.Namespace, content: bytes) -> None:
        self._client = client
        self._content = content
        self._base = ("api", "0", "organizations", client.address.org)
        self._request = {
            "projects": chosen.project,
            **{name: value for name, value in (("version", chosen.release), ("dist", chosen.dist)) if value},
        }

    async def done(self) -> dict[str, Any]:
        """Send what the server lacks, and return its last answer.  Raises CallFailed."""
        from worker.command.store_client import CallFailed

        options = _Options.read(await self._client.document("GET", self._client.url(*self._base, "chunk-upload", "")))
        parts = _parts(self._content, options.chunk_bytes)
        chunks = dict(parts)
        self._request |= {"checksum": _sha1(self._content), "chunks": [sha1 for sha1, _ in parts]}
        answer = await self._asked()
        if answer["state"] == "not_found":
            await self._send({sha1: chunks[sha1] for sha1 in answer["missingChunks"] if sha1 in chunks}, options)
            answer = await self._asked()
        until = time.monotonic() + options.wait_s
        while answer["state"] == "assembling" and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
            answer = await self._asked()
        if answer["state"] not in _DONE:
            why = answer.get("detail") or {"assembling": "the server is still at it"}.get(
                answer["state"], "unknown error"
            )
            raise CallFailed(f"not uploaded: {why}")
        return answer

    async def _asked(self) -> dict[str, Any]:
        from worker.command.store_client import CallFailed

        url = self._client.url(*self._base, "artifactbundle", "assemble", "")
        answer = await self._client.document("POST", url, self._request, Prefer="return=representation")
        if not isinstance(answer, dict) or not isinstance(answer.get("state"), str):
            raise CallFailed(f"{url} answers something else than the state of an upload: is that the server?")
        answer["missingChunks"] = answer.get("missingChunks") or []
        return answer

    async def _send(self, chunks: dict[str, bytes], options: _Options) -> None:
        """Send chunks, several requests at once."""
        from core.concurrency import all_of

        total = sum(map(len, chunks.values()))
        with Progress("uploading", total) as progress:

            async def send(batch: list[str]) -> None:
                body, kind = await asyncio.to_thread(_body, {sha1: chunks[sha1] for sha1 in batch}, options.may_gzip)
                await self._client.document("POST", self._client.joined(options.url), body, kind=kind)
                progress.step(sum(len(chunks[sha1]) for sha1 in batch))

            await all_of(send, _batches(chunks, options), options.at_once)


class _Options:
    """Options of the server: where chunks go, and how large they are."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.url: str = document["url"]
        self.chunk_bytes: int = document["chunkSize"]
        self.chunks_per_request: int = document["chunksPerRequest"]
        self.request_bytes: int = min(document["maxRequestSize"], _USUAL_REQUEST_BYTES)
        self.at_once: int = max(1, min(document.get("concurrency") or 1, _MOST_AT_ONCE))
        self.may_gzip = "gzip" in (document.get("compression") or [])
        self.wait_s: int = document.get("maxWait") or _USUAL_WAIT_S

    @classmethod
    def read(cls, document: Any) -> _Options:
        """Read what the server says.  Raises CallFailed."""
        from worker.command.store_client import CallFailed

        try:
            options = cls(document)
            if min(options.chunk_bytes, options.chunks_per_request, options.request_bytes) < 1:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise CallFailed(
                "the server answers no options of uploads: is it one that takes artifact bundles?"
            ) from None
        if document.get("hashAlgorithm", "sha1") != "sha1" or "artifact_bundles" not in document.get("accept", ()):
            raise CallFailed("the server takes no artifact bundles")
        return options


def _parts(content: bytes, size: int) -> list[tuple[str, bytes]]:
    """Return the chunks of a bundle in order, with their digests; some may be equal."""
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    return [(_sha1(part), part) for part in parts]


def _batches(chunks: dict[str, bytes], options: _Options) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    size = 0
    for sha1, chunk in chunks.items():
        if batches[-1] and (
            size + len(chunk) > options.request_bytes or len(batches[-1]) >= options.chunks_per_request
        ):
            batches.append([])
            size = 0
        batches[-1].append(sha1)
        size += len(chunk)
    return [batch for batch in batches if batch]


def _body(chunks: dict[str, bytes], may_gzip: bool) -> tuple[bytes, str]:
    """Return a multipart body of chunks, and its content type."""
    boundary, name = uuid.uuid4().hex, "file_gzip" if may_gzip else "file"
    parts = []
    for sha1, chunk in chunks.items():
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{sha1}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        parts += [head.encode(), gzip.compress(chunk, 6, mtime=0) if may_gzip else chunk, b"\r\n"]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _report(chosen: argparse.Namespace, prepared: Prepared, content: bytes, answer: dict[str, Any]) -> int:
    """Tell what was done; return the exit code."""
    record = answer.get("upload")
    warnings = record["report"]["warnings"] if record else 0
    if chosen.json:
        write_json(
            {
                "state": answer["state"],
                "files": len(prepared.files),
                "bytes": len(content),
                "changed": [str(each.file.place) for each in prepared.changed],
                "remarks": prepared.remarks,
                "upload": record,
            }
        )
    else:
        _print_report(chosen, prepared, content, record)
    return ANSWER_IS_NO if chosen.strict and warnings else 0


def _print_report(
    chosen: argparse.Namespace, prepared: Prepared, content: bytes, record: dict[str, Any] | None
) -> None:
    if prepared.changed:
        show(f"wrote debug ids into {len(prepared.changed)} files: deploy as they are now")
    for remark in prepared.remarks:
        say(f"unmangle upload: {remark}")
    if record is None:
        projects = ", ".join(chosen.project)
        show(f"uploaded {len(prepared.files)} files to {projects}, {len(content)} bytes; the server gives no report")
        return
    import orjson

    from core.store.upload_records import UploadRecord, decode
    from core.store.upload_report import uploaded_text

    known = decode(orjson.dumps(record), UploadRecord)
    for line in uploaded_text(known, known.report).splitlines():
        show(line)
