"""The pool lends, keeps and evicts within its budget."""

import pytest

from aiec.ir.errors import DeviceError
from aiec.runtime.buffers import BufferPool
from aiec.runtime.null_device import NullDevice


def test_a_returned_buffer_is_lent_again():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    with pool.borrow(60) as first:
        pass
    with pool.borrow(60) as second:
        assert second is first
    assert pool.allocated_bytes == 60


def test_two_at_once_are_different():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    with pool.borrow(40) as first, pool.borrow(40) as second:
        assert first is not second


def test_the_least_recently_used_weight_goes_first():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    filled = []

    def ask(key):
        return pool.resident(key, 40, lambda buffer: filled.append(key))

    ask("a")
    ask("b")
    ask("a")
    ask("c")  # evicts b
    ask("a")
    assert filled == ["a", "b", "c"]
    ask("b")
    assert filled == ["a", "b", "c", "b"]
    assert pool.allocated_bytes <= 100


def test_free_buffers_go_before_weights():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    with pool.borrow(50):
        pass
    pool.resident("a", 40, lambda buffer: None)
    pool.resident("b", 40, lambda buffer: None)
    filled = []
    pool.resident("a", 40, lambda buffer: filled.append("a"))
    assert not filled


def test_what_cannot_fit_is_refused_with_the_numbers():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    with (
        pool.borrow(60),
        pytest.raises(
            DeviceError,
            match="a buffer of 50 bytes does not fit device 'null'; expected at most 100 bytes "
            "in all, 60 are in use",
        ),
        pool.borrow(50),
    ):
        pass
