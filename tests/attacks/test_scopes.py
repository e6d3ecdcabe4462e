"""No two names of scopes become one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from core.settings import Settings
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import Source
from tests.api.service import S, Service, running_service
from worker.caches.keys import Namespace, key_digest, lookup_key

NAMES = [
    "",
    "global",
    "GLOBAL",
    "%EF%BF%BD",
    "%EF%BF%BD%EF%BF%BD",
    "%C3%A9",
    "e%CC%81",
    "%00",
    "a%00",
    "a",
    "a%20",
    "+a",
]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running_service(Settings()) as service:
        yield service


@pytest.mark.parametrize("name", ["%ff", "%fe", "%ff%fe", "a%C3", "%ED%A0%80", "%C0%80", "%F5%80%80%80"])
def test_names_that_are_not_utf_8_are_refused(service: Service, name: str):
    answer = service.submit({"source": S}, f"?scope={name}")
    assert (answer.status, answer.path) == (400, "query.scope")


def test_names_that_differ_stay_apart(service: Service):
    scopes = []
    for name in NAMES:
        assert service.submit({"source": S}, f"?scope={name}").status == 200
        scopes.append(service.jobs.submitted[-1][1])
    request = SymbolicateRequest(source=Source(id="s", url="https://s.test/", token="t"))
    keys = [key_digest(lookup_key(Namespace.of(request, scope), "https://s.test/?a")) for scope in scopes]
    assert all(one != other for one, other in itertools.combinations(keys, 2))
