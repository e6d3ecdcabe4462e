from __future__ import annotations

import io
import sys

import pytest

from worker.command.terminal import Colour, Progress, paint


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream, environment, expected", [
    pytest.param(Terminal(), {}, "\x1b[32mok\x1b[0m", id="terminal"),
    pytest.param(Terminal(), {"NO_COLOR": "1"}, "ok", id="no-color"),
    pytest.param(Terminal(), {"TERM": "dumb"}, "ok", id="dumb-terminal"),
    pytest.param(io.StringIO(), {}, "ok", id="pipe"),
])  # fmt: skip
def test_colours_are_for_terminals(monkeypatch, stream, environment, expected):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert paint("ok", Colour.GOOD, stream) == expected


@pytest.mark.parametrize("quiet_s, shown", [
    pytest.param(0.0, "\r\x1b[Kreading [############            ] 1 of 2\r\x1b[K", id="long-work"),
    pytest.param(3600.0, "", id="short-work"),
])  # fmt: skip
def test_the_bar_is_shown_for_long_work_and_gone_afterwards(monkeypatch, quiet_s, shown):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress("reading", 2, quiet_s) as progress:
        progress.step()
    assert sys.stderr.getvalue() == shown


def test_there_is_no_bar_in_a_file(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress("reading", 2, 0.0) as progress:
        progress.step()
    assert sys.stderr.getvalue() == ""
