"""A plugin for pytest that notes every answer of the wire that a test gets; ``bench.freeze`` loads it.

Noted are the bodies of HTTP answers and what ``encode_completed`` returns, without what is different in every run.
An answer that is pending says nothing of the code.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
import pytest

_BEGINNING = 2000
_ANY = (
    (re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d+"), "HOST"),
    (re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}"), "UUID"),
    (re.compile(re.escape(tempfile.gettempdir()) + r"/[\w./-]+"), "PATH"),
    (re.compile(r"#1[78]\d{8}\b"), "#TIME"),
)
_WIRE = ("/symbolicate-js", "/requests", "/explain")
_test: list[str] = []


def pytest_configure() -> None:
    """Listen at the places where answers come by."""
    read = aiohttp.ClientResponse.read

    async def noted(response: aiohttp.ClientResponse) -> bytes:
        body = await read(response)
        if response.url.path.startswith(_WIRE):
            _note(body)
        return body

    _replace(aiohttp.ClientResponse, "read", noted)
    for owner, name in ((http.client.HTTPResponse, "read"), (import_module("core.wire.response"), "encode_completed")):
        _replace(owner, name, _noted(getattr(owner, name)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Know which test runs.  Its file may move, so its name has to do."""
    _test.append(item.name)
    try:
        return (yield)
    finally:
        _test.pop()


def _replace(owner: Any, name: str, function: Any) -> None:
    setattr(owner, name, function)


def _noted(function: Callable[..., bytes]) -> Callable[..., bytes]:
    @wraps(function)
    def call(*arguments: Any, **more: Any) -> bytes:
        body = function(*arguments, **more)
        _note(body)
        return body

    return call


def _note(body: bytes) -> None:
    text = body.decode(errors="replace")
    if not _test or not text.startswith("{") or '"status":"pending"' in text:
        return
    for pattern, name in _ANY:
        text = pattern.sub(name, text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    with Path(os.environ["FREEZE_FOLDER"], str(os.getpid())).open("a") as file:
        file.write(json.dumps([_test[0], digest, text[:_BEGINNING]]) + "\n")
