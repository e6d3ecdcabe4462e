"""Cache of frames as the JSON that they are answered with: the next event of a kind has the same frames."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from weakref import WeakKeyDictionary

import msgspec

from core.frames.mapped_frame import Located, ResolvedModule, Unsymbolicated, is_ignored, symbolicated
from core.sourcemap.source_map import SourceMap
from core.wire.frame import Frame, FrameData
from core.wire.response import FrameError, with_hints, write_frame
from worker.caches.memory import Generations

MAX_BYTES = 48 << 20
"""The memory that the cached frames may take."""

_MODULES_MAX_BYTES = 2 << 20
_SMALL = 500  # bytes that a frame takes beside its JSON, about
_LONGEST_NAMES = 2000  # characters of paths and names that are remembered beside frames, but not counted
_NO_DATA = FrameData()


class WrittenFrame(msgspec.Struct, frozen=True, gc=False):
    """A frame as it came in, and as it is answered.

    ``size_bytes`` is that of both; ``name`` is the token name at its position; ``error`` what went wrong, None if
    nothing did.  ``inlined`` are frames of calls that were inlined into it, caller first; ``is_hidden`` says that no
    function of the sources is behind it.  ``function`` is the name of the innermost one; ``ignored`` says of each of
    the frames whether nobody wants to see its source.
    """

    raw: msgspec.Raw
    frame: msgspec.Raw
    size_bytes: int
    is_symbolicated: bool
    name: str | None = None
    error: FrameError | None = None
    inlined: tuple[msgspec.Raw, ...] = ()
    is_hidden: bool = False
    function: str | None = None
    ignored: tuple[bool, ...] = ()


class FrameCache:
    """The frames that one process remembers, by all that they are made of.

    A source map stands for itself and for the generated file that it was read with.
    """

    def __init__(self) -> None:
        self._frames: Generations[Hashable, WrittenFrame] = Generations(MAX_BYTES, _size)
        self._modules: Generations[Hashable, int] = Generations(_MODULES_MAX_BYTES, lambda _: _SMALL)
        self._maps: WeakKeyDictionary[SourceMap, int] = WeakKeyDictionary()
        self._numbers = itertools.count()

    def module_number(self, abs_path: str, module: ResolvedModule) -> int | None:
        """Return a number that no other file of this process has; None if its frames are not remembered."""
        entry = module.source_map
        if entry is None or not isinstance(entry.result, SourceMap):
            return None
        if len(abs_path) + len(module.source_base) > _LONGEST_NAMES:
            return None
        map_number = self._maps.get(entry.result)
        if map_number is None:
            map_number = self._maps[entry.result] = next(self._numbers)
        key = (abs_path, map_number, module.source_base, module.remote_url, entry.origin, entry.resolved_with)
        number = self._modules.get(key)
        if number is None:
            number = next(self._numbers)
            self._modules.keep(key, number)
        return number

    def get(self, key: Hashable) -> WrittenFrame | None:
        """Return a frame, by its ``frame_key``."""
        return self._frames.get(key)

    def keep(self, key: Hashable, frame: WrittenFrame) -> None:
        """Remember a frame."""
        self._frames.keep(key, frame)


def frame_key(frame: Frame, module_number: int | None, caller_name: str | None, *, with_context: bool) -> Hashable:
    """Return all that the answer to ``frame`` is made of.

    None for a frame that is not remembered, because of its file, or because it comes with more than is usual.
    """
    if module_number is None or (caller_name is not None and len(caller_name) > _LONGEST_NAMES):
        return None
    if frame.pre_context or frame.post_context or frame.context_line is not None or frame.data != _NO_DATA:
        return None
    return (
        module_number,
        frame.lineno,
        frame.colno,
        frame.function,
        caller_name,
        frame.platform,
        frame.filename,
        frame.module,
        with_context,
    )


def written(outcome: Unsymbolicated, context: bytes | None = None) -> WrittenFrame:
    """Return a frame that stays as it came, but for the ``context`` of the generated file."""
    raw = write_frame(outcome.raw, context)
    return WrittenFrame(raw, raw, 2 * len(memoryview(raw)), is_symbolicated=False, error=outcome.error)


def written_original(
    located: Located, caller_name: str | None, raw_context: bytes | None, context: bytes | None, data: bytes
) -> WrittenFrame:
    """Return a frame and the original that it came to.

    ``caller_name`` is the token name at the caller's position.  The contexts are those of the generated and of the
    original file, ``data`` is the ``original_data``, written.
    """
    raw = write_frame(located.frame, raw_context)
    frame = write_frame(symbolicated(located, caller_name), context, data)
    size = len(memoryview(raw)) + len(memoryview(frame))
    return WrittenFrame(raw, frame, size, is_symbolicated=True, name=located.position.name)


def written_calls(
    came: Frame,
    originals: Sequence[Located],
    caller_name: str | None,
    raw_context: bytes | None,
    contexts: Sequence[bytes | None],
    data: bytes,
    *,
    is_hidden: bool,
) -> WrittenFrame:
    """Return a frame as it ``came``, and its originals, caller first, each with its context."""
    raw = write_frame(came, raw_context)
    names = [caller_name, *[None] * len(originals)]
    frames = [symbolicated(each, name) for each, name in zip(originals, names, strict=False)]
    outer, *inlined = [write_frame(each, context, data) for each, context in zip(frames, contexts, strict=True)]
    size = sum(len(memoryview(each)) for each in (raw, outer, *inlined))
    return WrittenFrame(
        raw,
        outer,
        size,
        is_symbolicated=True,
        name=originals[-1].position.name,
        inlined=tuple(inlined),
        is_hidden=is_hidden,
        function=frames[-1].function,
        ignored=tuple(map(is_ignored, originals)),
    )


def answered_frames(
    done: Sequence[WrittenFrame], *, is_callee_first: bool, with_index: bool, with_ignored: bool
) -> list[msgspec.Raw]:
    """Return the frames of a stack trace, inlined ones among them, with hints; ``done`` is caller first.

    Hidden ones are left out, but for the innermost: that is where the error is.
    """
    frames = []
    for number, each in enumerate(done):
        if each.is_hidden and number < len(done) - 1:
            continue
        for place, frame in enumerate((each.frame, *each.inlined)):
            hints: dict[str, bool | int] = {"inlined": True} if place else {}
            if with_ignored and each.ignored[place : place + 1] == (True,):
                hints["ignored"] = True
            if with_index:
                hints["raw_index"] = len(done) - 1 - number if is_callee_first else number
            frames.append(with_hints(frame, hints) if hints else frame)
    return frames[::-1] if is_callee_first else frames


def _size(frame: WrittenFrame) -> int:
    # What the client sent is in the key once more.
    return _SMALL + len(memoryview(frame.raw)) + frame.size_bytes + len(frame.name or "")
