"""Outages in the log: told at once, then seldom, and when they are over."""

from __future__ import annotations

import logging

import pytest

from core.errors import StoreUnavailable
from core.observing.outages import Outage


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)
    return lambda: [record.getMessage() for record in caplog.records]


def test_an_hour_has_a_line_at_once_then_growing_pauses_and_one_at_the_end(time, lines):
    outage = Outage("Redis", time)
    noted_at = []
    for tenth in range(36_000):
        time.now = tenth / 10
        before = len(lines())
        outage.note("refused")
        if len(lines()) > before:
            noted_at.append(time.now)
    time.now = 3600.0
    outage.over()
    outage.over()
    assert noted_at[:6] == [0, 10, 30, 70, 150, 310]
    assert len(noted_at) == 16
    assert lines()[:2] == ["Redis can't be used: refused", "Redis can't be used for 10 s now: refused"]
    assert lines()[-1] == "Redis can be used again, after 3600.0 s"


def test_what_comes_and_goes_each_second_fills_no_log(time, lines):
    outage = Outage("Redis", time)
    for second in range(3600):
        time.now = second
        outage.note("refused")
        time.now += 0.5
        outage.over()
    assert len(lines()) < 40


def test_an_outage_much_later_is_told_at_once(time, lines):
    outage = Outage("Redis", time)
    for time.now in (0.0, 1000.0):
        outage.note("refused")
        time.now += 11
        outage.note("refused")
        outage.over()
    assert lines()[:3] == lines()[3:]
    assert len(lines()) == 6


def test_success_alone_says_nothing(time, lines):
    Outage("Redis", time).over()
    assert lines() == []


def test_representations_of_pools_are_left_out():
    text = (
        "No master found for 'main' : <redis.asyncio.client.Redis(<redis.asyncio.connection.ConnectionPool("
        "<redis.asyncio.connection.Connection(host=a,password=p)>)>)> - ConnectionError('refused'),\n next"
    )
    assert StoreUnavailable(text).why == "No master found for 'main' : ConnectionError('refused'), next"
