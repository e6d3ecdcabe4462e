"""Exceptions: everything that Unmangle raises on purpose.

UnmangleError
├── CannotStart          something that a process needs is not there
├── CannotExplain        there is nothing to explain, or nobody who does
├── InvalidSetting       an environment variable holds a value we can't use
├── InvalidRedisUrl      an address of Redis makes no sense
├── InvalidQuery         a query parameter of an HTTP request is wrong
├── InvalidJson          a request body is not one well-formed JSON document
├── InvalidRequest       the caller's JSON is not a symbolication request
├── FetchFailed          a file can't be had; carries the ``Failure`` that goes on as data
│   └── NotTried         … because its source is left alone for a moment
├── CorruptData          compressed data can't be decompressed
├── MalformedSourceMap   a source map can't be decoded
│   └── MalformedMappings
├── StaleIndex           an index file can't be used; its source map has to be read again
├── MalformedBundle      an artifact bundle can't be opened
│   └── OversizedBundle  … because there is too much in it
├── OutOfDescriptors     no file descriptor is left; may heal
├── NoRoom               there is no memory for it at the moment
├── MalformedAnswer      the lookup API's answer is not a list of files
├── AnswerTooLarge       an answer would be larger than allowed
├── AtCapacity           as many jobs as allowed are in flight
├── NoUploadWorkers      no worker takes uploads; one may be started
├── JobCrashed           the process of its own that ran a job reports an exception
├── JobKilledProcess     the process of its own that ran a job died of it
├── TooManyBodies        the bodies that a process holds have as many bytes together as allowed
├── HandedBack           a worker stops before the job has ended; another one goes on
├── ShuttingDown         this process takes no more work; another one may
└── StoreUnavailable     Redis didn't answer; may heal

What goes wrong for one frame is data, not an exception: see ``core.failures.Failure``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.failures import Excess, Failure

if TYPE_CHECKING:
    from core.web.urls import Url  # its library is for those who parse some

_REPRESENTATION = re.compile(r"<[^<>]*>(?: - )?")
_LONGEST_REASON = 500


def without_representations(text: str) -> str:
    """Return a message of a client library on one line, without representations of objects, which nobody reads.

    Sentinel errors of redis-py hold those of whole connection pools, nested.
    """
    shorter = _REPRESENTATION.sub("", text)
    while shorter != text:
        text, shorter = shorter, _REPRESENTATION.sub("", shorter)
    return " ".join(text.split())[:_LONGEST_REASON]


class UnmangleError(Exception):
    """The root of the tree."""


class CannotStart(UnmangleError):
    """Something that a process needs is not there; the message is for the terminal."""


class CannotExplain(UnmangleError):
    """There is nothing to explain, or nobody who does; the message is for the terminal."""


class InvalidSetting(UnmangleError):
    """An environment variable holds a value we can't use; names the variable and the value."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(variable, problem)
        self.variable, self.problem = variable, problem

    def __str__(self) -> str:
        return f"{self.variable}: {self.problem}"


class InvalidRedisUrl(UnmangleError):
    """An address of Redis makes no sense; the text, for the terminal, holds nothing secret."""


class InvalidQuery(UnmangleError):
    """A query parameter is wrong or given twice."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name, problem)
        self.name, self.problem = name, problem

    def __str__(self) -> str:
        return f"query.{self.name}: {self.problem}"


class InvalidJson(UnmangleError):
    """A body is not one well-formed JSON document; says where if it is known."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"invalid JSON: {self.problem}"


class InvalidRequest(UnmangleError):
    """Well-formed JSON of the wrong shape; ``path`` names the innermost offending value."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class FetchFailed(UnmangleError):
    """A file can't be had.  ``failure`` says why, and is what the response is made of.

    ``at_fault`` is where that happened, if it was the doing of a host that had been connected to.
    """

    def __init__(self, failure: Failure, at_fault: Url | None = None) -> None:
        super().__init__(failure, at_fault)
        self.failure, self.at_fault = failure, at_fault

    def __str__(self) -> str:
        return f"{self.failure.kind}: {self.failure.text}"


class NotTried(FetchFailed):
    """A file was not even tried to be had: its source is left alone for a moment.  No cache keeps this."""


class CorruptData(UnmangleError):
    """Compressed data makes no sense, or ends too early."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class MalformedSourceMap(UnmangleError):
    """A source map can't be decoded."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class MalformedMappings(MalformedSourceMap):
    """The ``mappings`` of a source map make no sense at the byte ``offset``."""

    def __init__(self, offset: int, why: str) -> None:
        UnmangleError.__init__(self, offset, why)
        self.offset, self.why = offset, why

    def __str__(self) -> str:
        return f"mappings, byte {self.offset}: {self.why}"


class StaleIndex(UnmangleError):
    """An index file can't be used: what it was made of has to be read again."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the index file is stale: {self.why}"


class MalformedBundle(UnmangleError):
    """An artifact bundle, or its manifest, can't be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class OversizedBundle(MalformedBundle):
    """There is more in an artifact bundle than is allowed."""

    def __init__(self, what: str, excess: Excess) -> None:
        UnmangleError.__init__(self, what, excess)
        self.why, self.excess = f"{what}: {excess.size}, at most {excess.limit} are allowed", excess


class OutOfDescriptors(UnmangleError):
    """No file descriptor is left for what was to be opened; may heal."""

    def __str__(self) -> str:
        return "no file descriptor is left (ulimit -n)"


class NoRoom(UnmangleError):
    """There is no memory for something at the moment; there will be when others are done."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"there is no room {self.why}"


class MalformedAnswer(UnmangleError):
    """The answer of the lookup API is not a list of files."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class AnswerTooLarge(UnmangleError):
    """An answer would be larger than allowed; both are in bytes, the size as far as the answer was made."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(size, limit)
        self.size, self.limit = size, limit

    def __str__(self) -> str:
        return f"the answer is larger than {self.limit} bytes"


class AtCapacity(UnmangleError):
    """As many jobs as allowed are in flight."""

    def __str__(self) -> str:
        return "too many concurrent requests"


class NoUploadWorkers(UnmangleError):
    """No worker takes uploads."""

    def __str__(self) -> str:
        return "no worker takes uploads: start one with UNMANGLE_STORE_URL and UNMANGLE_WORKER_QUEUES=all or uploads"


class JobCrashed(UnmangleError):
    """The process of its own that ran a job reports an exception, which it has logged."""

    def __str__(self) -> str:
        return "it crashed in a process of its own"


class JobKilledProcess(UnmangleError):
    """The process of its own that ran a job died of it; ``manner`` is its signal or exit code."""

    def __init__(self, job_id: str, manner: str) -> None:
        super().__init__(job_id, manner)
        self.manner = manner

    def __str__(self) -> str:
        return f"the process of its own that ran it died ({self.manner})"


class TooManyBodies(UnmangleError):
    """The bodies that this process holds have as many bytes together as allowed."""

    def __str__(self) -> str:
        return "too many large bodies at once"


class HandedBack(UnmangleError):
    """A worker stops before the job has ended."""


class ShuttingDown(UnmangleError):
    """This process is going to stop."""

    def __str__(self) -> str:
        return "shutting down"


class StoreUnavailable(UnmangleError):
    """Redis didn't answer; may heal.  ``why`` loses what a client library puts into it that is for nobody to read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = without_representations(why)

    def __str__(self) -> str:
        return f"the job store is unavailable: {self.why}"
