"""A reader of editions who wants to know more than they say: linear programmes of his own, over finer tables.

He has the csv files, k and the rule as decision 0011 states it, and not the secret; `geo.release` is nowhere in here.
Where the product's attacker works with the listed cells and their sums, this one takes a count for every kelurahan
and year, and one for every year and word of each breakdown, and lets the listed cells follow from them.
"""

from __future__ import annotations

import io
import itertools
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, eye_array, hstack, vstack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FILES = ("kelurahan.csv", "kecamatan.csv", "kota.csv")
MARGINS = ("sex", "age_group", "status")
KEY = ("kode", "period", *MARGINS)
_FAR = 1e6
_PER_PROGRAMME = 24


def years_of(period: str) -> list[str]:
    first, _, last = period.partition("-")
    return [str(year) for year in range(int(first), int(last or first) + 1)]


@dataclass(frozen=True, eq=False)
class Reader:
    """One edition as its files say it.

    Parameters
    ----------
    table
        All rows of the three files on places that are in scope, text; `count` a number or missing.
    groups
        Kecamatan of every kelurahan.
    knows_rule
        Whether the edition keeps the rule, so that what the rule says against large counts holds.
    """

    table: pd.DataFrame
    groups: Mapping[str, str]
    knows_rule: bool = True

    @classmethod
    def of_texts(cls, texts: Iterable[str], groups: Mapping[str, str] | None = None) -> Reader:
        """Reader of the three csv files' text; kelurahan lie in the kecamatan that their codes begin with."""
        frames = [pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False) for text in texts]
        kelurahan, kecamatan, _ = frames
        kelurahan = kelurahan[kelurahan["state"] != "out_of_scope"]
        if groups is None:
            above = sorted(set(kecamatan["kode"]))
            groups = {
                kode: next(one for one in above if kode.startswith(f"{one}.")) for kode in kelurahan["kode"].unique()
            }
        table = pd.concat([kelurahan, *frames[1:]], ignore_index=True)
        table["count"] = pd.to_numeric(table["count"])
        return cls(table, groups)

    @classmethod
    def of_folder(cls, folder: Path, groups: Mapping[str, str] | None = None) -> Reader:
        """Reader of an edition's folder."""
        return cls.of_texts([(folder / name).read_text("utf-8") for name in FILES], groups)

    @cached_property
    def keys(self) -> list[tuple[str, ...]]:
        return list(self.table[list(KEY)].itertuples(index=False, name=None))

    @cached_property
    def hidden(self) -> NDArray[np.int64]:
        """Numbers of the hidden cells."""
        return np.flatnonzero(self.table["state"] == "hidden")

    @cached_property
    def city(self) -> str:
        return str(self.table["kode"].iloc[-1])

    @cached_property
    def whole(self) -> str:
        return max(self.table["period"], key=len)

    @cached_property
    def _fine(self) -> dict[tuple[str, str, str], int]:
        """Columns: (`place`, kelurahan, year), and (breakdown, word, year)."""
        years = years_of(self.whole)
        columns = [("place", kode, year) for kode in self.groups for year in years]
        for name in MARGINS:
            words = [word for word in self.table[name].unique() if word != "all"]
            columns += [(name, word, year) for word in words for year in years]
        return {column: number for number, column in enumerate(columns)}

    @cached_property
    def _listed(self) -> csr_array:
        """Listed cells as sums of fine ones."""
        rows = np.zeros((len(self.keys), len(self._fine)))
        for number, (kode, period, *words) in enumerate(self.keys):
            asked = [(name, word) for name, word in zip(MARGINS, words, strict=True) if word != "all"]
            for year in years_of(period):
                for name, word in asked:
                    rows[number, self._fine[name, word, year]] = 1
                for one in self.groups if not asked else ():
                    if kode in (one, self.groups[one], self.city):
                        rows[number, self._fine["place", one, year]] = 1
        return csr_array(rows)

    @cached_property
    def _told(self) -> tuple[csr_array, NDArray[np.float64]]:
        """What every table must meet: the counts that are told, and that words add up to places in every year."""
        told = np.flatnonzero(self.table["state"] != "hidden")
        right = self.table["count"].fillna(0).to_numpy(dtype=float)[told]
        years = years_of(self.whole)
        level = np.zeros((len(MARGINS) * len(years), len(self._fine)))
        for row, (name, year) in enumerate(itertools.product(MARGINS, years)):
            for (kind, _, of), column in self._fine.items():
                if of == year and kind in ("place", name):
                    level[row, column] = 1 if kind == "place" else -1
        return vstack([self._listed[told], csr_array(level)], format="csr"), np.append(right, np.zeros(len(level)))

    @cached_property
    def _inside(self) -> list[tuple[set[str], set[str], list[str]]]:
        """Kelurahan, years and words of every listed cell."""
        return [
            ({one for one in self.groups if kode in (one, self.groups[one], self.city)}, set(years_of(period)), words)
            for kode, period, *words in self.keys
        ]

    def contains(self, one: int, other: int) -> bool:
        """Whether everybody in the other cell is in the one; a kecamatan of one kelurahan lies in that too."""
        (places, years, words), (places_2, years_2, words_2) = self._inside[one], self._inside[other]
        is_word = all(a in ("all", b) for a, b in zip(words, words_2, strict=True))
        return places >= places_2 and years >= years_2 and is_word

    def may_be_known(self, target: int) -> list[int]:
        """Other hidden cells that somebody may know who does not know the target by it."""
        return [
            int(one)
            for one in self.hidden
            if not self.contains(int(one), target) and not self.contains(target, int(one))
        ]

    @cached_property
    def sums(self) -> list[tuple[int, list[int]]]:
        """Total and parts: places in the place above, words in the city, years in the whole period."""
        number = {key: at for at, key in enumerate(self.keys)}
        no_word = ("all", "all", "all")
        found: list[tuple[int, list[int]]] = []
        for period in {key[1] for key in self.keys}:
            for above in sorted(set(self.groups.values())):
                parts = [
                    number.get((kode, period, *no_word)) for kode, group in self.groups.items() if group == above
                ]
                if None not in parts:
                    found.append((number[above, period, *no_word], [at for at in parts if at is not None]))
            city = number[self.city, period, *no_word]
            found.append((city, [number[above, period, *no_word] for above in sorted(set(self.groups.values()))]))
            for name in range(len(MARGINS)):
                words = [at for at, key in enumerate(self.keys) if key[1] == period and key[2 + name] != "all"]
                found.append((city, words))
        years = years_of(self.whole)
        for kode, period, *words in self.keys:
            split = [(kode, year, *words) for year in years]
            if len(years) > 1 and period == self.whole and split[0] in number:
                found.append((number[kode, period, *words], [number[key] for key in split]))
        return found

    def most(self, k: int) -> NDArray[np.float64]:
        """What the rule alone says against a large count, for every hidden cell.

        In a sum of four parts or more whose total is told, the hidden parts without the largest leave k-1 above what
        is known to be in them; without the largest cell inside one of those, with others beside it, twice as much,
        and so on.
        """
        is_hidden = (self.table["state"] == "hidden").to_numpy()
        told = self.table["count"].fillna(0).to_numpy()
        least = told.copy()
        for _ in range(4):
            for total, parts in self.sums:
                if is_hidden[total]:
                    least[total] = max(least[total], least[parts].sum())
        most = np.full(len(told), np.inf)
        for total, parts in self.sums if self.knows_rule else ():
            if is_hidden[total] or len(parts) < 4:
                continue
            over = told[total] - least[parts].sum()
            layer, left = {one for one in parts if is_hidden[one]}, over - (k - 1)
            while layer:
                for one in layer:
                    most[one] = min(most[one], least[one] + max(left, 0))
                below = [[one for one in own if is_hidden[one]] for above, own in self.sums if above in layer]
                layer, left = {one for own in below if len(own) > 1 for one in own}, left - (k - 1)
        return most[self.hidden]

    def intervals(self, truth: Sequence[int], k: int) -> pd.DataFrame:
        """What he can say of every hidden cell, alone and when he is told the truth of whichever helps most."""
        asked = [
            (target, sign, known)
            for target in self.hidden.tolist()
            for known in (None, *self.may_be_known(target))
            for sign in (1, -1)
        ]
        found = pd.DataFrame(asked, columns=["target", "sign", "known"])
        found["bound"] = self._bounds(asked, truth, self.most(k))
        low, high = found[found["sign"] == 1], found[found["sign"] == -1]
        rows = {
            "low": low[low["known"].isna()].set_index("target")["bound"],
            "high": high[high["known"].isna()].set_index("target")["bound"],
            "low_knowing_one": low.groupby("target")["bound"].max(),
            "high_knowing_one": high.groupby("target")["bound"].min(),
        }
        told = pd.DataFrame(rows).reindex(self.hidden)
        told.index = pd.MultiIndex.from_tuples([self.keys[one] for one in self.hidden], names=KEY)
        return told

    def _bounds(
        self, asked: Sequence[tuple[int, int, int | None]], truth: Sequence[int], most: NDArray[np.float64]
    ) -> list[float]:
        """Least (sign 1) or largest (-1) count of the target for one who knows another."""
        one, (equations, right) = eye_array(len(self.hidden), format="csr"), self._told
        empty = csr_array((equations.shape[0], len(self.hidden)))
        own = vstack([hstack([equations, empty]), hstack([self._listed[self.hidden], -one])], format="csr")
        ends: list[float] = []
        for first in range(0, len(asked), _PER_PROGRAMME):
            some = asked[first : first + _PER_PROGRAMME]
            costs, bounds = [], []
            for target, sign, known in some:
                costs.append(np.append(np.zeros(len(self._fine)), sign * (self.hidden == target)))
                bound = np.array([[0, _FAR]] * own.shape[1], dtype=float)
                bound[len(self._fine) :, 1] = np.minimum(most, _FAR)
                if known is not None:
                    bound[len(self._fine) :][self.hidden == known] = truth[known]
                bounds.append(bound)
            found = linprog(
                np.concatenate(costs),
                A_eq=block_diag([own] * len(some), format="csr"),
                b_eq=np.tile(np.append(right, np.zeros(len(self.hidden))), len(some)),
                bounds=np.concatenate(bounds),
                method="highs",
            )
            assert found.status == 0, found.message
            ends += [float(abs(cost @ x)) for cost, x in zip(costs, np.split(found.x, len(some)), strict=True)]
        return [np.inf if end > _FAR / 2 else end for end in ends]

    def alone(self, truth: Sequence[int], k: int) -> list[tuple[str, ...]]:
        """Hidden cells of 1 to k-1 that he can tell are not 1, or not k-1, without any other knowledge."""
        asked = [(int(one), v, None) for one in self.hidden if 1 <= truth[one] < k for v in (1, k - 1)]
        open_: dict[tuple[int, int], set[int]] = {ask[:2]: set() for ask in asked}
        ways = zip(asked, self._nearest(asked, truth, open_, k), strict=True)
        return sorted({self.keys[one] for (one, value, _), cells in ways if abs(cells[one] - value) > 1e-5})

    def witnesses(self, truth: Sequence[int], k: int) -> Iterable[tuple[int, int, NDArray[np.int64]]]:
        """For every hidden cell of 1 to k-1 a whole table in which it is 1, and one in which it is k-1."""
        asked = [(int(one), v, None) for one in self.hidden if 1 <= truth[one] < k for v in (1, k - 1)]
        open_: dict[tuple[int, int], set[int]] = {ask[:2]: set() for ask in asked}
        for (one, value, _), cells in zip(asked, self._nearest(asked, truth, open_, k), strict=True):
            whole = np.round(cells).astype(np.int64)
            assert np.abs(whole - cells).max() < 1e-6
            yield one, value, whole

    def breaches(self, truth: Sequence[int], k: int) -> list[tuple[str, ...]]:
        """Hidden cells of 1 to k-1 that he can tell are not 1, or not k-1, alone or knowing any one other.

        A table in which the target is 1 and another cell is as it truly is answers for whoever knows that cell.
        """
        small = [int(one) for one in self.hidden if 1 <= truth[one] < k]
        others = {one: self.may_be_known(one) for one in small}
        open_ = {(one, value): set(others[one]) for one in small for value in (1, k - 1) if truth[one] != value}
        asked = [(*ask, None) for ask in open_]
        found: set[int] = set()
        while asked:
            for (target, value, _), cells in zip(asked, self._nearest(asked, truth, open_, k), strict=True):
                left = open_[target, value]
                if abs(cells[target] - value) > 1e-5:
                    found.add(target)
                    left.clear()
                left -= {one for one in left if abs(cells[one] - truth[one]) < 1e-7}
            asked = [(*ask, min(left)) for ask, left in open_.items() if left and ask[0] not in found]
        return [self.keys[one] for one in sorted(found)]

    def _nearest(
        self,
        asked: Sequence[tuple[int, int, int | None]],
        truth: Sequence[int],
        open_: Mapping[tuple[int, int], set[int]],
        k: int,
    ) -> Iterable[NDArray[np.float64]]:
        """For each question the listed cells of a table that comes as near as can be to (target, value, known)."""
        most, zero = np.minimum(self.most(k), _FAR), csr_array((len(self.hidden), 2 * len(self.hidden)))
        below = hstack([self._listed[self.hidden], zero], format="csr")
        for first in range(0, len(asked), _PER_PROGRAMME):
            some = asked[first : first + _PER_PROGRAMME]
            parts = [self._question(*ask, truth, open_[ask[0], ask[1]]) for ask in some]
            found = linprog(
                np.concatenate([part[0] for part in parts]),
                A_ub=block_diag([below] * len(parts), format="csr"),
                b_ub=np.tile(most, len(parts)),
                A_eq=block_diag([self._elastic] * len(parts), format="csr"),
                b_eq=np.concatenate([part[1] for part in parts]),
                bounds=np.concatenate([part[2] for part in parts]),
                method="highs",
            )
            assert found.status == 0, found.message
            for own in np.split(found.x, len(parts)):
                yield self._listed @ own[: len(self._fine)]

    @cached_property
    def _elastic(self) -> csr_array:
        """Told counts hold; hidden ones are a wished number, more a surplus, less a lack."""
        one = eye_array(len(self.hidden), format="csr")
        equations, _ = self._told
        empty = csr_array((equations.shape[0], 2 * len(self.hidden)))
        return vstack([hstack([equations, empty]), hstack([self._listed[self.hidden], -one, one])], format="csr")

    def _question(
        self, target: int, value: int, known: int | None, truth: Sequence[int], left: set[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        wish = np.array([value if one == target else truth[one] for one in self.hidden], dtype=float)
        price = np.array([1e4 if one == target else 1.0 if one in left else 0.01 for one in self.hidden])
        most = np.array([0 if one == known else _FAR for one in self.hidden], dtype=float)
        high = np.concatenate([np.full(len(self._fine), _FAR), most, most])
        cost = np.concatenate([np.zeros(len(self._fine)), price, price])
        return cost, np.append(self._told[1], wish), np.column_stack([np.zeros(len(high)), high])

    def truth(self, cases: pd.DataFrame) -> list[int]:
        """Persons of every listed cell, counted from the rows."""
        counted: Counter[tuple[str, ...]] = Counter()
        names = ("document_kode", "reported_on", *MARGINS, "persons")
        span = years_of(self.whole)
        for kode, day, *words, persons in cases[list(names)].itertuples(index=False, name=None):
            if pd.isna(day) or str(day.year) not in span or kode not in self.groups:
                continue
            said = {name: word or "unknown" for name, word in zip(MARGINS, words, strict=True)}
            for period in {str(day.year), self.whole}:
                for place in (kode, self.groups[kode], self.city):
                    counted[place, period, "all", "all", "all"] += persons
                for name in MARGINS:
                    row = dict.fromkeys(MARGINS, "all") | {name: said[name]}
                    counted[self.city, period, *row.values()] += persons
        return [counted[key] for key in self.keys]


def told_together(old: Reader, new: Reader, first: Sequence[int], later: Sequence[int], k: int) -> bool:
    """Whether somebody who reads two issues, and takes it that persons were only added, learns a small count.

    Of the old issue, of the new one, or of what was added; alone, or knowing another cell in both.
    """
    n = len(old._fine)
    (equations, right), (equations_2, right_2) = old._told, new._told
    empty = csr_array((equations.shape[0], n))
    told = vstack([hstack([equations, empty]), hstack([equations_2, equations_2])], format="csr")
    values = np.append(right, right_2)
    nothing = csr_array(old._listed.shape)
    both = {
        "old": (hstack([old._listed, nothing], format="csr"), first),
        "new": (hstack([old._listed, old._listed], format="csr"), later),
        "added": (hstack([nothing, old._listed], format="csr"), np.subtract(later, first)),
    }
    for listed, counts in both.values():
        for target in (int(one) for one in old.hidden if 1 <= counts[one] < k):
            for known in (None, *old.may_be_known(target)):
                more = [] if known is None else [both["old"][0][[known]], both["added"][0][[known]]]
                fixed = [] if known is None else [first[known], later[known] - first[known]]
                cost = listed[[target]].toarray()[0]
                for sign, wanted in ((1, 1), (-1, k - 1)):
                    found = linprog(
                        sign * cost,
                        A_eq=vstack([told, *more]),
                        b_eq=np.append(values, fixed),
                        bounds=(0, _FAR),
                        method="highs",
                    )
                    assert found.status == 0, found.message
                    if found.fun - sign * wanted > 1e-5:
                        return True
    return False
