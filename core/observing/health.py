"""Self-check: facts about Redis, the cache and the machine, and the findings that follow.

A finding says what is so; if it isn't fine, also why that matters and how to fix it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

EMBEDDED_REDIS = "unmangle-embedded-redis.conf"
"""The name of the configuration file of a server that ``unmangle serve`` has started for itself."""

_OLDEST_REDIS = (6, 2)
_CLOCK_MAY_DIFFER_S = 30
_FEW_DESCRIPTORS = 256
_ENOUGH_DESCRIPTORS = 2048
_WANTED_DESCRIPTORS = 8192
_ROOM_BYTES = 1 << 30
_MEMORY_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})
_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "lustre"}
)


class Level(StrEnum):
    """Gravity of a finding: fine, worth knowing, or in the way of the work."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One line of a self-check."""

    subject: str
    level: Level
    what: str
    why: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: " + "; ".join(part for part in (self.what, self.why, self.mend) if part)


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """A Redis server: what it says about itself, and by how many seconds its clock is ahead of ours.

    ``saves`` is None if it won't say whether it writes snapshots.  One that ``is_embedded`` is to keep nothing.
    """

    version: str
    role: str
    is_cluster: bool
    max_memory: int
    policy: str
    appends: bool
    saves: bool | None
    clock_ahead_s: float
    is_embedded: bool = False


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """The cache directory: ``problem`` if it can't be written to; ``file_system`` is empty where nobody says."""

    directory: Path
    max_bytes: int
    used_bytes: int
    free_bytes: int
    file_system: str = ""
    problem: str = ""


def judge_variables(unknown: Iterable[str]) -> list[HealthFinding]:
    """Return what is to be said about variables that look like settings and are none."""
    return [HealthFinding("settings", Level.NOTE, line) for line in unknown]


def redis_facts(info: Mapping[str, Any], save: str | None, clock_ahead_s: float) -> RedisFacts:
    """Return the facts in the answer to ``INFO`` and the setting ``save``, None if it can't be read."""
    return RedisFacts(
        version=str(info.get("redis_version", "")),
        role=str(info.get("role", "master")),
        is_cluster=bool(info.get("cluster_enabled", 0)),
        max_memory=int(info.get("maxmemory", 0)),
        policy=str(info.get("maxmemory_policy", "")),
        appends=bool(info.get("aof_enabled", 0)),
        saves=None if save is None else bool(save),
        clock_ahead_s=clock_ahead_s,
        is_embedded=str(info.get("config_file", "")).endswith(f"/{EMBEDDED_REDIS}"),
    )


def redis_is_away(why: str) -> HealthFinding:
    """Return what is to be said if Redis doesn't answer."""
    return HealthFinding(
        "redis",
        Level.PROBLEM,
        f"it can't be reached ({why})",
        "no job can be accepted, run or answered",
        "start a Redis server, 6.2 or newer, and set REDIS_URL to it",
    )


def redis_refuses_to_be_written_to(why: str) -> HealthFinding:
    """Return what is to be said if Redis answers, and takes nothing."""
    return HealthFinding(
        "redis",
        Level.PROBLEM,
        f"it refuses to be written to ({why})",
        "no job can be accepted, run or answered",
        "look for what it lacks: memory, a disk, rights of its user, or its role as the master",
    )


def judge_quiet_redis(clock_ahead_s: float) -> list[HealthFinding]:
    """Return what is to be said about a Redis server that answers, but won't say anything about itself."""
    quiet = HealthFinding(
        "redis",
        Level.NOTE,
        "it answers, and INFO is not allowed",
        "nobody has looked at its version, its memory policy and whether it is persistent",
        "give its user +info, if you want them to be looked at",
    )
    return [quiet, _clock(clock_ahead_s)]


def judge_redis(facts: RedisFacts) -> list[HealthFinding]:
    """Return what is to be said about a Redis server that answers."""
    return [_version(facts), *_role(facts), _memory(facts), _persistence(facts), _clock(facts.clock_ahead_s)]


def judge_workers(count: int) -> HealthFinding:
    """Return what is to be said about the number of worker processes that beat."""
    if count:
        return HealthFinding("workers", Level.OK, f"{count} beat" if count > 1 else "one beats")
    return HealthFinding(
        "workers", Level.PROBLEM, "none beats", "jobs are queued and not run", "start: unmangle worker"
    )


def no_cache_directory() -> HealthFinding:
    """Return what is to be said if files are not kept on disk on purpose."""
    return HealthFinding(
        "cache",
        Level.NOTE,
        "UNMANGLE_CACHE_DIR is none",
        "every worker downloads everything for itself, and again after a restart",
        "name a directory on a local disk",
    )


def judge_cache(facts: CacheFacts) -> list[HealthFinding]:
    """Return what is to be said about the cache directory; at least one finding."""
    if facts.problem:
        return [
            HealthFinding(
                "cache",
                Level.PROBLEM,
                f"{facts.directory} can't be used ({facts.problem})",
                "files are downloaded again and again",
                "make it writable for this user, or set UNMANGLE_CACHE_DIR to a directory that is",
            )
        ]
    found = [*_file_system(facts), *_room(facts)]
    return found or [
        HealthFinding("cache", Level.OK, f"{facts.directory} is writable, {_gib(facts.free_bytes)} are free")
    ]


