"""What the self-check says about facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.observing.health import (
    EMBEDDED_REDIS,
    CacheFacts,
    Level,
    RedisFacts,
    judge_cache,
    judge_descriptors,
    judge_kernels,
    judge_redis,
    judge_workers,
    no_cache_directory,
    redis_facts,
    redis_is_away,
)

GOOD_REDIS = RedisFacts(
    version="7.2.4",
    role="master",
    is_cluster=False,
    max_memory=1 << 30,
    policy="noeviction",
    appends=True,
    saves=True,
    clock_ahead_s=0.1,
)
GOOD_CACHE = CacheFacts(Path("/cache"), max_bytes=10 << 30, used_bytes=0, free_bytes=100 << 30, file_system="ext4")


def test_a_good_server_is_fine():
    assert {finding.level for finding in judge_redis(GOOD_REDIS)} == {Level.OK}


@pytest.mark.parametrize(
    "change, level, says",
    [
        pytest.param({"version": "6.0.16"}, Level.PROBLEM, "version 6.0.16", id="too-old"),
        pytest.param({"version": "5"}, Level.PROBLEM, "version 5", id="much-too-old"),
        pytest.param({"version": "255.255.255"}, Level.OK, "255", id="built-from-source"),
        pytest.param({"role": "slave"}, Level.PROBLEM, "it is a slave", id="a-replica"),
        pytest.param({"is_cluster": True}, Level.PROBLEM, "it is a cluster", id="a-cluster"),
        pytest.param({"policy": "allkeys-lru"}, Level.PROBLEM, "allkeys-lru", id="evicts-when-full"),
        pytest.param(
            {"policy": "allkeys-lru", "max_memory": 0}, Level.NOTE, "allkeys-lru", id="evicts-but-has-no-limit"
        ),
        pytest.param({"policy": ""}, Level.OK, "nothing is evicted", id="a-server-that-does-not-say"),
        pytest.param({"appends": False}, Level.NOTE, "last snapshot", id="snapshots-only"),
        pytest.param({"appends": False, "saves": None}, Level.NOTE, "are lost", id="nobody-says-if-it-saves"),
        pytest.param({"clock_ahead_s": -90.0}, Level.NOTE, "90 s ahead of that of Redis", id="our-clock-is-ahead"),
        pytest.param({"clock_ahead_s": 90.0}, Level.NOTE, "90 s behind that of Redis", id="our-clock-is-behind"),
    ],
)
def test_what_is_said_about_a_server(change, level, says):
    found = [finding for finding in judge_redis(replace(GOOD_REDIS, **change)) if says in str(finding)]
    assert [finding.level for finding in found] == [level]


@pytest.mark.parametrize(
    "change, level, says",
    [
        pytest.param({}, Level.OK, "100.0 GiB are free", id="fine"),
        pytest.param({"problem": "Read-only file system"}, Level.PROBLEM, "Read-only file system", id="read-only"),
        pytest.param({"file_system": "tmpfs"}, Level.NOTE, "in memory", id="in-memory"),
        pytest.param({"file_system": "nfs4"}, Level.PROBLEM, "network file system", id="on-another-host"),
        pytest.param({"file_system": ""}, Level.OK, "writable", id="nobody-says-where-it-is"),
        pytest.param({"free_bytes": 1 << 20}, Level.PROBLEM, "only 0.0 GiB", id="full"),
        pytest.param({"free_bytes": 5 << 30}, Level.NOTE, "may grow to 10.0 GiB", id="may-become-full"),
        pytest.param({"free_bytes": 5 << 30, "used_bytes": 5 << 30}, Level.OK, "5.0 GiB are free", id="is-half-full"),
    ],
)
def test_what_is_said_about_the_cache_directory(change, level, says):
    (finding,) = judge_cache(replace(GOOD_CACHE, **change))
    assert (finding.level, says in str(finding)) == (level, True)


def test_whatever_is_not_fine_says_why_and_how_to_mend_it():
    bad_redis = RedisFacts("6.0", "slave", True, 1, "volatile-ttl", False, False, 99.0)
    findings = [
        redis_is_away("refused"),
        *judge_redis(bad_redis),
        judge_workers(0),
        no_cache_directory(),
        judge_kernels(["core.a"]),
        *judge_cache(replace(GOOD_CACHE, problem="no")),
        *judge_cache(replace(GOOD_CACHE, file_system="nfs", free_bytes=0)),
        *judge_cache(replace(GOOD_CACHE, file_system="tmpfs", free_bytes=2 << 30)),
    ]
    assert all(finding.what and finding.why and finding.mend for finding in findings)
    assert all(finding.level is not Level.OK and "\n" not in str(finding) for finding in findings)


def test_what_a_hosted_server_does_not_say_is_taken_to_be_fine():
    facts = redis_facts({"redis_version": "7.0.1"}, None, 0.0)
    assert [finding.subject for finding in judge_redis(facts) if finding.level is not Level.OK] == ["redis persistence"]


def test_workers_that_beat_and_kernels_that_are_compiled_are_fine():
    assert str(judge_workers(2)) == "workers: 2 beat"
    assert judge_kernels([]).level is Level.OK


@pytest.mark.parametrize(
    "file, level",
    [
        pytest.param(f"/tmp/x/{EMBEDDED_REDIS}", Level.OK, id="of-unmangle-serve"),
        pytest.param("/etc/redis/redis.conf", Level.NOTE, id="somebody-else"),
        pytest.param("", Level.NOTE, id="no-file"),
    ],
)
def test_a_server_that_is_part_of_the_service_may_forget(file, level):
    facts = redis_facts({"redis_version": "7.2.4", "aof_enabled": 0, "config_file": file}, "", 0)
    assert [each.level for each in judge_redis(facts) if each.subject == "redis persistence"] == [level]


@pytest.mark.parametrize("count, level", [(64, Level.PROBLEM), (1024, Level.NOTE), (8192, Level.OK)])
def test_few_file_descriptors_are_a_finding(count, level):
    finding = judge_descriptors(count)
    assert finding.level is level
    assert str(finding).startswith(f"descriptors: {count} files may be open")
