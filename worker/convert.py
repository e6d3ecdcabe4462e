"""``python -m worker.convert``: a process that reads one large source map and writes its index file.

What is done to a text of a hundred megabytes in one go keeps all threads of a process waiting, and takes memory that
the process never quite gives back.  So a worker has it done by a process that ends with it.

Arguments: descriptor and size of the source map, the same of its generated file, the descriptor to write to, and how
many bytes of memory may be taken.  Standard input is the worker's end of a pipe: when it closes, the worker is dead.
Standard output is the ``Converted``, as JSON.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import resource
import sys
import threading
from pathlib import Path

import msgspec

from core.buffers import Content
from core.errors import MalformedSourceMap
from core.sourcemap.index_file import index_pieces
from core.sourcemap.source_map import read_source_map

_FIRST_TO_GO = "500"  # where a host runs out of memory, rather than a worker with all of its jobs


DISK_SPACE = "disk space"


class Converted(msgspec.Struct, frozen=True):
    """What came of it: the size of the index file, or that the source map is ``malformed``, or what was ``missing``."""

    size: int = 0
    malformed: str | None = None
    missing: str | None = None


def main() -> None:
    """Convert what the arguments name."""
    text, text_size, minified, minified_size, output, max_bytes = map(int, sys.argv[1:])
    threading.Thread(target=_end_with_worker, daemon=True).start()
    with contextlib.suppress(OSError):  # not Linux
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
    resource.setrlimit(resource.RLIMIT_DATA, (max_bytes, max_bytes))
    with contextlib.suppress(BrokenPipeError):
        converted = _converted(_mapped(text, text_size), _mapped(minified, minified_size), output)
        sys.stdout.buffer.write(msgspec.json.encode(converted))
        sys.stdout.buffer.flush()


def _converted(text: Content, minified: Content, output: int) -> Converted:
    try:
        return Converted(size=_written(index_pieces(read_source_map(text, minified)), output))
    except MalformedSourceMap as error:
        return Converted(malformed=str(error))
    except MemoryError:
        return Converted(missing="memory")
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return Converted(missing="memory")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Converted(missing=DISK_SPACE)
        raise


def _written(pieces: list[bytes], output: int) -> int:
    with os.fdopen(output, "wb", closefd=False) as file:
        file.writelines(pieces)
    return sum(map(len, pieces))


def _mapped(descriptor: int, size: int) -> Content:
    return mmap.mmap(descriptor, size, prot=mmap.PROT_READ) if size else b""


def _end_with_worker() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main()
