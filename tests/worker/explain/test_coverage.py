"""The tables together."""

from __future__ import annotations

from core.explain.findings import Reason
from tests.worker.explain import test_files, test_uploads, test_web

ALL = [*test_files.ROWS, *test_uploads.ROWS, *test_web.ROWS]


def test_every_reason_has_a_situation():
    elsewhere = {Reason.RESOLVED, Reason.WEB_UNTRUSTED, Reason.INTERNAL_ERROR}
    assert {row.code for row in ALL} == set(Reason) - elsewhere
