"""The pool lends, keeps and evicts within its budget."""

import gc

import pytest
import torch

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


def test_another_stamp_fills_the_same_buffer():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    filled = []
    one, other, again = (
        pool.resident("a", 40, lambda buffer, s=stamp: filled.append(s), stamp=stamp)
        for stamp in (1, 2, 2)
    )
    assert filled == [1, 2]
    assert one is other is again


def test_a_buffer_goes_with_its_source():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    kept, dropped = torch.zeros(1), torch.zeros(1)
    for key, sources in (("a", [kept]), ("b", [kept, dropped]), ("c", [])):
        pool.resident(key, 20, lambda buffer: None, sources=sources)
    assert pool.allocated_bytes == 60
    del dropped, sources
    assert pool.allocated_bytes == 40


def test_a_pool_may_go_before_the_source():
    pool, source = BufferPool(NullDevice()), torch.zeros(1)
    pool.resident("a", 20, lambda buffer: None, sources=[source])
    del pool
    gc.collect()
    del source


def test_a_buffer_whose_filling_fails_is_not_lost():
    """Neither where it is new, nor where it was filled before."""
    pool = BufferPool(NullDevice(), budget_bytes=100)

    def stop(buffer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool.resident("a", 40, stop)
    assert pool.allocated_bytes == 0
    pool.resident("a", 40, lambda buffer: None, stamp=1)
    with pytest.raises(KeyboardInterrupt):
        pool.resident("a", 40, stop, stamp=2)
    filled = []
    pool.resident("a", 40, lambda buffer: filled.append(1), stamp=1)
    assert filled == [1]
    assert pool.allocated_bytes == 40


def test_a_leased_buffer_that_nobody_holds_is_not_counted():
    pool = BufferPool(NullDevice(), budget_bytes=100)
    pool.lease(60)
    assert pool.allocated_bytes == 0
    pool.lease(60)
