"""Several files written all or none, also if the process is killed half-way.

New contents are written beside the files first, under names of their own.  Then a journal in the folder says which file
is to become which; from then on all of it is going to happen.  Files are renamed, and the journal goes.  What finds a
journal finishes what it says; without one, new contents that lie about are of a process that was killed before.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from core.offline.artifact_files import JOURNAL

_NEW = ".unmangle-new"
_OLD = ".unmangle-old"
_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class FolderBusyError(Exception):
    """Another process is writing into the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.folder}: another `unmangle bundle` is at work in it"


class FolderLock:
    """The right to write into a folder, for one process at a time.

    Without an existing journal, a folder that can't be written to is no error before something is to be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / JOURNAL
        self._journal: int | None = None
        self._was_there = False
        self._refusal: OSError | None = None

    def __enter__(self) -> Self:
        """Take the lock.  Raises FolderBusyError, and OSError if a journal is there that can't be written."""
        self._was_there = self._path.exists()
        try:
            self._journal = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            if self._was_there:
                raise
            self._refusal = error
            return self
        try:
            fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._journal)
            raise FolderBusyError(self._folder) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is None:
            return
        # A journal that is not empty by now has not been carried out: the next one does that.
        if os.fstat(self._journal).st_size == 0:
            self._path.unlink(missing_ok=True)
        os.close(self._journal)

    def finish(self) -> int:
        """Carry out what an earlier process wrote into the journal; return how many files that were."""
        if not self._was_there:
            return 0
        moves = _read_moves(self._path)
        for target in moves:
            new = self._folder / _beside(target, _NEW)
            if new.exists():
                new.replace(self._folder / target)
        self._forget()
        self._remove(moves, _OLD)
        for ending in (_NEW, _OLD):
            for left in self._folder.rglob(f".*{ending}"):
                left.unlink()
        return len(moves)

    def write(self, contents: Mapping[Path, bytes]) -> None:
        """Write files: all of them, or if an OSError is raised, none.  Those that were there keep their modes.

        What isn't a regular file, such as a pipe, is written to before all others.
        """
        files = {path: content for path, content in contents.items() if not path.exists() or path.is_file()}
        root = self._folder.resolve()
        by_target = {os.path.relpath(path.resolve(), root): content for path, content in files.items()}
        targets = list(by_target)  # once each, though links may give a file several names
        try:
            for target, content in by_target.items():
                try:
                    _write_beside(self._folder / target, content)
                except OSError as error:  # of a file that nobody knows of
                    raise type(error)(error.errno, error.strerror, os.path.relpath(root / target)) from error
            for path in contents.keys() - files.keys():
                path.write_bytes(contents[path])
            with _undisturbed():
                self._note(targets)
                self._move(targets)
                self._forget()
        except BaseException:
            self._remove(targets, _NEW)
            raise
        finally:
            self._remove(targets, _OLD)

    def _note(self, targets: list[str]) -> None:
        if len(targets) > 1 and self._journal is None and self._refusal is not None:
            raise self._refusal
        if self._journal is not None:
            os.pwrite(self._journal, f"{json.dumps(targets)}\n".encode(), 0)
            os.fsync(self._journal)

    def _forget(self) -> None:
        if self._journal is not None:
            os.ftruncate(self._journal, 0)

    def _move(self, targets: list[str]) -> None:
        moved: list[str] = []
        try:
            for target in targets:
                (self._folder / _beside(target, _NEW)).replace(self._folder / target)
                moved.append(target)
        except OSError:
            for target in moved:
                self._restore(target)
            self._forget()
            raise

    def _restore(self, target: str) -> None:
        old = self._folder / _beside(target, _OLD)
        if old.exists():
            old.replace(self._folder / target)
        else:
            (self._folder / target).unlink()

    def _remove(self, targets: list[str], ending: str) -> None:
        for target in targets:
            (self._folder / _beside(target, ending)).unlink(missing_ok=True)


def _read_moves(journal: Path) -> list[str]:
    """Return the files that a journal names; one that isn't complete was never acted upon."""
    try:
        text = journal.read_bytes()
    except FileNotFoundError:
        return []
    if not text.endswith(b"\n"):
        return []
    try:
        moves = json.loads(text)
    except ValueError:
        return []
    return [move for move in moves if isinstance(move, str)] if isinstance(moves, list) else []


def _beside(target: str, ending: str) -> str:
    head, name = os.path.split(target)
    return os.path.join(head, f".{name}{ending}")  # noqa: PTH118 - it is a string, as in the journal


def _write_beside(target: Path, content: bytes) -> None:
    """Write the new content of ``target`` beside it, and keep the present one under another name."""
    new, old = (target.with_name(_beside(target.name, ending)) for ending in (_NEW, _OLD))
    new.unlink(missing_ok=True)
    with new.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, new)
        _copy_owner(target, new)
        old.unlink(missing_ok=True)
        try:
            old.hardlink_to(target)
        except OSError:
            shutil.copy2(target, old)  # not every file system has links


def _copy_owner(target: Path, new: Path) -> None:
    status = target.stat()
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let whoever wants to end the process wait for the few moments that renaming takes."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
