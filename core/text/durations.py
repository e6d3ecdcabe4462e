"""Durations as text: what settings say, and what errors say."""

from __future__ import annotations

import re

_UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_UNITS_MS = {"day": 86_400_000, "days": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_AMOUNT = re.compile(r"([0-9]+)([a-z]+)")
_DURATION = re.compile(r"([0-9]{1,18})([smhd]?)")


def parse_duration(text: str) -> int | None:
    """Return the seconds that a setting such as ``300``, ``300s``, ``5m``, ``24h`` or ``7d`` means, None if none."""
    duration = _DURATION.fullmatch(text)
    return int(duration[1]) * _UNITS_S[duration[2]] if duration else None


def duration_text(milliseconds: int) -> str:
    """Return a duration in units from large to small, as in ``1m 30s`` or ``2days 4h``.

    Source: Rust's ``humantime``, whose texts clients of Symbolicator see in ``Timeout after 5m``.
    """
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    amounts = (
        (days, "day" if days == 1 else "days"),
        (hours, "h"),
        (minutes, "m"),
        (seconds, "s"),
        (milliseconds, "ms"),
    )
    return " ".join(f"{amount}{unit}" for amount, unit in amounts if amount) or "0s"


def read_duration_text(text: str) -> int:
    """Return the milliseconds that ``duration_text`` wrote ``text`` for."""
    return sum(int(amount) * _UNITS_MS[unit] for amount, unit in _AMOUNT.findall(text))


def seconds_text(milliseconds: int) -> str:
    """Return a duration as a number of seconds, as in ``300s`` or ``1.5s``; below one second as in ``250ms``.

    Source: Rust's ``Debug`` form, which is in the text about a blocked host.
    """
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    seconds, rest = divmod(milliseconds, 1000)
    fraction = f".{rest:03}".rstrip("0").rstrip(".")
    return f"{seconds}{fraction}s"
