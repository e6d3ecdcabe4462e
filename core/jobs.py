"""What API and workers agree on: the task, its queue, the records of a job and how a job ends.

A job is one request.  Its id is the request id and the Celery task id.  The record is the truth; the message that
Celery delivers only says which record to look at, so it can be lost or doubled without harm.

===============================  =======  =========================================================================
key                              type     content, and when it goes
===============================  =======  =========================================================================
``unmangle:job:<id>``            hash     ``deadline_ms``, ``scope`` (absent = global), ``handed_out``, and a field
                                          ``waiter:<channel>`` per API process that waits.  Goes when the job ends;
                                          else a result's time to live after the deadline.
``unmangle:payload:<id>``        string   the request body.  It holds credentials: gone when the job ends, and at
                                          the deadline at the latest.
``unmangle:result:<id>``         string   the answer's bytes.  Kept for the result's time to live if the id was
                                          handed out, else for ``UNCLAIMED_RESULT_TTL_S``.
``unmangle:in-flight``           zset     ids by deadline (ms).  A member goes when its job ends, or its time is up.
``unmangle:finished:<process>``  channel  ids of jobs that ended, for one API process
===============================  =======  =========================================================================

The times are those of the Redis server, so clocks of hosts need not agree.
"""

from __future__ import annotations

SYMBOLICATE_JS = "unmangle.symbolicate_js"
"""The name of the Celery task."""

QUEUE = "unmangle.symbolicate_js"
"""The queue it is sent to; with the Redis transport, also the name of the list that holds the messages."""

IN_FLIGHT = "unmangle:in-flight"

UNCLAIMED_RESULT_TTL_S = 30
"""How long the result of a job whose id nobody was told is kept for its waiting caller to fetch it."""


def job_key(job_id: str) -> str:
    """Return the key of a job's record."""
    return f"unmangle:job:{job_id}"


def payload_key(job_id: str) -> str:
    """Return the key of a job's request body."""
    return f"unmangle:payload:{job_id}"


def result_key(job_id: str) -> str:
    """Return the key of a job's answer."""
    return f"unmangle:result:{job_id}"


def finished_channel(process_id: str) -> str:
    """Return the channel on which one API process hears which jobs ended."""
    return f"unmangle:finished:{process_id}"
