import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.caches.cache_entries import NOT_KEPT, Lifetime
from worker.caches.memory import Budget, Generations, MemoryCache

FOR_EVER = Lifetime(None)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Maker:
    """Makes values, and counts how often."""

    def __init__(self, value: str = "value") -> None:
        self.value = value
        self.count = 0

    async def __call__(self) -> str:
        self.count += 1
        return self.value


class SlowMaker(Maker):
    """Makes a value once it may."""

    def __init__(self, value: str = "value") -> None:
        super().__init__(value)
        self.started = asyncio.Event()
        self.may_end = asyncio.Event()
        self.was_cancelled = asyncio.Event()

    async def __call__(self) -> str:
        self.count += 1
        self.started.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cancelled.set()
            raise
        return self.value


def a_cache(
    max_bytes: int = 1000,
    lifetime_of: Callable[[str], Lifetime] = lambda _: FOR_EVER,
    max_entries: int | None = None,
    clock: Clock | None = None,
    budget: Budget | None = None,
) -> MemoryCache[str, str]:
    return MemoryCache(
        budget=budget or Budget(4 * max_bytes),
        max_bytes=max_bytes,
        max_entries=max_entries,
        size_of=lambda _, value: len(value),
        lifetime_of=lifetime_of,
        clock=clock or Clock(),
    )


async def is_kept(cache: MemoryCache[str, str], key: str) -> bool:
    """Say whether a value is kept; it is made anew if not."""
    maker = Maker("x")
    await cache.get(key, maker)
    return maker.count == 0


async def running(*work: Awaitable[str]) -> list[asyncio.Task[str]]:
    """Start everything, and return once all of it waits."""
    tasks = [asyncio.ensure_future(each) for each in work]
    await asyncio.sleep(0)
    return tasks


async def test_a_value_is_made_once():
    cache, maker = a_cache(), Maker()
    assert [await cache.get("key", maker) for _ in range(3)] == ["value"] * 3
    assert maker.count == 1


async def test_each_key_has_its_own_value():
    cache = a_cache()
    assert await cache.get("a", Maker("1")) == "1"
    assert await cache.get("b", Maker("2")) == "2"
    assert await cache.get("a", Maker("3")) == "1"


async def test_none_is_a_value():
    cache: MemoryCache[str, None] = MemoryCache(budget=Budget(9), size_of=lambda *_: 1, lifetime_of=lambda _: FOR_EVER)
    calls = []

    async def make() -> None:
        calls.append(1)

    await cache.get("key", make)
    await cache.get("key", make)
    assert calls == [1]


# How long


@pytest.mark.parametrize(
    "lifetime, age, expected",
    [
        pytest.param(Lifetime(60), 59.9, True, id="younger"),
        pytest.param(Lifetime(60), 60.0, False, id="exactly-over"),
        pytest.param(Lifetime(60), 1e9, False, id="long-over"),
        pytest.param(FOR_EVER, 1e9, True, id="for-ever"),
        pytest.param(NOT_KEPT, 0.0, False, id="not-at-all"),
        pytest.param(Lifetime(60, since_last_use=True), 59.9, True, id="unused-but-younger"),
        pytest.param(Lifetime(60, since_last_use=True), 60.0, False, id="unused-for-too-long"),
    ],
)
async def test_a_value_is_kept_for_its_lifetime(lifetime, age, expected):
    clock = Clock()
    cache = a_cache(lifetime_of=lambda _: lifetime, clock=clock)
    await cache.get("key", Maker())
    clock.now += age
    assert await is_kept(cache, "key") is expected


@pytest.mark.parametrize(
    "since_last_use, expected",
    [pytest.param(True, True, id="renewed"), pytest.param(False, False, id="not-renewed")],
)
async def test_use_renews_a_lifetime_since_last_use(since_last_use, expected):
    clock = Clock()
    cache = a_cache(lifetime_of=lambda _: Lifetime(60, since_last_use), clock=clock)
    await cache.get("key", Maker())
    for _ in range(3):
        clock.now += 40
        kept = await is_kept(cache, "key")
        if not kept:
            break
    assert kept is expected


