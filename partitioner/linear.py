"""A mixed-integer program as it is written down: columns, rows, and HiGHS to solve it.

Below `milp.py`. All variables are 0 or more, all rows are "at least".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import milp
from scipy.sparse import csr_array

Terms = dict[int, float]  # coefficients of variables

_INFEASIBLE = 2  # scipy's status


@dataclass(frozen=True, slots=True)
class Solution:
    """Values of the variables, and by how much the objective could be less at most."""

    values: np.ndarray
    slack: float


class OutOfTime(Exception):  # noqa: N818  # not an error: the caller has plans of its own
    """No solution was found in the time allowed, and none excluded."""


@dataclass(slots=True)
class Program:
    """Columns and rows; `cost` may be set until `minimise` is called."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[Terms] = field(default_factory=list)
    least: list[float] = field(default_factory=list)  # of each row

    def variable(self, upper: float = math.inf, *, integer: bool = False) -> int:
        """Add a variable from 0 to `upper`; return its index."""
        self.cost.append(0.0)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.cost) - 1

    def at_least(self, terms: Terms, least: float = 0.0) -> None:
        """Demand that the sum of `terms` is `least` or more."""
        self.rows.append(terms)
        self.least.append(least)

    def minimise(self, budget_s: float) -> Solution | None:
        """The solution of least cost, or the best after `budget_s` seconds; None if there is none.

        Raises:
            OutOfTime: the time went by without a solution.
        """
        result = milp(
            np.array(self.cost),
            integrality=np.array(self.integer, dtype=int),
            bounds=(0.0, np.array(self.upper)),  # type: ignore[arg-type]  # scipy takes it
            constraints=(self._matrix(), np.array(self.least), math.inf),
            options={"mip_rel_gap": 0.0, "time_limit": budget_s},
        )
        if result.status == _INFEASIBLE:
            return None
        if result.x is None:
            raise OutOfTime
        bound = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
        return Solution(result.x, max(0.0, float(result.fun - bound)))

    def _matrix(self) -> csr_array:
        numbers = [(r, c, v) for r, row in enumerate(self.rows) for c, v in row.items()]
        rows, columns, values = zip(*numbers, strict=True) if numbers else ((), (), ())
        return csr_array((values, (rows, columns)), shape=(len(self.rows), len(self.cost)))


def sum_of(*parts: Terms) -> Terms:
    """Terms added up."""
    total: Terms = {}
    for part in parts:
        for column, number in part.items():
            total[column] = total.get(column, 0.0) + number
    return total


def scaled(terms: Terms, by: float) -> Terms:
    """Terms times a number."""
    return {column: by * number for column, number in terms.items()}
