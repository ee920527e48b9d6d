"""Priority of areas: a weighted sum of scaled criteria, split into parts that add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from geo.planning.criteria import Direction, Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.planning.criteria import Criterion

#: Scores that differ by less are a tie: the rounding error of 0.1 + 0.2 - 0.3 must not decide an order.
_DIGITS = 12


class Gone(StrEnum):
    """Why a criterion is left out."""

    NO_COLUMN = "no_column"
    NO_VALUE = "no_value"


class NothingToRankError(ValueError):
    """No criterion with a weight has data."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Areas in order of priority.

    Parameters
    ----------
    criteria
        Criteria in use, in the given order; their weights sum to 1.
    table
        On the given index: `score` (0 to 1), `rank` (1 is first, each once), and `part_<criterion>`; the parts add up
        to the score.
    values
        Values before scaling, one column per criterion, single missing values filled.
    scaled
        Scaled values, 0 to 1, higher is earlier, one column per criterion.
    expected
        Expected counts, one column for each criterion with uncertain counts.
    left_out
        Criteria that are not used, and why.
    filled
        Criterion and area of each filled missing value; it counts as the median of the others.
    """

    criteria: tuple[Criterion, ...]
    table: pd.DataFrame
    values: pd.DataFrame
    scaled: pd.DataFrame
    expected: pd.DataFrame
    left_out: tuple[tuple[Criterion, Gone], ...]
    filled: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        out, filled = len(self.left_out), len(self.filled)
        return (
            f"Ranking of {len(self.table)} areas by {len(self.criteria)} criteria ({out} left out, {filled} filled)"
        )

    @property
    def weights(self) -> pd.Series[float]:
        """Weight by criterion, normalised over those in use."""
        return pd.Series({one.name: one.weight for one in self.criteria}, dtype=float)

    @property
    def order(self) -> pd.Index[str]:
        """Areas in order of rank."""
        return self.table["rank"].sort_values().index


def minmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values scaled between minimum (0) and maximum (1) of the last axis; all 0 if all are equal."""
    # Halves, because the range of two large numbers of opposite sign may overflow.
    half = values / 2
    low = half.min(axis=-1, keepdims=True)
    width = half.max(axis=-1, keepdims=True) - low
    return (half - low) / np.where(width > 0, width, 1.0)


def places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each value along the last axis, scaled 0 to 1; ties share a rank; all 0 if all are equal."""
    ranked = np.asarray(stats.rankdata(values, axis=-1), dtype=float)
    several = values.min(axis=-1, keepdims=True) < values.max(axis=-1, keepdims=True)
    return np.where(several, (ranked - 1) / max(1, values.shape[-1] - 1), 0.0)


def scaled(values: NDArray[np.float64], criterion: Criterion) -> NDArray[np.float64]:
    """Values of a criterion scaled to 0 to 1, higher is earlier, along the last axis.

    If all values are equal the criterion distinguishes no area and adds nothing: 0 for all, in either direction.
    """
    found = minmax(values) if criterion.scale is Scale.MINMAX else places(values)
    if criterion.direction is Direction.DOWN:
        several = values.min(axis=-1, keepdims=True) < values.max(axis=-1, keepdims=True)
        found = np.where(several, 1.0 - found, 0.0)
    return found


def comparable(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores rounded so that values that differ only in the last digits are equal."""
    return np.round(scores, _DIGITS)


def _present(
    table: pd.DataFrame, criteria: Iterable[Criterion]
) -> tuple[list[Criterion], list[tuple[Criterion, Gone]]]:
    kept, gone = [], []
    for one in criteria:
        if one.column not in table.columns:
            gone.append((one, Gone.NO_COLUMN))
        elif table[one.column].isna().all():
            gone.append((one, Gone.NO_VALUE))
        else:
            kept.append(one)
    return kept, gone


def _shared(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    largest = max((one.weight for one in criteria), default=0.0)
    if not largest > 0:
        msg = "no criterion that has data has a weight"
        raise NothingToRankError(msg)
    # Divide by the largest first: the sum of two large weights may overflow.
    total = sum(one.weight / largest for one in criteria)
    return tuple(replace(one, weight=one.weight / largest / total) for one in criteria)


def rank(table: pd.DataFrame, criteria: Iterable[Criterion]) -> Ranking:
    """Priority of areas by a weighted sum of scaled values.

    Values are scaled between minimum and maximum of the given areas (or by rank), not standardised by mean and
    standard deviation. With z-scores an area whose need rises can fall in the list, because its own rise changes mean
    and deviation of all. Here it never falls.

    Parameters
    ----------
    table
        Numbers by area; the index holds each area once, and in a tie the lower one comes first. Columns that no
        criterion uses are ignored.
    criteria
        Criteria and their weights. A criterion whose column is missing or empty is left out and the weights are
        normalised again.

    Raises
    ------
    NothingToRankError
        When no criterion with data has a weight.
    ValueError
        When an area is duplicated, or a value is infinite.

    Examples
    --------
    >>> from geo.planning.criteria import Criterion, Direction
    >>> need = Criterion("need", "cases", Direction.UP, 3)
    >>> cost = Criterion("cost", "cost", Direction.DOWN, 1)
    >>> found = rank(pd.DataFrame({"cases": [0, 5, 10], "cost": [1, 1, 3]}, index=["a", "b", "c"]), [need, cost])
    >>> found.table["score"].tolist(), found.table["rank"].tolist()
    ([0.25, 0.625, 0.75], [3, 2, 1])
    """
    if table.index.has_duplicates:
        msg = "an area is there twice"
        raise ValueError(msg)
    present, gone = _present(table, criteria)
    kept = _shared(present)
    index = table.index
    values, expected, parts, filled = {}, {}, {}, list[tuple[str, str]]()
    for one in kept:
        numbers = table[one.column].to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(numbers).any():
            msg = f"{one.column} holds a value that is infinite"
            raise ValueError(msg)
        missing = np.isnan(numbers)
        filled += [(one.name, area) for area in index[missing]]
        values[one.name] = np.where(missing, np.median(numbers[~missing]), numbers)
        if one.posterior and one.expected in table.columns and table[one.expected].notna().any():
            expected[one.name] = table[one.expected].to_numpy(dtype=float, na_value=np.nan)
        parts[one.name] = scaled(values[one.name], one)
    frame = pd.DataFrame(parts, index=index)
    weighted = {f"part_{one.name}": frame[one.name] * one.weight for one in kept}
    score = sum(weighted.values(), start=pd.Series(0.0, index=index))
    return Ranking(
        criteria=kept,
        table=pd.DataFrame({"score": score, "rank": _ranks(score), **weighted}),
        values=pd.DataFrame(values, index=index),
        scaled=frame,
        expected=pd.DataFrame(expected, index=index),
        left_out=tuple(gone),
        filled=tuple(filled),
    )


def _ranks(score: pd.Series[float]) -> pd.Series[int]:
    """Rank of each area by descending score; in a tie the lower index first."""
    by_index = np.argsort(score.index.to_numpy(), kind="stable")
    order = by_index[np.argsort(-comparable(np.asarray(score, dtype=float))[by_index], kind="stable")]
    found = np.empty(len(score), dtype=np.int64)
    found[order] = np.arange(1, len(score) + 1)
    return pd.Series(found, index=score.index)