def judge_descriptors(count: int) -> HealthFinding:
    """Return what is to be said about the number of files that a worker may have open."""
    if count >= _ENOUGH_DESCRIPTORS:
        return HealthFinding("descriptors", Level.OK, f"{count} files may be open")
    return HealthFinding(
        "descriptors",
        Level.PROBLEM if count < _FEW_DESCRIPTORS else Level.NOTE,
        f"{count} files may be open",
        "a worker runs fewer jobs at a time, and keeps fewer files in memory",
        f"raise the limit to {_WANTED_DESCRIPTORS}: ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker",
    )


def judge_kernels(interpreted: list[str]) -> HealthFinding:
    """Return what is to be said if these kernels run as Python."""
    if not interpreted:
        return HealthFinding("kernels", Level.OK, "compiled")
    return HealthFinding(
        "kernels",
        Level.PROBLEM,
        f"not compiled: {', '.join(interpreted)}",
        "source maps are read some fifty times slower",
        "install a C compiler and Unmangle again: pip install --force-reinstall --no-deps .",
    )


def _version(facts: RedisFacts) -> HealthFinding:
    if _numbers(facts.version) >= _OLDEST_REDIS:
        return HealthFinding("redis", Level.OK, f"version {facts.version} answers")
    return HealthFinding(
        "redis", Level.PROBLEM, f"version {facts.version}", "commands that we need came with 6.2", "upgrade the server"
    )


def _role(facts: RedisFacts) -> Iterator[HealthFinding]:
    if facts.role != "master":
        yield HealthFinding(
            "redis",
            Level.PROBLEM,
            f"it is a {facts.role}",
            "replicas refuse to be written to",
            "set REDIS_URL to the master, or to the sentinels: redis+sentinel://host,host/service",
        )
    if facts.is_cluster:
        yield HealthFinding(
            "redis",
            Level.PROBLEM,
            "it is a cluster",
            "the keys of a job are changed together, and would be on different nodes",
            "use one server, with Sentinel if it has to fail over",
        )


def _memory(facts: RedisFacts) -> HealthFinding:
    if facts.policy in ("", "noeviction"):
        return HealthFinding("redis memory", Level.OK, "nothing is evicted")
    return HealthFinding(
        "redis memory",
        Level.PROBLEM if facts.max_memory else Level.NOTE,
        f"maxmemory-policy is {facts.policy}",
        "jobs and answers vanish when memory is short" if facts.max_memory else "it will matter once maxmemory is set",
        "redis-cli config set maxmemory-policy noeviction, and in redis.conf",
    )


def _persistence(facts: RedisFacts) -> HealthFinding:
    if facts.appends:
        return HealthFinding("redis persistence", Level.OK, "appendonly is on")
    if facts.is_embedded:
        return HealthFinding("redis persistence", Level.OK, "it is part of the service, and is to keep nothing")
    why = "accepted jobs and answers that may still be polled for are lost when it restarts"
    if facts.saves:
        why = "what came after the last snapshot is lost when it restarts"
    return HealthFinding(
        "redis persistence",
        Level.NOTE,
        "appendonly is off",
        why,
        "redis-cli config set appendonly yes, and in redis.conf, if that matters to you",
    )


def _clock(ahead_s: float) -> HealthFinding:
    if abs(ahead_s) <= _CLOCK_MAY_DIFFER_S:
        return HealthFinding("clock", Level.OK, f"{abs(ahead_s):.1f} s apart from that of Redis")
    return HealthFinding(
        "clock",
        Level.NOTE,
        f"this host's is {abs(ahead_s):.0f} s {'behind' if ahead_s > 0 else 'ahead of'} that of Redis",
        "times in logs don't match, and certificates may look expired",
        "let both hosts synchronise their clocks (NTP)",
    )


def _file_system(facts: CacheFacts) -> Iterator[HealthFinding]:
    if facts.file_system in _NETWORK_FILE_SYSTEMS:
        yield HealthFinding(
            "cache",
            Level.PROBLEM,
            f"{facts.directory} is on a network file system ({facts.file_system})",
            "locks and mapped files are slow there, or fail",
            "set UNMANGLE_CACHE_DIR to a local disk; UNMANGLE_SHARED_CACHE_URL shares files between hosts",
        )
    if facts.file_system in _MEMORY_FILE_SYSTEMS:
        yield HealthFinding(
            "cache",
            Level.NOTE,
            f"{facts.directory} is in memory ({facts.file_system})",
            f"it may take {_gib(facts.max_bytes)} of it, and is empty after a restart of the host",
            "set UNMANGLE_CACHE_DIR to a disk, or UNMANGLE_CACHE_MAX_BYTES to what you can spare",
        )


def _room(facts: CacheFacts) -> Iterator[HealthFinding]:
    if facts.free_bytes < _ROOM_BYTES:
        yield HealthFinding(
            "cache",
            Level.PROBLEM,
            f"only {_gib(facts.free_bytes)} are free for {facts.directory}",
            "large files can't be downloaded",
            "make room, or set UNMANGLE_CACHE_DIR to another disk",
        )
    elif facts.free_bytes + facts.used_bytes < facts.max_bytes:
        yield HealthFinding(
            "cache",
            Level.NOTE,
            f"{_gib(facts.free_bytes)} are free for {facts.directory}, which may grow to {_gib(facts.max_bytes)}",
            "the disk may fill up",
            "make room, or set UNMANGLE_CACHE_MAX_BYTES to less",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
