"""Calls that share a round trip: whatever is asked for while one is under way goes into the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Batches(Generic[Q, A]):
    """Sends questions in batches of up to ``most``, one batch at a time, and hands each its answer.

    ``send`` takes a batch and returns as many answers, in that order; what it raises, every call of the batch raises.
    Belongs to one event loop.
    """

    def __init__(self, send: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], most: int) -> None:
        self._send = send
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def call(self, question: Q) -> A:
        """Return the answer to a question.  Cancelling the call withdraws it, if it has not been sent yet."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await future

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch = [entry for entry in self._waiting[: self._most] if not entry[1].done()]
                del self._waiting[: self._most]
                if batch:
                    await self._send_batch(batch)
        finally:
            self._sending = None

    async def _send_batch(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._send([question for question, _ in batch])
        except Exception as error:  # it is not ours: it belongs to those who asked
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
