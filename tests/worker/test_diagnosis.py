"""What a worker logs when it starts."""

from __future__ import annotations

import logging

from core.settings import Settings
from worker.diagnosis import log_findings


def test_what_is_in_the_way_of_the_work_is_an_error(redis_url, tmp_path, caplog):
    (tmp_path / "file").touch()
    log_findings(Settings(redis_url=redis_url, cache_dir=tmp_path / "file"))
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert errors[0].startswith(f"cache: {tmp_path}/file can't be used")


def test_a_worker_does_not_miss_itself(redis_url, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    log_findings(Settings(redis_url=redis_url, cache_dir=tmp_path))
    assert not any(record.message.startswith("workers") for record in caplog.records)
