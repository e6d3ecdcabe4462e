"""``unmangle trace --follow``: a log that grows, with the original frames in it."""

from __future__ import annotations

import codecs
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core.offline.json_frames import find_all_frames
from core.offline.map_search import MapSearch, Unmapped
from core.offline.original_frames import OriginalFrame, original_frames
from core.offline.text_encodings import errors_of, likely_encoding
from core.text.control_characters import visible_text
from worker.command.trace_output import exit_code, original_text, say_why

_CHUNK = 1 << 16
_BETWEEN_S = 0.1
_QUIET_S = 0.3
"""So long a trace may make a pause: what its last line means may depend on the next one."""


class Follower:
    """Writes a text as it comes, with the original frames in it."""

    def __init__(self, search: MapSearch, context: int, *, with_ignored: bool = True) -> None:
        self._search, self._context, self._with_ignored = search, context, with_ignored
        self._decoder: codecs.IncrementalDecoder | None = None
        self._mark, self._encoding = b"", "utf-8"
        self._held = ""
        self._said: set[Unmapped] = set()
        self._has_original = False
        self.outcomes: list[OriginalFrame | Unmapped] = []
        """One of each kind: what the exit code is made of."""

    def take(self, content: bytes) -> None:
        """Take what was added to the text, and write what is complete."""
        if self._decoder is None:
            self._mark, self._encoding = likely_encoding(content)
            self._decoder = codecs.getincrementaldecoder(self._encoding)(errors_of(self._encoding))
            content = content[len(self._mark) :]
            self._write_bytes(self._mark)
        self._held += self._decoder.decode(content)
        end = self._held.rfind("\n") + 1
        if end and not self._may_go_on(end):
            self._write(end)

    def pause(self) -> None:
        """Write all lines that are complete, as no more came for a while."""
        self._write(self._held.rfind("\n") + 1)

    def end(self) -> None:
        """Write all that is left."""
        self._write(len(self._held))

    def _may_go_on(self, end: int) -> bool:
        """Say whether the last line that is complete may be in the midst of a trace."""
        last = self._held.rfind("\n", 0, end - 1) + 1
        return bool(find_all_frames(self._held[last:end], self._search.knows))

    def _write(self, end: int) -> None:
        text, self._held = self._held[:end], self._held[end:]
        if not text:
            return
        frames = find_all_frames(text, self._search.knows)
        outcomes = original_frames(frames, self._search.mapped_file)
        written = original_text(text, frames, outcomes, self._context, with_ignored=self._with_ignored)
        shown = visible_text(written) if sys.stdout.isatty() else written
        encoding = "utf-8" if sys.stdout.isatty() else self._encoding
        self._write_bytes(shown.encode(encoding, errors_of(encoding)))
        self._say_news(outcomes)

    def _write_bytes(self, content: bytes) -> None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def _say_news(self, outcomes: list[OriginalFrame | Unmapped]) -> None:
        news = {found: None for found in outcomes if isinstance(found, Unmapped) and found not in self._said}
        self._said.update(news)
        if news:
            say_why(list(news))
            self.outcomes += news
        original = next((found for found in outcomes if isinstance(found, OriginalFrame)), None)
        if original is not None and not self._has_original:
            self._has_original = True
            self.outcomes.append(original)


def follow(file: Path | None, search: MapSearch, context: int, *, with_ignored: bool = True) -> int:
    """Write the text in a file, or on standard input, and what is added to it; return the exit code if it ends.

    A file never ends: somebody interrupts.  Raises OSError.
    """
    follower = Follower(search, context, with_ignored=with_ignored)
    quiet_since_s: float | None = None
    try:
        for content in _standard_input() if file is None else _growing(file):
            if content:
                follower.take(content)
                quiet_since_s = time.monotonic()
            elif quiet_since_s is not None and time.monotonic() - quiet_since_s > _QUIET_S:
                follower.pause()
                quiet_since_s = None
    finally:
        follower.end()
    return exit_code(follower.outcomes)


def _standard_input() -> Iterator[bytes]:
    """Yield what comes, and now and then nothing."""
    descriptor = sys.stdin.fileno()
    while True:
        if not select.select([descriptor], [], [], _BETWEEN_S)[0]:
            yield b""
            continue
        content = os.read(descriptor, _CHUNK)
        if not content:
            return
        yield content


def _growing(path: Path) -> Iterator[bytes]:
    """Yield what is in a file and what is added, and now and then nothing.  One that is replaced or cut starts anew."""
    while True:
        with path.open("rb") as file:
            opened = os.fstat(file.fileno())
            while True:
                content = file.read(_CHUNK)
                yield content
                if content:
                    continue
                time.sleep(_BETWEEN_S)
                if os.fstat(file.fileno()).st_size < file.tell():
                    file.seek(0)
                if _is_replaced(path, opened):
                    yield file.read()
                    break


def _is_replaced(path: Path, opened: os.stat_result) -> bool:
    try:
        now = path.stat()
    except OSError:
        return False  # it is being replaced
    return (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino)
