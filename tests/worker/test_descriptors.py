"""File descriptors: what fits into few of them, and waiting for one."""

from __future__ import annotations

import errno

import pytest

from core.errors import OutOfDescriptors
from core.settings import Settings
from worker import descriptors
from worker.descriptors import fitting, with_descriptors


@pytest.mark.parametrize("count, jobs", [(10, 1), (64, 1), (256, 13), (8192, 100)])
def test_a_worker_runs_as_many_jobs_as_fit(count, jobs):
    assert fitting(Settings(), count).worker_max_jobs == jobs
    assert fitting(Settings(worker_max_waiting=100), count).worker_max_waiting == jobs


def test_what_is_set_lower_stays_so():
    assert fitting(Settings(worker_max_jobs=3, memory_cache_bytes=5, worker_max_waiting=7), 8192) == Settings(
        worker_max_jobs=3, memory_cache_bytes=5, worker_max_waiting=7
    )


@pytest.mark.parametrize("error", [OutOfDescriptors(), OSError(errno.EMFILE, ""), OSError(errno.ENFILE, "")])
async def test_work_without_a_descriptor_is_begun_anew(error, monkeypatch):
    monkeypatch.setattr(descriptors, "_PAUSE_S", 0)
    errors = [error] * 2

    async def work() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert await with_descriptors(work) == "done"


async def test_other_errors_come_out():
    async def work() -> None:
        raise OSError(errno.EACCES, "")

    with pytest.raises(PermissionError):
        await with_descriptors(work)
