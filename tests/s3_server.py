"""A server that speaks S3, with a bucket."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from api.sockets import free_port
from tests.waiting import PATIENCE_S


@contextlib.contextmanager
def s3_server() -> Iterator[int]:
    """Run a server, and yield its port."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _put_bucket(port)
        yield port
    finally:
        server.kill()
        server.wait()


def s3_environment(port: int) -> dict[str, str]:
    """Return the variables by which clients find the server."""
    return {
        "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "s3cret",
        "AWS_REGION": "us-east-1",
    }


def use_s3(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    for name, value in s3_environment(port).items():
        monkeypatch.setenv(name, value)


def _put_bucket(port: int) -> None:
    while True:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/bucket", method="PUT")
        try:
            urllib.request.urlopen(request, timeout=PATIENCE_S).close()
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
        else:
            return
