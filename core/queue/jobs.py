"""Redis keys, the Celery task and its queues: the agreement between API and workers.

A job is one request.  Its id is the request id and the Celery task id.  The record is the truth; the message that
Celery delivers only says which record to look at, so it can be lost or doubled without harm.

===============================  =======  =========================================================================
key                              type     content, and when it goes
===============================  =======  =========================================================================
``unmangle:job:<id>``            hash     ``deadline_ms``, ``queue``, ``scope`` (absent = global), ``digest``,
                                          ``traceparent``, ``log_fields`` (JSON), ``handed_out``, and a field
                                          ``waiter:<channel>`` for each API process that waits.  ``worker`` holds the
                                          job; ``deaths`` of workers that held it; ``process`` is the id of the process
                                          of its own that runs it.  Goes when the job ends; else a result's time to live
                                          after the deadline.
``unmangle:payload:<id>``        string   the request body.  It holds credentials: gone when the job ends, and at the
                                          deadline at the latest.
``unmangle:result:<id>``         string   the answer's bytes.  Goes after the result's time to live if the id was handed
                                          out, else after ``UNCLAIMED_RESULT_TTL_S``.
``unmangle:trace:<id>``          string   the text of a trace whose caller was told the id, compressed.  Goes after the
                                          request timeout and a result's time to live.
``unmangle:same:<digest>``       string   the id of the job that answers requests with this digest.  Goes at the
                                          deadline of the job; when it ends with an error, at once; else
                                          ``UNMANGLE_ANSWER_REUSE`` after its end.
``unmangle:in-flight``           zset     ids by deadline (ms).  A member goes when its job ends; one whose time is up,
                                          with the next submission.
``unmangle:taken:<worker>``      set      ids of the jobs that a worker process holds.  Goes with the last of them, when
                                          the worker is found dead, and a request timeout and a result's time to live
                                          after the native consumer last took jobs.
``unmangle:workers``             zset     worker processes by their last heartbeat (ms).  A member goes when the process
                                          stops, or is found dead; all of them a day after the last heartbeat.
``unmangle:reaper``              string   there when messages were looked after a moment ago.  Goes after 1 s.
``unmangle:reaper-waits``        string   there when all heartbeats were late: Redis was away, not the workers.  Goes
                                          after 4 s (``HEARTBEAT_LIFE_MS``).
``unmangle:counts``              hash     what all processes have counted on this server (``core.observing.counts``), a
                                          field for each metric and labels.  Never goes.
``unmangle:caches``              hash     by host: what its cache directory takes (bytes), and when that was (ms).  A
                                          host that was not heard of for a day goes when another one is new; all of them
                                          a day after the last one wrote.
``unmangle:history``             list     an hour of samples (``core.observing.history``), the last one first.  Goes two
                                          hours after it.
``unmangle:history:taken``       string   there when somebody took a sample a moment ago.  Goes just before the next one
                                          is due, after nearly 30 s.
``unmangle:failing:<digest>``    hash     failures of a host by the start of their bucket (ms), at most ``window /
                                          bucket + 1`` of them.  Goes a window (``UNMANGLE_DENY_LIST_TIME_WINDOW``)
                                          after the last failure.  The digest is of scope and host, or of the host alone
                                          for all scopes (``worker.fetch.deny_list``).
``unmangle:blocked:<digest>``    string   why scraping leaves that host alone, one of our own texts.  Goes after the
                                          block time (``UNMANGLE_DENY_LIST_BLOCK_TIME``).
``unmangle:store:sights``        hash     by host of workers: JSON of when they looked at the artifact store (s), and
                                          whose marks they saw there
``unmangle:store:workers``       string   there while some worker says that it takes uploads.  Goes 20 s after the last
                                          one said so (``UPLOAD_WORKERS_LIFE_S``).
``unmangle:store:sweep``         string   there when some worker began to sweep the artifact store.  Goes when the next
                                          sweep is due (``UNMANGLE_STORE_SWEEP_INTERVAL``).
``unmangle:probe``               string   there when somebody asked a moment ago if Redis can be written to.  Goes after
                                          1 s.
``unmangle:finished:<process>``  channel  ids of jobs that ended, separated by spaces, for one API process.  Redis keeps
                                          nothing of it.
===============================  =======  =========================================================================

The times are those of the Redis server, so clocks of hosts need not agree.

Keys of Celery's transport begin with ``unmangle.``: the lists of messages, ``unmangle.unacked*`` (messages that the
stock consumer holds), ``unmangle._kombu.*`` (which queues there are) and ``unmangle.*.reply.celery.pidbox`` (answers to
remote control); so do its channels, ``unmangle./<database>.*``.  A list goes when it is empty; ``unmangle._kombu.*``,
a few names, never go.
"""

