from hypothesis import given
from hypothesis import strategies as st

from worker.caches.generations import Generations


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
