"""Importing: every row accounted for, nothing doubled, nothing kept of a person, a batch whole or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
import logging
import pickle
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import STEWARD

from geo.errors import DataError, Problem
from geo.imports import run, undo
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.present.reports import rejected_csv
from geo.schemas import Table
from geo.store import canonical, decisions, engine, pseudonyms, records
from geo.store.engine import Store
from geo.terms import Kind, Outcome, PairState, Reason, Right
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.imports.run import Report
    from geo.places.boundaries import Areas
    from geo.settings import Settings

ANA = STEWARD
TODAY = date(2026, 1, 31)
#: A NIK of nobody: kabupaten 99.
CANARY, NAME = "5399046501990017", "CONTOH NAMA RAHASIA"
HEAD = "No;Nama;NIK;Jenis Kelamin;Umur;Kelurahan;Kecamatan;Tanggal Lapor;Keterangan\n"


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "kota" / "kota.sqlite"
    yield made
    Store(made).close()


class Bringer:
    """Brings texts as files into one store."""

    def __init__(self, folder: Path, path: Path, areas: Areas, options: Settings) -> None:
        self.folder, self.store, self.areas = folder, Store(path), areas
        self.options = dataclasses.replace(options, kota=path.parent)

    def prepared(self, text: str, kind: Kind = Kind.CASES, name: str = "lembar.csv", **options: Any) -> Any:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        sheet, mapping = run.read_file(file, self.options, kind=kind, **options)
        file.unlink()
        return run.prepared_for(sheet, mapping, self.areas, today=TODAY)

    def __call__(self, text: str, kind: Kind = Kind.CASES, **options: Any) -> Report:
        return run.accept(self.store, ANA, self.prepared(text, kind), **options)

    def dry(self, text: str, kind: Kind = Kind.CASES) -> Report:
        return run.dry_run(self.store, ANA, self.prepared(text, kind))

    def tables(self) -> dict[Table, pd.DataFrame]:
        with self.store.reading(ANA, Right.BRING) as connection:
            return canonical.canonical_tables(connection)

    def cases(self) -> pd.DataFrame:
        with self.store.reading(ANA, Right.BRING) as connection:
            return canonical.case_rows(connection)


@pytest.fixture
def bring(tmp_path: Path, path: Path, kupang: Areas, settings: Settings) -> Bringer:
    return Bringer(tmp_path, path, kupang, settings)


def row(number: int, **cells: str) -> str:
    full = {
        "nama": f"CONTOH {number}",
        "nik": "",
        "sex": "P",
        "umur": "19",
        "kel": "Oebobo",
        "kec": "",
        "tanggal": "16 November 2018",
        "ket": "",
    } | cells
    return ";".join([str(number), *full.values()]) + "\n"


def counts(report: Report) -> tuple[int, int, int, int]:
    return tuple(
        report.counts[one] for one in (Outcome.ACCEPTED, Outcome.REVIEW, Outcome.REJECTED, Outcome.DUPLICATE)
    )  # type: ignore[return-value]


MESSY = (
    HEAD
    + row(1, nik=CANARY, nama=NAME)
    + row(2, kel="Naikoten", tanggal="17/11/18", nik="5.37E+15")
    + row(3, kel="Penfui Timur", tanggal="43420")
    + row(4, tanggal="kemarin")
    + row(5, sex="entah")
    + row(6, kel="Oesapa Brat", umur="17 th", tanggal="2018-11-20")
    + ";;;;;;;;\nJumlah;;;;6;;;;\n"
)


def test_a_messy_sheet_by_hand(bring: Bringer) -> None:
    report = bring(MESSY)
    assert report.read == 7
    assert counts(report) == (3, 1, 3, 0)
    assert [(one.row, one.problem) for one in report.faults] == [
        (5, Problem.BAD_DATE),
        (6, Problem.NOT_IN_LIST),
        (9, Problem.TOTALS_ROW),
    ]
    found = bring.cases()
    assert found["document_kode"].tolist() == ["53.71.04.1001", "", "", "53.71.03.1014"]
    assert found["place"].tolist() == ["matched", "review", "outside", "matched"]
    assert found["age_group"].tolist() == ["adult", "adult", "adult", "child"]
    assert found["reported_on"].dt.strftime("%Y-%m-%d").tolist() == [
        "2018-11-16",
        "2018-11-17",
        "2018-11-16",
        "2018-11-20",
    ]


def test_a_dry_run_writes_nothing_and_says_the_same(bring: Bringer, path: Path) -> None:
    dry = bring.dry(MESSY)
    assert dry.batch is None
    assert not path.parent.exists()
    first = bring(MESSY)
    assert dry.counts == first.counts
    was = {one: one.read_bytes() for one in path.parent.iterdir() if not one.name.endswith("-shm")}
    again = bring.dry(MESSY)
    assert counts(again) == (0, 0, 3, 4)
    assert {one: one.read_bytes() for one in path.parent.iterdir() if not one.name.endswith("-shm")} == was


@pytest.mark.parametrize("code", ["99.99.99.9999", "53.01.06.9999", "53.71.99.1001", "9999999999", "tidak tahu"])
@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        (Kind.CASES, "reported_on,document_kode", "2018-11-16,{}"),
        (Kind.COVERAGE, "kode,from_on,to_on,source", "{},2018-01-01,2018-12-31,dinas"),
        (Kind.WATCHERS, "watcher,kode,joined_on", "1,{},2018-01-01"),
        (Kind.REPORTS, "reported_on,kode,kind", "2018-11-16,{},"),
        (
            Kind.ROLLOUT,
            "kode,stage,on,counted_as,claim,source,source_on",
            "{},active,2019-05-01,cw,actual,lurah,2019-05-02",
        ),
        (Kind.DENOMINATORS, "kode,value,source", "{},120,dinas"),
    ],
)
def test_a_code_that_is_in_no_list_waits_for_a_person(
    bring: Bringer, kind: Kind, head: str, row: str, code: str
) -> None:
    report = bring(f"{head}\n{row.format(code)}\n", kind)
    assert counts(report) == (0, 1, 0, 0)
    # What really is elsewhere is known to be so, and needs nobody.
    assert counts(bring(f"{head}\n{row.format('53.01.06.1005')}\n", kind)) == (1, 0, 0, 0)


def test_the_same_file_twice_changes_nothing(bring: Bringer) -> None:
    bring(MESSY)
    was = bring.store.state()
    again = bring(MESSY)
    assert again.batch is None
    assert counts(again) == (0, 0, 3, 4)
    assert bring.store.state() == was


def test_two_equal_rows_of_one_file_are_two_victims(bring: Bringer) -> None:
    text = "reported_on,document_kode\n" + "2018-11-16,53.71.04.1001\n" * 3
    assert counts(bring(text)) == (3, 0, 0, 0)
    assert counts(bring(text)) == (0, 0, 0, 3)
    more = bring(text + "2018-11-16,53.71.04.1001\n")
    assert counts(more) == (1, 0, 0, 3)
    assert len(bring.cases()) == 4


def test_equal_rows_of_another_file_are_other_victims(bring: Bringer) -> None:
    common = "2018-11-16,53.71.04.1001\n"
    others = "".join(f"2018-0{month}-01,53.71.04.1011\n" for month in range(1, 10))
    bring("reported_on,document_kode\n" + common + others)
    report = bring("reported_on,document_kode\n" + common + others.replace("2018", "2019"))
    assert counts(report) == (10, 0, 0, 0)


def test_the_mended_file_adds_only_what_was_refused(bring: Bringer) -> None:
    bring(MESSY)
    mended = MESSY.replace("kemarin", "18 Nov 2018").replace("entah", "L")
    report = bring(mended)
    assert counts(report) == (2, 0, 1, 4)
    assert len(bring.cases()) == 6
    # A row that was accepted and is different now takes its own place.
    changed = mended.replace("17/11/18", "19/11/18")
    report = bring(changed)
    assert (counts(report), report.replaced) == ((0, 1, 1, 5), 1)
    assert len(bring.cases()) == 6
    assert report.batch is not None
    undo.take_back_batch(bring.store, ANA, batch=report.batch)
    assert "2018-11-17" in set(bring.cases()["reported_on"].dt.strftime("%Y-%m-%d"))


def test_a_correction_by_hand_is_not_overwritten_by_a_file(bring: Bringer) -> None:
    bring(MESSY)
    store = bring.store
    listed = records.records(store, ANA)
    first = listed[listed["row_number"].eq(2)].iloc[0]
    records.correct_record(store, ANA, number=int(first["id"]), version=1, values={"status": "confirmed"})
    assert counts(bring(MESSY)) == (0, 0, 3, 4), "the row itself is the same"
    report = bring(MESSY.replace(f"{NAME};{CANARY};P;19", f"{NAME};{CANARY};P;20"))
    assert counts(report) == (0, 0, 4, 3)
    assert report.faults[0].problem is Problem.CORRECTED_BY_HAND
    assert "confirmed" in set(bring.cases()["status"])


def test_after_the_hashes_are_erased_rows_are_known_by_their_number(bring: Bringer) -> None:
    text = HEAD + "".join(row(number, tanggal=f"{number} Maret 2018") for number in range(1, 13))
    first = bring(text)
    assert first.batch is not None
    undo.close_review(bring.store, ANA, batch=first.batch)
    assert not bring.store.pseudonyms.exists()
    assert counts(bring(text)) == (0, 0, 0, 12)
    assert counts(bring(text + row(13))) == (1, 0, 0, 12)
    other = HEAD + "".join(row(number, tanggal=f"{number} April 2018") for number in range(1, 13))
    assert counts(bring(other)) == (12, 0, 0, 0)


def test_undo_takes_everything_back(bring: Bringer, path: Path) -> None:
    report = bring(MESSY)
    assert report.batch == 1
    assert undo.take_back_batch(Store(path), ANA, batch=1) == 4
    assert bring.cases().empty
    assert not Store(path).pseudonyms.exists(), "no hash outlives its batch"
    assert counts(bring(MESSY)) == (3, 1, 3, 0)


def test_one_person_of_two_agencies_is_asked_about(bring: Bringer, path: Path) -> None:
    bring(HEAD + row(1, nik=CANARY) + row(2))
    report = bring("Tanggal,Kelurahan,No KTP\n2018-12-01,Oebobo," + CANARY + "\n")
    assert (counts(report), report.twins) == ((1, 0, 0, 0), 1)
    store = Store(path)
    (pair,) = decisions.pairs_to_judge(store, ANA).to_dict("records")
    decisions.judge_pair(store, ANA, number=pair["id"], version=1, state=PairState.SAME)
    assert len(bring.cases()) == 2


def test_a_rounded_nik_makes_no_twins(bring: Bringer) -> None:
    report = bring(HEAD + row(1, nik="5.37E+15") + row(2, nik="5.37E+15") + row(3, nik="5371046501990000") * 2)
    assert report.twins == 0
    assert records.records(bring.store, ANA)["nik_check"].tolist()[-2:] == ["not_possible"] * 2


def test_reports_and_persons_are_counted_apart(bring: Bringer) -> None:
    text = "No LP;Tanggal LP;Kelurahan;Jumlah Korban\n" + "LP/B/44/XI/2018;16-11-2018;Oebobo;3\n" * 2
    text += "LP/B/45/XI/2018;17-11-2018;Oebobo;1\n;18-11-2018;Oebobo;1\n;18-11-2018;Oebobo;\n"
    bring(text)
    found = bring.cases()
    assert found["persons"].sum() == 9
    assert found["report"].nunique() == 4
    # The next sheet of the same kind goes on with a report that is known.
    bring("No LP;Tanggal LP;Kelurahan;Jumlah Korban\nLP/B/44/XI/2018;20-11-2018;Alak;2\n")
    assert bring.cases()["report"].nunique() in {4, 5}


def test_canary_of_a_person_is_nowhere(
    bring: Bringer, path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, NIK and note are in no file beside the source: store, log, hashes, pictures of objects, faults."""
    note = "catatan: anak dari keluarga di gang buntu"
    text = HEAD + row(1, nik=CANARY, nama=NAME, ket=note) + row(2, nik=CANARY, nama=NAME, tanggal=CANARY)
    text += row(3, kel=f"{NAME} RT 01 Jl. Timor Raya 12", nik=CANARY) + row(4, kel="Oebobo", sex=NAME)
    caplog.set_level(logging.DEBUG)
    prepared = bring.prepared(text)
    report = run.accept(Store(path), ANA, prepared)
    shown = [
        repr(prepared),
        repr(report.faults),
        repr(report),
        str(report.places.to_dict()),
        caplog.text,
        *capsys.readouterr(),
    ]
    shown += [repr(pseudonyms.Pseudonyms(Store(path).pseudonyms, ()).key())]
    for one in path.parent.rglob("*"):
        if one.is_file():
            shown.append(one.read_bytes().decode("latin-1"))
    whole = "\n".join(shown)
    for secret in (CANARY, NAME, note, "gang buntu", CANARY[:12], NAME.lower().replace(" ", ""), "Timor Raya"):
        assert secret not in whole, secret
    assert pickle.dumps(report.faults).find(CANARY.encode()) == -1


