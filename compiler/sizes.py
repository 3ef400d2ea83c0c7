"""Sizes of values as plain numbers, those that Dynamo made symbolic as well.

Read by everything that compares shapes. Comparing symbolic sizes themselves would add guards, and
so compile the graph again for sizes that it could have run. Here each symbol stands for a prime
above any real size: what is equal, or divides another, does so whatever the symbol is.
"""

from __future__ import annotations

from functools import cache

import torch
from sympy import nextprime
from torch.fx import Node
from torch.fx.experimental.symbolic_shapes import statically_known_true

LEAST_SYMBOLIC = 10**9  # every size with a symbol in it is above this, any other below


def shape_of(node: Node) -> tuple[int, ...]:
    """Sizes of a tensor; one that is not known until it runs is a number of its own."""
    return tuple(map(size_of, node.meta["val"].shape))


def size_of(size: int | torch.SymInt) -> int:
    """`2 * s0` is twice the prime of `s0`; a size that guards fix is what it was traced as."""
    if isinstance(size, int):
        return size
    hint = size.node.hint
    if hint is not None and statically_known_true(size == hint):
        return int(hint)
    expression = size.node.expr
    return int(expression.xreplace({s: _prime_of(str(s)) for s in expression.free_symbols}))


def is_known(size: int) -> bool:
    """Whether a size of `shape_of` is the same in every call."""
    return size < LEAST_SYMBOLIC


def known_factor(size: int) -> int:
    """1500 of `s0 * 1500`: what divides the size in every call; 1 of a sum such as `s0 + 3`."""
    for prime in _primes_given():
        while size % prime == 0:
            size //= prime
    return size if is_known(size) else 1


_given: dict[str, int] = {}


def _primes_given() -> tuple[int, ...]:
    return tuple(_given.values())


def _prime_of(symbol: str) -> int:
    if symbol not in _given:
        _given[symbol] = _prime(len(_given))
    return _given[symbol]


@cache
def _prime(index: int) -> int:
    """Primes so large that a thousandth or a millionth of one is above `LEAST_SYMBOLIC` as well."""
    return int(nextprime(_prime(index - 1) if index else 10**9 * LEAST_SYMBOLIC))