async def test_the_lifetime_depends_on_the_value():
    clock = Clock()
    cache = a_cache(lifetime_of=lambda value: Lifetime(10 if value == "miss" else 100), clock=clock)
    await cache.get("found", Maker("file"))
    await cache.get("missing", Maker("miss"))
    clock.now += 50
    assert await is_kept(cache, "found")
    assert not await is_kept(cache, "missing")


async def test_the_lifetime_starts_when_the_value_is_there():
    clock = Clock()
    cache = a_cache(lifetime_of=lambda _: Lifetime(60), clock=clock)
    maker = SlowMaker()
    (task,) = await running(cache.get("key", maker))
    await maker.started.wait()
    clock.now += 300
    maker.may_end.set()
    await task
    assert await is_kept(cache, "key")


# How much


async def test_what_was_used_longest_ago_goes_first():
    cache = a_cache(max_bytes=30)
    for key in "abc":
        await cache.get(key, Maker("0123456789"))
    await cache.get("a", Maker())
    await cache.get("d", Maker("0123456789"))
    assert await is_kept(cache, "a")
    assert not await is_kept(cache, "b")


async def test_a_value_larger_than_the_cache_is_made_but_not_kept():
    cache = a_cache(max_bytes=4)
    assert await cache.get("key", Maker("01234")) == "01234"
    assert cache.size_bytes == 0
    assert not await is_kept(cache, "key")


async def test_caches_with_one_budget_drop_what_was_used_longest_ago_in_any_of_them():
    budget, clock = Budget(40), Clock()
    one, other = (a_cache(budget=budget, clock=clock) for _ in range(2))
    for cache, key in [(one, "a"), (other, "b"), (one, "c"), (other, "d")]:
        clock.now += 1
        await cache.get(key, Maker("0123456789"))
    clock.now += 1
    await one.get("a", Maker())
    await one.get("e", Maker("0123456789"))
    assert [one.has(key) for key in "ace"] == [True, True, True]
    assert [other.has(key) for key in "bd"] == [False, True]
    assert budget.size_bytes == 40


async def test_a_value_that_would_take_most_of_a_budget_is_not_kept():
    budget = Budget(40)
    one, other = (a_cache(budget=budget) for _ in range(2))
    await one.get("a", Maker("0123456789"))
    await other.get("b", Maker("0123456789" + "!"))
    assert one.has("a")
    assert not other.has("b")


async def test_a_value_that_is_replaced_counts_once():
    clock = Clock()
    cache = a_cache(clock=clock, lifetime_of=lambda _: Lifetime(5))
    for _ in range(3):
        clock.now += 10
        await cache.get("key", Maker("0123456789"))
    assert cache.size_bytes == 10


async def test_entries_are_bounded_too():
    cache = a_cache(max_entries=2)
    for key in "abc":
        await cache.get(key, Maker())
    assert await is_kept(cache, "c")
    assert await is_kept(cache, "b")
    assert not await is_kept(cache, "a")


async def test_a_cache_for_no_entries_keeps_none():
    cache = a_cache(max_entries=0)
    await cache.get("key", Maker())
    assert not await is_kept(cache, "key")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=40))
async def test_the_cache_never_grows_beyond_its_bound(uses):
    cache = a_cache(max_bytes=20)
    for key, size in uses:
        await cache.get(key, Maker("x" * size))
        assert cache.size_bytes <= 20


# At the same time


async def test_those_who_want_the_same_at_the_same_time_share_the_work():
    cache, maker = a_cache(), SlowMaker()
    tasks = await running(*(cache.get("key", maker) for _ in range(5)))
    await maker.started.wait()
    maker.may_end.set()
    assert await asyncio.gather(*tasks) == ["value"] * 5
    assert maker.count == 1


async def test_different_keys_do_not_wait_for_each_other():
    cache, slow = a_cache(), SlowMaker()
    (task,) = await running(cache.get("slow", slow))
    assert await cache.get("fast", Maker("fast")) == "fast"
    slow.may_end.set()
    assert await task == "value"