def test_hashes_are_in_no_backup_and_end_after_thirty_days(
    bring: Bringer, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo.store.backup import backup

    bring(HEAD + row(1, nik=CANARY))
    store = Store(path)
    with sqlite3.connect(store.pseudonyms) as connection:
        ((secret,),) = connection.execute("SELECT key FROM secret")
        ((hashed, person),) = connection.execute("SELECT hash, person FROM row_hash")
    connection.close()
    copy = tmp_path / "salinan.sqlite"
    backup(store, ANA, target=copy)
    for value in (secret, hashed, person):
        assert value not in copy.read_bytes()
        assert value not in path.read_bytes()
    later = engine.now() + timedelta(days=31)
    monkeypatch.setattr(pseudonyms, "now", lambda: later)
    undo.expire(store)
    assert not store.pseudonyms.exists()
    bring(HEAD + row(9))
    with sqlite3.connect(store.pseudonyms) as connection:
        ((fresh,),) = connection.execute("SELECT key FROM secret")
        assert connection.execute("SELECT count(*) FROM row_hash").fetchone() == (1,)
    connection.close()
    assert fresh != secret


def test_a_decision_serves_rows_of_a_later_file(bring: Bringer, path: Path, kupang: Areas) -> None:
    bring(HEAD + row(1, kel="Naikoten"))
    (waiting,) = decisions.queue(bring.store, ANA, resolver=Resolver(kupang, read_gazetteer(kupang))).to_dict(
        "records"
    )
    assert waiting["written"] == "Naikoten"
    decisions.decide(
        Store(path), ANA, key=waiting["key"], answer="53.71.05.1004", why=Reason.ASKED_SENDER, allowed=kupang.index
    )
    report = bring(HEAD + row(7, kel="KEL. NAIKOTEN", tanggal="1 Mei 2018"))
    assert counts(report) == (1, 0, 0, 0)
    assert bring.cases()["document_kode"].tolist() == ["53.71.05.1004"] * 2


@pytest.mark.parametrize(
    ("kind", "text", "table", "rows"),
    [
        (
            Kind.COVERAGE,
            "kode,from_on,to_on\n53.71,2018-01-01,2018-12-31\n53.71.04,2017-01-01,2017-12-31\n"
            "53.71.04.1001,2017-01-01,2016-12-31\n",
            Table.COVERAGE,
            2,
        ),
        (
            Kind.WATCHERS,
            "watcher,kode,joined_on,sex\n1,53.71.04.1001,2018-11-16,female\nAna,53.71.04.1001,2018-11-16,female\n",
            Table.WATCHERS,
            1,
        ),
        (
            Kind.REPORTS,
            "reported_on,kode,kind,followed_up\n2018-12-01,53.71.04.1001,recruiter_seen,ya\n"
            "2018-12-01,53.71.04.1001,gosip,ya\n",
            Table.REPORTS,
            1,
        ),
        (
            Kind.ROLLOUT,
            "kode,stage,on,on_precision,counted_as,claim,source,source_on,recorded_on\n"
            "53.71.04.1001,active,2018-11-16,day,cw,actual,SK 1/2018,2018-11-16,2018-11-20\n"
            "53.71,active,2018,year,cw,target,contoh,2018-11-16,2018-11-20\n",
            Table.ROLLOUT,
            2,
        ),
    ],
)
def test_the_other_kinds(bring: Bringer, kind: Kind, text: str, table: Table, rows: int) -> None:
    report = bring(text, kind)
    assert report.read == sum(report.counts.values()) == text.count("\n") - 1
    assert len(bring.tables()[table]) == rows


def test_the_citys_own_size_of_its_kelurahan(bring: Bringer, path: Path, kupang: Areas) -> None:
    lines = "".join(f"{name};{'1.234,5' if at else '10'}\n" for at, name in enumerate(kupang.names))
    report = bring("Kelurahan;Jumlah Penduduk\n" + lines, Kind.DENOMINATORS)
    assert counts(report) == (51, 0, 0, 0)
    with Store(path).reading(ANA, Right.BRING) as connection:
        sizes = canonical.denominator(connection)
    assert sizes.reindex(kupang.index).tolist() == [10.0] + [1234.5] * 50


def test_what_is_wrong_with_a_file_as_a_whole(bring: Bringer) -> None:
    for text, problem in (
        ("a,b\n1,2\n", Problem.MISSING_COLUMN),
        ("", Problem.EMPTY),
        ("Kelurahan,Tanggal\n", None),
    ):
        if problem is None:
            assert bring.dry(text).read == 0
            continue
        with pytest.raises(DataError) as fault:
            bring(text)
        assert problem in {one.problem for one in fault.value.faults}
    with pytest.raises(DataError) as fault:
        bring.prepared("Kelurahan,Tanggal\nOebobo,2018-01-01\n", mapping="tidak ada")
    assert fault.value.faults[0].problem is Problem.NOT_IN_LIST


def test_an_import_that_is_stopped_leaves_nothing(bring: Bringer, path: Path) -> None:
    text = HEAD + "".join(row(number) for number in range(1, 6_000))

    def stop(_share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        bring(text, progress=stop)
    assert bring.cases().empty
    assert counts(bring(text)) == (5_999, 0, 0, 0), "and the hashes of what never came do not stand in the way"


CELL = st.one_of(
    st.sampled_from(
        ["", "Oebobo", "Naikoten", "16 Nov 2018", "43420", "5.37E+15", "P", "=1+1", "\ufeff", "-", "1,5"]
    ),
    st.text(max_size=20),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=12))
def test_generated_sheets_account_for_every_row(bring: Bringer, rows: list[list[str]]) -> None:
    """Whatever stands in the cells: every filled row has one outcome, and a second time nothing is new."""
    text = (
        pd.DataFrame(rows or [[""] * 4])
        .iloc[:, :4]
        .set_axis(["Tanggal", "Kelurahan", "JK", "Jumlah Korban"], axis=1)
        .to_csv(index=False)
    )
    try:
        first = bring(text)
    except DataError:
        return
    assert sum(first.counts.values()) == len(first.outcomes) == first.read
    again = bring(text)
    assert again.counts[Outcome.ACCEPTED] == again.counts[Outcome.REVIEW] == 0
    if first.batch is not None:
        undo.take_back_batch(bring.store, ANA, batch=first.batch)
    assert bring.cases().empty


def test_the_list_of_refused_rows_has_what_was_read_and_nothing_as_written(bring: Bringer) -> None:
    words = Words(Language.ID)
    report = bring.dry(MESSY.replace("entah", f"=HYPERLINK({NAME})"))
    lines = list(csv.DictReader(io.StringIO(rejected_csv(report, words).lstrip("\ufeff"))))
    assert [line["baris"] for line in lines] == ["5", "6", "9"]
    assert lines[1]["kolom"] == "Jenis Kelamin"
    assert lines[1]["reported_on"] == "2018-11-16"
    assert lines[1]["age_group"] == "adult"
    assert lines[0]["reported_on"] == ""
    assert NAME not in str(lines)
    assert "HYPERLINK" not in str(lines)
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.values())
