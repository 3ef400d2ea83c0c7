"""Work ahead: order, how far ahead, errors in their place, and an end before the end."""

import threading

import pytest

from aiec.speech.ahead import ahead

DEPTHS = (0, 1, 3)


@pytest.mark.parametrize("depth", DEPTHS)
def test_all_come_in_order(depth: int) -> None:
    assert list(ahead(range(20), str, depth)) == [(i, str(i)) for i in range(20)]
    assert list(ahead((), str, depth)) == []


@pytest.mark.parametrize("depth", DEPTHS)
def test_it_stays_within_its_depth(depth: int) -> None:
    begun: list[int] = []
    for asked, _ in ahead(range(20), begun.append, depth):
        assert len(begun) <= asked + 1 + depth


def test_the_next_is_worked_on_while_one_is_used() -> None:
    begun = [threading.Event() for _ in range(3)]
    results = ahead(range(3), lambda i: begun[i].set(), 1)
    next(results)
    assert begun[1].wait(30)
    results.close()


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_error_comes_in_its_place(depth: int) -> None:
    results = ahead([1, 2, 0, 3], lambda n: 6 // n, depth)
    assert [next(results), next(results)] == [(1, 6), (2, 3)]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_its_thread_ends_when_nobody_asks_for_more() -> None:
    before = threading.active_count()
    results = ahead(range(1000), str, 2)
    next(results)
    results.close()
    assert threading.active_count() == before
