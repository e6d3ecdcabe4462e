"""Calls that share round trips: each gets its own answer, and nobody else's failure twice."""

from __future__ import annotations

import asyncio

import pytest

from api.submitted_jobs import Batches


class Squares:
    """Answers with squares, one batch at a time; remembers the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_answer = asyncio.Event()

    async def __call__(self, numbers) -> list[int]:
        self.batches.append(list(numbers))
        await self.may_answer.wait()
        if 13 in numbers:
            raise LookupError("13")
        return [number * number for number in numbers]


async def test_what_is_asked_meanwhile_goes_into_the_next_batch():
    squares = Squares()
    batches = Batches(squares, 3)
    calls = [asyncio.create_task(batches.call(number)) for number in range(8)]
    squares.may_answer.set()
    assert await asyncio.gather(*calls) == [number * number for number in range(8)]
    assert squares.batches == [[0, 1, 2], [3, 4, 5], [6, 7]]


async def test_a_failure_reaches_all_of_its_batch_and_nobody_else():
    squares = Squares()
    batches = Batches(squares, 2)
    calls = [asyncio.create_task(batches.call(number)) for number in (12, 13, 14)]
    squares.may_answer.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LookupError, LookupError, int]


async def test_who_leaves_before_it_is_sent_is_not_sent():
    squares = Squares()
    batches = Batches(squares, 1)
    first, second = [asyncio.create_task(batches.call(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    second.cancel()
    squares.may_answer.set()
    assert await first == 1
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await batches.call(3) == 9
    assert squares.batches == [[1], [3]]