async def test_one_who_is_cancelled_does_not_stop_the_work_of_others():
    cache, maker = a_cache(), SlowMaker()
    first, second = await running(cache.get("key", maker), cache.get("key", maker))
    await maker.started.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    maker.may_end.set()
    assert await second == "value"
    assert maker.count == 1
    assert await is_kept(cache, "key")


async def test_work_that_nobody_waits_for_is_stopped():
    cache, maker = a_cache(), SlowMaker()
    tasks = await running(cache.get("key", maker), cache.get("key", maker))
    await maker.started.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await maker.was_cancelled.wait()
    assert not await is_kept(cache, "key")


async def test_who_comes_after_work_was_stopped_starts_anew():
    cache, stopped, maker = a_cache(), SlowMaker(), Maker("new")
    (task,) = await running(cache.get("key", stopped))
    await stopped.started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await cache.get("key", maker) == "new"
    await stopped.was_cancelled.wait()
    assert await cache.get("key", Maker("other")) == "new"


async def test_what_work_raises_reaches_everybody_and_is_not_kept():
    cache = a_cache()
    may_fail = asyncio.Event()

    async def fail() -> str:
        await may_fail.wait()
        raise ZeroDivisionError

    tasks = await running(cache.get("key", fail), cache.get("key", fail))
    may_fail.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [ZeroDivisionError, ZeroDivisionError]
    assert await cache.get("key", Maker("fine")) == "fine"


async def test_closing_stops_the_work_and_forgets_the_values():
    cache, maker = a_cache(), SlowMaker()
    await cache.get("other", Maker())
    (task,) = await running(cache.get("key", maker))
    await maker.started.wait()
    await cache.close()
    assert maker.was_cancelled.is_set()
    assert cache.size_bytes == 0
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_cleared_is_forgotten_also_if_it_was_under_way():
    cache: MemoryCache[str, str] = MemoryCache(
        budget=Budget(1000), size_of=lambda _, value: len(value), lifetime_of=lambda _: FOR_EVER
    )
    await cache.get("kept", Maker())
    old = SlowMaker("old")
    waiting = asyncio.create_task(cache.get("under way", old))
    await old.started.wait()
    cache.clear()
    assert not cache.has("kept")
    assert cache.size_bytes == 0
    assert await cache.get("under way", Maker("new")) == "new"
    old.may_end.set()
    assert await waiting == "old"
    assert await cache.get("under way", Maker("newer")) == "new"


async def test_a_value_can_be_made_anew():
    cache: MemoryCache[str, str] = MemoryCache(
        budget=Budget(1000), size_of=lambda _, value: len(value), lifetime_of=lambda _: FOR_EVER
    )
    await cache.get("key", Maker("old"))
    assert await cache.get("key", Maker("new"), anew=True) == "new"
    assert await cache.get("key", Maker("newer")) == "new"
    assert cache.size_bytes == 3


def of_bytes(max_bytes: int) -> Generations[int, bytes]:
    return Generations(max_bytes, len)


def test_what_is_kept_is_found():
    kept = of_bytes(100)
    kept.keep(1, b"one")
    assert (kept.get(1), kept.get(2)) == (b"one", None)


def test_what_is_used_outlives_what_is_not():
    kept = of_bytes(40)
    kept.keep(0, bytes(10))
    kept.keep(1, bytes(10))
    for number in range(2, 10):
        kept.keep(number, bytes(10))
        assert kept.get(0) is not None
    assert kept.get(1) is None


def test_a_value_that_would_push_all_others_out_is_not_kept():
    kept = of_bytes(40)
    kept.keep(0, bytes(10))
    kept.keep(1, bytes(21))
    assert (kept.get(0), kept.get(1)) == (bytes(10), None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 30))))
def test_it_never_holds_more_than_it_may_nor_anything_else(steps):
    kept, last = of_bytes(50), {}
    for is_read, key, size in steps:
        if is_read:
            assert kept.get(key) in (None, last.get(key))
        else:
            kept.keep(key, bytes(size))
            last[key] = bytes(size) if size <= 25 else last.get(key)
        held = [value for key in last if (value := kept._young.get(key) or kept._old.get(key))]
        assert sum(map(len, held)) <= 50
