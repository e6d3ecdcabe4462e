"""File descriptors of a process: how many it may have, and what is said if they are few."""

from __future__ import annotations

import resource

_WANTED = 8192


def allow_many_descriptors() -> int:
    """Have more files open than the usual 1024, if the hard limit lets us; return how many there may be.

    Files of the cache that are mapped need one each, and so do connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return _WANTED if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
