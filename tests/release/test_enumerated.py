"""Small cities, all tables: whoever has the rule and the code, but not the secret, cannot exclude one of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from release.towns import draft, records, town

from geo.period import Period
from geo.release.cells import KELURAHAN
from geo.release.rule import most
from geo.release.secret import KeyedNumbers
from geo.release.suppress import protect, small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.places.boundaries import Areas
    from geo.release.editions import Draft

K = 3
YEAR = Period(2017, 2017)
_MOST_TABLES = 1_000


def city_of(number: int) -> tuple[Areas, Draft, bytes]:
    """Nine or ten kelurahan in two or three kecamatan, most of few persons."""
    chance = np.random.default_rng(number)
    areas = town([[5, 4], [6, 4], [4, 4, 1], [5, 2, 3]][number % 4])
    counts = chance.choice([0, 1, 2, 3, 4, 6], len(areas.index), p=[0.2, 0.2, 0.1, 0.2, 0.2, 0.1])
    rows = [
        (kode, 2017, "female", "adult", "confirmed", int(n)) for kode, n in zip(areas.index, counts, strict=True) if n
    ]
    secret = number.to_bytes(32, "big")
    return areas, draft(records(rows), areas, YEAR, k=K, secret=secret), secret


def ways(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to share persons among kelurahan."""
    for cuts in itertools.combinations(range(total + parts - 1), parts - 1):
        ends = (-1, *cuts, total + parts - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(ends))


def tables_of(one: Draft) -> list[NDArray[np.int64]] | None:
    """All tables that agree with an edition and with the bounds of the rule; None if they are too many to list.

    Each breakdown has one word with everybody, so that the kelurahan decide the table.
    """
    table, hidden, values = one.cells.table, one.hidden, one.cells.values
    is_place = table[["sex", "age_group", "status"]].eq("all").all(axis=1)
    city = int(np.flatnonzero(is_place & table["table"].eq("kota"))[0])
    if hidden[city]:
        return None
    inside = [(int(total), parts) for total, parts in one.cells.sums if table["table"][parts[0]] == KELURAHAN]
    open_ = [parts for total, parts in inside if hidden[total]]
    # Kecamatan with a shown total share their own rest, the others together what is left of the city.
    pools = [parts for total, parts in inside if not hidden[total] and hidden[parts].any()]
    pools += [np.concatenate(open_)] if open_ else []
    cells = [parts[hidden[parts]] for parts in pools]
    shares = [list(ways(int(values[own].sum()), len(own))) for own in cells if len(own)]
    if np.prod([len(share) for share in shares]) > _MOST_TABLES:
        return None
    bounds, found = most(one.cells, hidden, K), []
    for chosen in itertools.product(*shares):
        new = values.copy()
        for own, share in zip([own for own in cells if len(own)], chosen, strict=True):
            new[own] = share
        for total, parts in inside:
            new[total] = new[parts].sum()
        if (new <= bounds).all() and (new[hidden & (values > 0)] >= 0).all():
            found.append(new)
    return found


def same_pattern(one: Draft, table: NDArray[np.int64], numbers: KeyedNumbers) -> bool:
    cells = replace(one.cells, table=one.cells.table.assign(value=table))
    return bool((protect(cells, K, numbers) == one.hidden).all())


def is_linked(one: Draft, table: NDArray[np.int64]) -> bool:
    """Whether each group of hidden cells that sums link holds a small one: without one it would not be hidden."""
    cells = replace(one.cells, table=one.cells.table.assign(value=table))
    reached = small(cells, K)
    while True:
        before = reached.copy()
        for total, parts in cells.sums:
            own = np.append(parts, total)
            if reached[own].any():
                reached[own[one.hidden[own]]] = True
        if (before == reached).all():
            return bool((reached == one.hidden).all())


@pytest.mark.parametrize("block", range(3))
def test_every_table_could_be_behind_an_edition(block: int) -> None:
    """Each table gives the same pattern under some secret; so every hidden small count can be 1 to k-1."""
    chance, listed, tried = np.random.default_rng(block), 0, 0
    for number in range(block, 36, 3):
        _, one, _ = city_of(number)
        if not one.hidden.any() or (tables := tables_of(one)) is None:
            continue
        possible = [table for table in tables if is_linked(one, table)]
        assert any((table == one.cells.values).all() for table in possible)
        listed += 1
        for table in (possible[at] for at in chance.permutation(len(possible))[:120]):
            order, exempt = chance.permutation(len(table)), np.ones(len(one.cells.sums), dtype=np.bool_)
            assert same_pattern(one, table, KeyedNumbers(order, one.hidden.copy(), exempt))
            tried += 1
        behind = np.array(possible)
        for cell in np.flatnonzero(one.hidden & small(one.cells, K)):
            assert set(range(1, K)) <= set(behind[:, cell].tolist())
            if one.cells.table["table"][cell] != KELURAHAN:
                continue
            for known in np.flatnonzero(one.hidden & ~one.cells.related[cell]):
                same = behind[behind[:, known] == one.cells.values[known]]
                assert set(range(1, K)) <= set(same[:, cell].tolist()), "somebody who knows one other cell"
    assert listed >= 3
    assert tried >= 150


def test_a_known_secret_tells_which_cells_are_small() -> None:
    """What the secret is for: with it, a cell can be small in every table that gives the pattern."""
    told, chance = 0, np.random.default_rng(1)
    for number in range(24):
        _, one, secret = city_of(number)
        if not one.hidden.any() or (tables := tables_of(one)) is None:
            continue
        possible = [table for table in tables if is_linked(one, table)]
        possible = [possible[at] for at in chance.permutation(len(possible))[:150]]
        numbers = KeyedNumbers.of(one.cells, secret)
        behind = np.array([table for table in possible if same_pattern(one, table, numbers)])
        for cell in np.flatnonzero(one.hidden & small(one.cells, K)) if len(behind) > 1 else ():
            is_always = [((held[:, cell] >= 1) & (held[:, cell] < K)).all() for held in (behind, np.array(possible))]
            told += is_always == [True, False]
        if told:
            return
    assert told
