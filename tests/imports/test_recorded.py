"""Imports end as they did before they were made quick: outcomes, faults and all that is stored, row by row.

`tests/data/imports_recorded.txt` was written by the code that took one row at a time. The sheets are made up from
seeds, and hold what goes wrong: equal rows, refused rows, rows mended and corrected by hand, persons and reports that
come again, spellings that wait, hashes that are erased, batches taken back.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from people import STEWARD
from sqlalchemy import select

from geo.imports import run, undo
from geo.settings import ROOT
from geo.sheets.mapping import guess
from geo.sheets.reading import read_sheet
from geo.store import decisions, records
from geo.store.engine import Store
from geo.store.schema import METADATA
from geo.terms import Kind, PairState, Reason, Right

if TYPE_CHECKING:
    from geo.imports.run import Report
    from geo.places.boundaries import Areas

RECORDED = ROOT / "tests" / "data" / "imports_recorded.txt"
TODAY = date(2026, 1, 31)
#: Made anew in every run.
NEVER_TWICE = {"token", "made_at", "at", "decided_at", "taken_back_at", "salt", "digest", "hash"}
HEAD = (
    "No LP;Nama;NIK;Jenis Kelamin;Umur;Tanggal Lahir;Kelurahan;Kecamatan;Kabupaten Asal;Tanggal LP;Jumlah Korban;"
    "TKP Kelurahan"
)
_PLACES = [
    "Oebobo",
    "KEL. OEBUFU",
    "Naikoten",
    "TDM",
    "Oesapa Brat",
    "Tarus",
    "Kayu Puti",
    "Jl. Timor Raya 12",
    "53.71.04.1001",
    "",
    "Kelapa Lima",
]
_DAYS = ["2018-11-16", "17/11/18", "18 Nopember 2018", "43420", "kemarin", "2018", "", "1 Mei 2018", "03.04.2019"]
_ORIGINS = ["Kab. TTS", "TTU", "Kota Kupang", "", "Atlantis"]
OTHERS = {
    Kind.COVERAGE: "kode,from_on,to_on\n53.71,2018-01-01,2018-12-31\n53.71.04,2017-01-01,2017-12-31\n"
    "53.71.04.1001,2017-01-01,2016-12-31\n",
    Kind.WATCHERS: "watcher,kode,joined_on,sex\n1,53.71.04.1001,2018-11-16,female\n2,53.71.04.1001,2018-11-16,\n"
    "Ana,53.71.04.1001,2018-11-16,female\n2,53.71.04.1001,2018-11-16,\n",
    Kind.REPORTS: "Tanggal,Kelurahan,Jenis tanda,Tindak lanjut\n2018-12-01,Oebobo,recruiter_seen,ya\n"
    "2018-12-01,Oesapa Brat,gosip,ya\n2018-12-02,Naikoten,question,belum\n",
    Kind.ROLLOUT: "kode,stage,on,on_precision,counted_as,claim,source,source_on,recorded_on\n"
    "53.71.04.1001,active,2019-11-16,day,cw,actual,SK 1/2018,2019-11-16,2019-11-20\n"
    "53.71.04.1001,trained,2019-12-16,day,cw,actual,SK 1/2018,2019-12-16,2019-12-20\n"
    "53.71.05.1004,decree,2019-11-16,day,cw,actual,SK 1/2018,2019-11-16,2019-11-20\n"
    "53.71,active,2020,year,cw,target,contoh,2018-11-16,2018-11-20\n",
    Kind.DENOMINATORS: "Kelurahan;Jumlah Penduduk;Sumber\nOebobo;1.234,5;BPS\nLLBK;12;\n"
    "Naikoten;;KPU\nOesapa Brat;7;nihil\n",
}


#: Of kelurahan that have a decree by then: what comes before it is refused beside the rows of the store.
BESIDE = (
    "kode,stage,on,on_precision,counted_as,claim,source,source_on,recorded_on\n"
    "53.71.05.1004,trained,2019-02-16,day,cw,actual,SK 2/2019,2019-11-16,2019-11-20\n"
    "53.71.04.1011,decree,2019-02-16,day,cw,actual,SK 3/2019,2019-02-16,2019-11-20\n"
)


def victims(draw: random.Random, many: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for number in range(1, many + 1):
        if rows and draw.random() < 0.12:
            rows.append(list(draw.choice(rows)))
            continue
        person = draw.randrange(many)
        rows.append(
            [
                draw.choice(("", f"LP/CONTOH/{number // 3}/2018", str(number // 2), f"LP/CONTOH/{person}/2018")),
                f"CONTOH NAMA {person}",
                draw.choice(
                    ("", "5.37E+15", f"53990465{1 + person % 12:02}90{person:04}", f"'5399041512{person:06}")
                ),
                draw.choice(("P", "L", "Perempuan", "", "entah" if draw.random() < 0.2 else "P")),
                draw.choice(("19", "17 th", "", "dewasa")),
                draw.choice(("", "15 Desember 1990", f"{1 + person % 28} Mei 1999")),
                draw.choice(_PLACES),
                draw.choice(("", "", "Kelapa Lima", "Kupang Tengah")),
                draw.choice(_ORIGINS),
                draw.choice(_DAYS),
                draw.choice(("", "1", "3 orang", "0" if draw.random() < 0.2 else "2")),
                draw.choice(("", "Oesapa", "Alak")),
            ]
        )
    return rows


def mended(draw: random.Random, rows: list[list[str]]) -> list[list[str]]:
    """What was refused is put right, and some that was not is written anew."""
    found = [list(row) for row in rows]
    for row in found:
        row[3] = "L" if row[3] == "entah" else row[3]
        row[9] = "18 Nov 2018" if row[9] == "kemarin" and draw.random() < 0.7 else row[9]
        if draw.random() < 0.12:
            row[4], row[6] = "33", "Maulafa"
    return found


def text(rows: list[list[str]], *, totals: bool = True) -> str:
    lines = [HEAD, *(";".join(row) for row in rows)]
    if totals:
        lines += [";" * 11, "Jumlah;;;;;;;;;;99;"]
    return "\n".join(lines) + "\n"


class Story:
    """Imports into one store, and what is told of them."""

    def __init__(self, folder: Path, areas: Areas) -> None:
        self.folder, self.areas, self.store = folder, areas, Store(folder / "kota" / "kota.sqlite")
        self.told: list[str] = []

    def bring(self, title: str, sheet: str, kind: Kind = Kind.CASES) -> Report:
        file = self.folder / "lembar.csv"
        file.write_text(sheet, "utf-8")
        read = read_sheet(file)
        mapping = guess(read.columns, kind=kind)
        rows = run.prepared_for(read, mapping, self.areas, today=TODAY)
        before = run.dry_run(self.store, STEWARD, rows)
        report = run.accept(self.store, STEWARD, rows)
        assert before.outcomes.equals(report.outcomes)
        assert before.faults == report.faults
        self.told += [f"== {title}: {kind} batch {report.batch}"]
        self.told += [f"{' '.join(f'{name}={many}' for name, many in report.counts.items())} read={report.read}"]
        self.told += [f"replaced={report.replaced} resent={report.resent} twins={report.twins}"]
        self.told += ["".join(f"{row}{outcome[:3]} " for row, outcome in report.outcomes.items()).strip()]
        self.told += [f"{one.row} {one.column!r} {one.problem} {one.hint}" for one in report.faults]
        shown = report.places[[*report.places.columns]].astype("object").where(report.places.notna(), None)
        self.told += [
            f"{line}" for line in shown.itertuples(index=False, name=None) if line[2] in {"review", "unknown"}
        ]
        return report

    def tables(self) -> None:
        """All rows of all tables; hashes as the first row that has the same."""
        with self.store.reading(STEWARD, Right.BRING) as connection:
            for table in METADATA.sorted_tables:
                names = [column.name for column in table.c if column.name not in NEVER_TWICE]
                self.told += [f"-- {table.name}: {' '.join(names)}"]
                rows = connection.execute(
                    select(*(table.c[name] for name in names)).order_by(*table.primary_key.columns)
                )
                self.told += [_line(row) for row in rows if "generation" not in row]
        if not self.store.pseudonyms.exists():
            return
        with contextlib.closing(sqlite3.connect(self.store.pseudonyms)) as connection:
            hashed = connection.execute("SELECT row_number, hash, person FROM row_hash").fetchall()
            keys = connection.execute("SELECT report_no FROM report_hash ORDER BY report_no").fetchall()
        rows, persons = Counter(row for _, row, _ in hashed), Counter(person for *_, person in hashed)
        self.told += ["-- hashes: row number, how many rows have its hash, how many its person's; reports"]
        self.told += [
            _line(one)
            for one in sorted((number, rows[row], persons[person] if person else 0) for number, row, person in hashed)
        ]
        self.told += [" ".join(str(number) for (number,) in keys)]


def _line(row: Any) -> str:
    return "|".join("" if value is None else str(value) for value in row)


def cases(story: Story, seed: int) -> None:
    draw, store = random.Random(seed), story.store
    first = victims(draw, 45)
    story.bring("first", text(first))
    story.bring("the same again", text(first))
    listed = records.records(store, STEWARD)
    for number in sorted(listed["id"].tolist())[2:20:7]:
        records.correct_record(store, STEWARD, number=number, version=1, values={"status": "confirmed"})
    second = mended(draw, first)
    story.bring("mended", text(second))
    other = victims(draw, 30)
    story.bring("another", text(other, totals=False))
    for pair in decisions.pairs_to_judge(store, STEWARD).sort_values("id").to_dict("records")[:9:2]:
        decisions.judge_pair(store, STEWARD, number=pair["id"], version=1, state=PairState.SAME)
    decisions.decide(
        store, STEWARD, key="naikoten|", answer="53.71.05.1004", why=Reason.PAPERS, allowed=story.areas.index
    )
    decisions.decide(store, STEWARD, key="tarus|", answer="outside", why=Reason.MAP, allowed=story.areas.index)
    third = mended(draw, second) + victims(draw, 3)
    report = story.bring("mended twice", text(third))
    undo.close_review(store, STEWARD, batch=2)
    story.bring("without the hashes of the second", text(third))
    assert report.batch is not None
    undo.take_back_batch(store, STEWARD, batch=report.batch)
    story.bring("after the third was taken back", text(third))
    undo.close_review(store, STEWARD, batch=3)
    story.bring("another again, by its numbers", text(mended(draw, other), totals=False))
    story.tables()


def others(story: Story) -> None:
    for kind, sheet in OTHERS.items():
        story.bring("first", sheet, kind)
        story.bring("again", sheet, kind)
        story.bring("longer", sheet + sheet.splitlines()[1].replace("2018", "2021") + "\n", kind)
    story.bring("beside what is known", BESIDE, Kind.ROLLOUT)
    undo.close_review(story.store, STEWARD, batch=1)
    story.bring("without hashes", OTHERS[Kind.COVERAGE], Kind.COVERAGE)
    story.tables()


def told(folder: Path, areas: Areas) -> dict[str, list[str]]:
    """What became of every story, by its name."""
    found = {}
    for seed in (1, 2, 3):
        story = Story(folder / f"{seed}", areas)
        story.folder.mkdir()
        cases(story, seed)
        story.store.close()
        found[f"cases {seed}"] = story.told
    story = Story(folder / "others", areas)
    story.folder.mkdir()
    others(story)
    story.store.close()
    return found | {"others": story.told}


def test_imports_end_as_they_did(tmp_path: Path, kupang: Areas) -> None:
    recorded = RECORDED.read_text("utf-8").split("\n")
    found = [line for name, lines in told(tmp_path, kupang).items() for line in (f"# {name}", *lines)]
    assert found == recorded[:-1]
