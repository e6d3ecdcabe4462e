"""Assembling uploads: chunks to a bundle, its checks in a process of its own, and the steps that store it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from typing import BinaryIO

import msgspec

from core.concurrency import end
from core.observing import metrics
from core.observing.counts import Counts
from core.settings import Settings
from core.store.bundle_check import Checked
from core.store.object_store import ObjectMissing, Objects, ObjectStoreUnavailable
from core.store.store_keys import OrgKeys
from core.store.upload_records import UploadOutcome, UploadTask, encode
from core.store.upload_report import FindingCode, UploadRefused, make_report, refusal, refused_text
from core.store.upload_storing import BundleDigests, findings_in_store, org_usage, store_upload, task_key
from worker.child_processes import end_process
from worker.store.check_process import CheckTask, CheckVerdict

_log = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 120
CHECK_MEMORY_BYTES = 2 << 30
PENDING_REWRITE_S = 30.0
_UNLIMITED = 1 << 60
_STEP = 1 << 20


class Assembler:
    """Assembles the uploads of one worker process.  Belongs to one event loop."""

    def __init__(self, objects: Objects, settings: Settings, counts: Counts) -> None:
        self._objects = objects
        self._settings = settings
        self._counts = counts

    async def assemble(self, task: UploadTask) -> UploadOutcome:
        """Make an upload of its chunks.  Harmless to repeat: the same keys get the same content."""
        started = time.perf_counter()
        outcome = await self._outcome(task)
        seconds = time.perf_counter() - started
        result = {"ok": "ok", "error": "refused"}.get(outcome.state, "failed")
        self._counts.inc(metrics.STORE_UPLOADS.field(result))
        self._counts.observe(metrics.STORE_ASSEMBLE, seconds)
        _log.info(
            "upload %s of %s/%s, release %.250r, dist %.64r: %s after %.3f s, %d warnings, token %.100s, agent %.200s",
            task.upload,
            task.org,
            ",".join(task.projects)[:500],
            task.release,
            task.dist,
            result,
            seconds,
            outcome.report.warnings if outcome.report else 0,
            task.by.token,
            task.by.agent,
        )
        return outcome

    async def _outcome(self, task: UploadTask) -> UploadOutcome:
        rewriting = asyncio.create_task(self._rewrite_pending(task))
        try:
            with await asyncio.to_thread(self._file) as file, await asyncio.to_thread(self._file) as made:
                outcome = await self._assembled(task, file, made)
                await self._objects.delete([OrgKeys(task.org).pending(task_key(task))])
                return outcome
        except ObjectStoreUnavailable as error:
            _log.warning("upload %s: %s", task.upload, error)
            return UploadOutcome(state="unavailable", detail="the store can't be reached")
        except OSError as error:
            _log.error("upload %s: there is no room for it on this host: %s", task.upload, error)
            return UploadOutcome(state="unavailable", detail="a worker has no room for the upload")
        finally:
            await end(rewriting)

    async def _assembled(self, task: UploadTask, file: BinaryIO, made: BinaryIO) -> UploadOutcome:
        """Return what comes of the chunks in ``file``; of an archived folder, the bundle is in ``made`` then."""
        files = 0
        try:
            digests = await self._joined(task, file)
            checked = await self._checked(task, file, made)
            if task.kind != "bundle":
                file, digests = made, await asyncio.to_thread(_digests, made)
            files = checked.counts.files
            findings = [*checked.findings, *await findings_in_store(self._objects, task, checked)]
            report = make_report(findings, checked.unchecked)
            await self._check_quota(task, digests.size)
            if report.warnings and (task.strict or self._settings.store_strict):
                return UploadOutcome(state="error", detail=refused_text(report, files), report=report)
        except UploadRefused as error:
            report = make_report(error.findings)
            return UploadOutcome(state="error", detail=refused_text(report, files), report=report)
        await store_upload(self._objects, task, checked, report, file, digests)
        self._counts.inc(metrics.STORE_UPLOAD_BYTES.field(), digests.size)
        return UploadOutcome(state="ok", id=task.upload, report=report)

    async def _joined(self, task: UploadTask, file: BinaryIO) -> BundleDigests:
        """Write the chunks to ``file``, one after another.  Raises UploadRefused."""
        sha1, sha256, size = hashlib.sha1(usedforsecurity=False), hashlib.sha256(), 0
        keys = OrgKeys(task.org)

        def append(content: bytes) -> None:
            sha1.update(content)
            sha256.update(content)
            file.write(content)

        for chunk in task.chunks:
            try:
                content = await self._objects.get(keys.chunk(chunk))
            except ObjectMissing:
                raise refusal(FindingCode.CHECKSUM_DIFFERS, f"the chunk {chunk} is gone: upload again") from None
            size += len(content)
            if size > self._settings.store_max_upload:
                raise refusal(FindingCode.TOO_LARGE, f"at most {self._settings.store_max_upload} bytes are allowed")
            await asyncio.to_thread(append, content)
        if sha1.hexdigest() != task.checksum:
            said = f"the chunks together have the SHA-1 {sha1.hexdigest()}, not {task.checksum}"
            raise refusal(FindingCode.CHECKSUM_DIFFERS, said)
        await asyncio.to_thread(file.flush)
        return BundleDigests(size, sha1.hexdigest(), sha256.hexdigest())

    async def _checked(self, task: UploadTask, file: BinaryIO, made: BinaryIO) -> Checked:
        """Have the upload in ``file`` checked by another process.  Raises UploadRefused."""
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                said = await self._said(task, file, made)
        except TimeoutError:
            raise refusal(FindingCode.UNCHECKABLE, "the checks took too long") from None
        try:
            verdict = msgspec.json.decode(said, type=CheckVerdict)
        except msgspec.DecodeError:
            raise refusal(FindingCode.UNCHECKABLE, "the checks took too much memory, or died") from None
        if verdict.checked is None:
            raise UploadRefused(verdict.refused)
        return verdict.checked

    async def _check_quota(self, task: UploadTask, size: int) -> None:
        """Raise UploadRefused if the organization would have more than it may."""
        limit = self._settings.store_max_bytes
        if limit is None:
            return
        used = (await org_usage(self._objects, task.org, task.upload)).bytes
        if used + size > limit:
            said = f"{task.org} has {used} of {limit} bytes, and this upload has {size} (UNMANGLE_STORE_MAX_BYTES)"
            raise refusal(FindingCode.QUOTA, said)

    async def _said(self, task: UploadTask, file: BinaryIO, made: BinaryIO) -> bytes:
        """Return what the process that checks has written when it ends."""
        settings = self._settings
        check = CheckTask(
            task=task,
            max_files=settings.store_max_files,
            max_manifest_bytes=settings.max_manifest_size,
            max_file_bytes=settings.max_bundle_file_size or _UNLIMITED,
            check_bytes=settings.store_check_bytes,
            max_memory_bytes=CHECK_MEMORY_BYTES,
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "worker.store.check_process",
            str(file.fileno()),
            str(made.fileno()),
            stdin=PIPE,  # closes with us, whatever we die of
            stdout=PIPE,
            pass_fds=[file.fileno(), made.fileno()],
            process_group=0,  # what interrupts the worker is for the worker to handle
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(ConnectionError):
                process.stdin.write(msgspec.json.encode(check) + b"\n")
                await process.stdin.drain()
            return await process.stdout.read()
        finally:
            await end_process(process)

    def _file(self) -> BinaryIO:
        """Return a file without a name on the disk of the cache."""
        folder = self._settings.cache_dir
        if folder is not None:
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=folder if folder is not None and os.access(folder, os.W_OK) else None)

    async def _rewrite_pending(self, task: UploadTask) -> None:
        """Say every half a minute that somebody is at work; the client may have left long ago."""
        while True:
            await asyncio.sleep(PENDING_REWRITE_S)
            with contextlib.suppress(ObjectStoreUnavailable):
                await self._objects.put(OrgKeys(task.org).pending(task_key(task)), encode(task))


def _digests(file: BinaryIO) -> BundleDigests:
    sha1, sha256, size = hashlib.sha1(usedforsecurity=False), hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(_STEP):
        sha1.update(piece)
        sha256.update(piece)
        size += len(piece)
    return BundleDigests(size, sha1.hexdigest(), sha256.hexdigest())
