"""What scalar code costs a core: latencies, loops, and loops that are a memset."""

import designs
import numpy as np
import pytest

from aiec.runtime.sim import simulate
from aiec.runtime.sim.array import timing

CONSTANTS = """
      %zero = arith.constant 0 : i32
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
"""
STORE = "memref.store %zero, %m[%i, %j] : memref<4x8xi32>"


def cycles(body):
    """Cycles of a core that runs `body` once on a buffer %m."""
    text = designs.module(f"""
    %t = aie.tile(0, 2)
    %m = aie.buffer(%t) {{sym_name = "m"}} : memref<4x8xi32>
    aie.core(%t) {{{CONSTANTS}{body}
      aie.end
    }}
    aie.runtime_sequence(%a: memref<1xi32>) {{
    }}
    """)
    return simulate(text, [np.zeros(1, np.int32)]).cores[0].compute_cycles


def nest(inner, rows="%c4"):
    return (
        f"scf.for %i = %c0 to {rows} step %c1 {{ scf.for %j = %c0 to %c8 step %c1 {{ {inner} }} }}"
    )


def load(name, j):
    return f"%{name} = memref.load %m[%c0, %{j}] : memref<4x8xi32>\n"


def test_independent_loads_overlap():
    alone = cycles(load("a", "c0"))
    assert alone == timing.SCALAR_LOAD_LATENCY
    assert cycles(load("a", "c0") + load("b", "c1")) == alone + timing.SCALAR_LOAD_CYCLES


def test_a_result_is_waited_for_where_it_is_used():
    product = load("a", "c0") + load("b", "c1") + "%p = arith.muli %a, %b : i32\n"
    assert cycles(product) == 1 + timing.SCALAR_LOAD_LATENCY + timing.SCALAR_MUL_LATENCY
    late = product + "%q = arith.addi %p, %a : i32\n"
    assert cycles(late) == cycles(product) + timing.SCALAR_OP_CYCLES


def test_zeros_over_a_whole_buffer_are_a_memset():
    assert cycles(nest(STORE)) == timing.CALL_CYCLES + 4 * 8 * 4 * timing.BYTE_STORE_CYCLES


@pytest.mark.parametrize(
    "body",
    [
        nest(STORE, rows="%c1"),
        nest(
            STORE.replace("%zero", "%one").replace(
                "memref.store", "%one = arith.constant 1 : i32\nmemref.store"
            )
        ),
    ],
)
def test_other_stores_are_no_memset(body):
    assert cycles(body) < 4 * 8 * 4


def test_only_the_innermost_loop_is_free_of_jumps():
    outer = cycles(nest("%s = arith.addi %zero, %zero : i32"))
    inner = 8 * 2 * timing.SCALAR_OP_CYCLES
    assert outer == 4 * (inner + timing.SCALAR_OP_CYCLES + timing.BRANCH_CYCLES)


def rounds(count, body, carried=""):
    return cycles(f"scf.for %i = %c0 to {count} step %c1 {carried} {{ {body} }}")


def test_rounds_of_a_loop_overlap():
    flat = rounds("%c4", load("a", "i"))
    slots = timing.SCALAR_LOAD_CYCLES + timing.SCALAR_OP_CYCLES
    assert flat == 4 * slots + timing.SCALAR_LOAD_LATENCY - slots
    assert rounds("%c8", load("a", "i")) - flat == 4 * slots


def test_a_carried_value_is_waited_for_in_every_round():
    product = "%w = arith.muli %v, %v : i32\n%x = arith.muli %w, %w : i32\nscf.yield %x : i32"
    carried = "iter_args(%v = %zero) -> (i32)"
    more = rounds("%c8", product, carried) - rounds("%c4", product, carried)
    assert more == 4 * 2 * timing.SCALAR_MUL_LATENCY


def test_a_round_that_loads_what_another_may_store_waits():
    copy = load("a", "i") + "memref.store %a, %m[%c1, %i] : memref<4x8xi32>"
    assert rounds("%c8", copy) - rounds("%c4", copy) > 4 * timing.SCALAR_LOAD_LATENCY
