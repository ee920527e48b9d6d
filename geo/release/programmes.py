"""Linear programmes: the one door to the solver, with a limit on its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.optimize import linprog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

#: Seconds for one programme. One that takes longer proves nothing.
TIME_LIMIT_S = 20.0
_OPTIMAL, _INFEASIBLE = 0, 2


class NotProvedError(Exception):
    """A programme ended without an answer."""


def minimise(
    cost: NDArray[np.float64],
    equations: csr_array,
    right: NDArray[np.float64],
    bounds: NDArray[np.float64],
    *,
    time_limit_s: float = TIME_LIMIT_S,
) -> NDArray[np.float64] | None:
    """Minimiser of a linear programme, shape (n,); None when nothing meets the equations.

    Parameters
    ----------
    cost
        Shape (n,).
    equations, right
        Shapes (m, n) and (m,); m may be 0.
    bounds
        Shape (n, 2), least and largest value.
    time_limit_s
        Seconds after which it is given up.

    Raises
    ------
    NotProvedError
        When it ended for any other reason.
    """
    has = equations.shape[0] > 0
    found = linprog(
        cost, A_eq=equations if has else None, b_eq=right if has else None, bounds=bounds, method="highs",
        options={"time_limit": time_limit_s},
    )  # fmt: skip
    if found.status == _INFEASIBLE:
        return None
    if found.status != _OPTIMAL:
        raise NotProvedError
    solved: NDArray[np.float64] = found.x
    return solved
