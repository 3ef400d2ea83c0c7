"""Designs of our own at the level of buffers, locks, descriptors and flows."""

import designs
import numpy as np
import pytest

from aiec.runtime.sim import Simulator, simulate

SEEDS = (0, 1, 2)


def i32(n, first=1):
    return np.arange(first, first + n, dtype=np.int32)


def add_one(x, y, n):
    assert n == 8
    y[:n] = x[:n] + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_relay_through_mem_tile_and_core(seed):
    a, b = i32(64), np.zeros(64, np.int32)
    report = simulate(designs.add_one_relay(), [a, b], {"add_one": add_one}, seed=seed)
    assert np.array_equal(b, a + 1)
    assert report.kernel_calls == 8
    assert report.simulated
    assert report.ddr_bytes == 2 * 256


class Copy:
    """A kernel that copies, in as many cycles as it is told."""

    def __init__(self, cycles):
        self.cycles = cycles

    def __call__(self, x, y):
        y[:] = x


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slow_consumer_stalls_the_whole_broadcast(seed):
    a, b, c = i32(128), np.zeros(128, np.int32), np.zeros(128, np.int32)
    kernels = {"quick": Copy(10), "slow": Copy(5000)}
    report = simulate(designs.broadcast(), [a, b, c], kernels, seed=seed)
    assert np.array_equal(b, a)
    assert np.array_equal(c, a)
    assert report.cycles > 8 * 5000
    quick = report.cores[0]
    assert quick.lock_cycles > 5 * 5000


def twice(x, y):
    y[:] = 2 * x


@pytest.mark.parametrize("seed", SEEDS)
def test_distribute_and_join(seed):
    a, b = i32(96), np.zeros(96, np.int32)
    simulate(designs.distribute_and_join(), [a, b], {"twice": twice}, seed=seed)
    assert np.array_equal(b, 2 * a)


@pytest.mark.parametrize("seed", SEEDS)
def test_layouts_scatter_on_s2mm_and_gather_on_mm2s(seed):
    a, b = i32(64), np.zeros(64, np.int32)
    text = designs.relay(
        designs.memcpy("a", "in", (1, 1, 1, 64))
        + designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1, token=True)
        + designs.wait("out"),
        take="sizes = [4, 4] strides = [1, 4]",
        give="sizes = [2, 2, 4] strides = [2, 1, 4]",
    )
    simulate(text, [a, b], seed=seed)
    stored = a.reshape(4, 4, 4).transpose(0, 2, 1).reshape(4, 16)
    taken = stored.reshape(4, 4, 2, 2).transpose(0, 2, 3, 1).reshape(64)
    assert np.array_equal(b, taken)


def test_a_tap_of_four_dimensions_and_offsets_that_count_strides():
    a, b = i32(64), np.zeros(24, np.int32)
    text = designs.relay(
        designs.memcpy("a", "in", (2, 3, 2, 2), (32, 8, 4, 1), (0, 1, 0, 2))
        + designs.memcpy("b", "out", (1, 1, 1, 24), bd_id=1, token=True)
        + designs.wait("out"),
        elements=8,
    )
    simulate(text, [a, b])
    grid = a.reshape(2, 4, 2, 4)
    assert np.array_equal(b, grid[:, 1:4, :, 2:4].reshape(-1))


def test_an_outer_stride_of_zero_repeats():
    a, b = i32(16), np.zeros(64, np.int32)
    text = designs.relay(
        designs.memcpy("a", "in", (4, 1, 1, 16))
        + designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1, token=True)
        + designs.wait("out")
    )
    simulate(text, [a, b])
    assert np.array_equal(b, np.tile(a, 4))


def one_shot(buffer, offset, length, repeat=0, label="s", after="end"):
    count = f", repeat_count = {repeat}" if repeat else ""
    return (
        f"aie.dma_start(MM2S, 0, ^{label}, ^{after}{count})\n^{label}:\n"
        f"aie.dma_bd(%{buffer} : memref<16xi32> offset = {offset} len = {length})\n"
        f"aie.end\n^{after}:\n"
    )