from __future__ import annotations

SYMBOLICATE_JS = "unmangle.symbolicate_js"
"""The name of the Celery task."""

BROKER_PREFIX = "unmangle."
"""What the keys and channels of Celery's transport begin with: other applications may share the database."""

QUEUE = "unmangle.symbolicate_js"
"""The list of the messages of the queue that it is sent to."""

LARGE_QUEUE = "unmangle.symbolicate_js.large"
"""The list of the messages of requests with large bodies, which would keep the others waiting."""

ASSEMBLE_UPLOAD = "unmangle.assemble_upload"
"""The name of the Celery task that makes an upload of its chunks."""

UPLOADS_QUEUE = "unmangle.uploads"
"""The list of its messages."""

TASKS = {QUEUE: SYMBOLICATE_JS, LARGE_QUEUE: SYMBOLICATE_JS, UPLOADS_QUEUE: ASSEMBLE_UPLOAD}
"""The name of the task of each list."""

STORE_SIGHTS = "unmangle:store:sights"
UPLOAD_WORKERS = "unmangle:store:workers"
UPLOAD_WORKERS_LIFE_S = 20
"""For how long it counts that a worker process said that it takes uploads."""

IN_FLIGHT = "unmangle:in-flight"
WORKERS = "unmangle:workers"
REAPER = "unmangle:reaper"
REAPER_WAITS = "unmangle:reaper-waits"

COUNTS = "unmangle:counts"
CACHES = "unmangle:caches"
HISTORY = "unmangle:history"
HISTORY_TAKEN = "unmangle:history:taken"
PROBE_KEY = "unmangle:probe"

JOB_PREFIX = "unmangle:job:"
PAYLOAD_PREFIX = "unmangle:payload:"
RESULT_PREFIX = "unmangle:result:"
TRACE_PREFIX = "unmangle:trace:"
SAME_PREFIX = "unmangle:same:"
TAKEN_PREFIX = "unmangle:taken:"

HEARTBEAT_LIFE_MS = 4000
"""A worker process that did not beat for so long is dead."""

UNCLAIMED_RESULT_TTL_S = 30
"""How long the result of a job whose id nobody was told is kept for its waiting caller to fetch it."""


def job_key(job_id: str) -> str:
    """Return the key of a job's record."""
    return JOB_PREFIX + job_id


def payload_key(job_id: str) -> str:
    """Return the key of a job's request body."""
    return PAYLOAD_PREFIX + job_id


def result_key(job_id: str) -> str:
    """Return the key of a job's answer."""
    return RESULT_PREFIX + job_id


def trace_key(job_id: str) -> str:
    """Return the key of the text that a job's frames are from."""
    return TRACE_PREFIX + job_id


def taken_key(worker_id: str) -> str:
    """Return the key of the ids of the jobs that a worker process holds."""
    return TAKEN_PREFIX + worker_id


def failing_host_key(digest: str) -> str:
    """Return the key of the failures of a host."""
    return f"unmangle:failing:{digest}"


def blocked_host_key(digest: str) -> str:
    """Return the key of why a host is blocked."""
    return f"unmangle:blocked:{digest}"


def queue_name(queue: str) -> str:
    """Return what Celery calls the queue of a list: its prefix is the transport's business."""
    return queue.removeprefix(BROKER_PREFIX)


def finished_channel(process_id: str) -> str:
    """Return the channel on which one API process hears which jobs ended."""
    return f"unmangle:finished:{process_id}"
