from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.durations import duration_text, parse_duration, seconds_text


@pytest.mark.parametrize("milliseconds, text", [
    (5000, "5s"), (10_000, "10s"), (90_000, "1m 30s"), (300_000, "5m"), (315_000, "5m 15s"), (3_600_000, "1h"),
    (1500, "1s 500ms"), (0, "0s"), (1, "1ms"), (3_601_000, "1h 1s"), (86_400_000, "1day"), (93_600_000, "1day 2h"),
    (172_800_000, "2days"), (86_399_999, "23h 59m 59s 999ms"),
])  # fmt: skip
def test_durations_in_units(milliseconds: int, text: str) -> None:
    assert duration_text(milliseconds) == text


@pytest.mark.parametrize("milliseconds, text", [
    (300_000, "300s"), (1500, "1.5s"), (250, "250ms"), (1000, "1s"), (999, "999ms"), (1001, "1.001s"),
    (10_050, "10.05s"), (3_600_000, "3600s"),
])  # fmt: skip
def test_durations_in_seconds(milliseconds: int, text: str) -> None:
    assert seconds_text(milliseconds) == text


@pytest.mark.parametrize("text, seconds", [
    ("300", 300), ("300s", 300), ("5m", 300), ("24h", 86_400), ("7d", 604_800), ("0", 0), ("0d", 0), ("007", 7),
])  # fmt: skip
def test_durations_of_settings(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", [
    pytest.param("", id="empty"),
    pytest.param("soon", id="word"),
    pytest.param("s", id="unit-only"),
    pytest.param("-5", id="negative"),
    pytest.param("+5", id="sign"),
    pytest.param("1.5s", id="fraction"),
    pytest.param("5 m", id="space"),
    pytest.param(" 5m", id="leading-space"),
    pytest.param("5m\n", id="trailing-newline"),
    pytest.param("1_000", id="underscore"),
    pytest.param("5M", id="upper-case-unit"),
    pytest.param("5ms", id="unknown-unit"),
    pytest.param("1h30m", id="two-units"),
    pytest.param("٣", id="digits-beyond-ascii"),
    pytest.param("9" * 5000, id="thousands-of-digits"),
])  # fmt: skip
def test_text_that_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(min_value=0, max_value=10**12))
def test_both_texts_say_the_same(milliseconds: int) -> None:
    units_ms = {"day": 86_400_000, "days": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    parts = [part.partition(part.lstrip("0123456789")) for part in duration_text(milliseconds).split(" ")]
    assert sum(int(amount) * units_ms[unit] for amount, unit, _ in parts) == milliseconds
    seconds = seconds_text(milliseconds)
    number = seconds.rstrip("ms")
    assert round(float(number) * (1 if seconds.endswith("ms") else 1000)) == milliseconds