INITIAL = "= dense<[" + ", ".join(map(str, range(16))) + "]>"


def sender(starts, sizes):
    """A mem tile buffer holding 0 to 15 that only sends."""
    text = designs.relay(
        designs.memcpy("b", "out", sizes, token=True) + designs.wait("out"),
        starts=starts,
        arguments={"b": "memref<64xi32>"},
    )
    return text.replace('{sym_name = "m0"} : memref<16xi32>',
                        '{sym_name = "m0"} : memref<16xi32> ' + INITIAL)  # fmt: skip


def test_the_fourth_dimension_of_a_mem_tile_task_is_its_iteration():
    """Each run of the chain takes the next four of eight apart, then the same others."""
    b = np.zeros(64, np.int32)
    kind = "memref<16xi32>"
    body = (
        "%t = aiex.dma_configure_task(%mem, MM2S, 0) {\n"
        f"aie.dma_bd(%m0 : {kind} offset = 0 len = 4 sizes = [2, 1, 2, 2] strides = [8, 4, 2, 1])\n"
        f"aie.next_bd ^fixed\n^fixed:\naie.dma_bd(%m0 : {kind} offset = 4 len = 4)\naie.end\n"
        "} {repeat_count = 2 : i32}\naiex.dma_start_task(%t)\n"
    )
    text = sender(" ", (1, 1, 1, 24))
    simulate(text.replace("aiex.npu.dma_memcpy", body + "aiex.npu.dma_memcpy", 1), [b])
    first, second, fixed = np.arange(4), np.arange(8, 12), np.arange(4, 8)
    assert np.array_equal(b[:24], np.concatenate([first, fixed, second, fixed, first, fixed]))


def test_repeat_count_runs_once_more():
    b = np.zeros(64, np.int32)
    simulate(sender(one_shot("m0", 0, 16, repeat=3), (1, 1, 1, 64)), [b])
    assert np.array_equal(b, np.tile(np.arange(16), 4))


def test_tasks_of_a_channel_run_in_order():
    b = np.zeros(16, np.int32)
    starts = one_shot("m0", 8, 4, 1, "s0", "next") + one_shot("m0", 0, 8, 0, "s1", "end")
    simulate(sender(starts, (1, 1, 1, 16)), [b])
    assert b.tolist() == [8, 9, 10, 11, 8, 9, 10, 11, *range(8)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_runtime_parameter_behind_a_barrier(seed):
    simulator = Simulator(designs.runtime_parameter(), seed=seed)
    for value in (3, -7, 1 << 20):
        b = np.zeros(8, np.int32)
        simulator.run([b, value])
        assert b.tolist() == [value * j for j in range(8)]


def test_state_persists_between_runs():
    simulator = Simulator(designs.add_one_relay(), kernels={"add_one": add_one})
    for first in (0, 100):
        a, b = i32(64, first), np.zeros(64, np.int32)
        report = simulator.run([a, b])
        assert np.array_equal(b, a + 1)
        assert report.kernel_calls == 8
        assert report.notes == ()


def test_tokens_are_counted():
    a, b = i32(32), np.zeros(32, np.int32)
    half = designs.relay(
        designs.memcpy("a", "in", (1, 1, 1, 32))
        + designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1)
        + designs.memcpy("b", "out", (1, 1, 1, 16), offsets=(0, 0, 0, 16), bd_id=2)
        + designs.wait("out")
    )
    report = simulate(half, [a, b])
    assert np.array_equal(b, a)  # what nobody waited for still finishes
    assert report.notes == ("1 tokens of tile (0, 0) S2MM 0 were never awaited",)
    both = half.replace(designs.wait("out"), designs.wait("out") * 2)
    assert simulate(both, [a, b]).notes == ()
