"""The pack for an incident: all that has to be told, and nothing of a person or that opens a door."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import sqlite3
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD, TASKFORCE

import geo
from geo.access import incident
from geo.access.audit import note_export, saw, verify
from geo.cli.main import main
from geo.imports import run
from geo.store import engine, records
from geo.store.backup import backup
from geo.store.engine import Store
from geo.terms import Audience, Kind, Right
from geo.viewer import NotAllowedError
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.settings import Settings

ANA = STEWARD
LANGUAGES = [Words(one) for one in Language]
NIK, NAME, PLACE, SOURCE = "5399046501990017", "CONTOH NAMA RAHASIA", "Kampung Kenari", "SUMBER-KENARI"
HASH, TOKEN, SECRET = "$argon2id$v=19$rahasia", "f" * 64, "/etc/rahasia-oidc"
SHEET = (
    f"Tanggal Lapor;Nama;NIK;Kelurahan;Sumber\n16/11/2018;{NAME};{NIK};{PLACE};{SOURCE}\n17/11/2018;;;Oebobo;\n"
    "1/2/2019;;;Oebobo;\n"
)


@pytest.fixture
def options(settings: Settings, tmp_path: Path) -> Settings:
    access = dataclasses.replace(settings.access, issuer="https://masuk.example", secret_file=SECRET)
    return dataclasses.replace(settings, kota=tmp_path / "kota", access=access)


@pytest.fixture
def store(tmp_path: Path, kupang: Areas, options: Settings) -> Iterator[Store]:
    path = tmp_path / "kota" / "kota.sqlite"
    file = tmp_path / "lembar.csv"
    file.write_text(SHEET, "utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    run.accept(Store(path), ANA, run.prepared_for(sheet, mapping, kupang, today=date(2026, 1, 1)))
    made = Store(path)
    records.correct_record(made, ANA, number=1, version=1, values={"origin_kode": "53.02"})
    saw(made, TASKFORCE, "ringkasan 2018")
    note_export(made, TASKFORCE, "kelurahan.csv", Audience.PUBLIC)
    backup(made, ANA, target=tmp_path / "salinan.sqlite")
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for number, name, state in ((1, "ana", "open"), (2, "=budi@kota.example", "closed")):
            connection.execute(
                "INSERT INTO account VALUES (?, ?, 'local', 'steward', ?, ?, '2026-01-01', 'x', 1)",
                (number, name, HASH, state),
            )
        connection.execute(
            "INSERT INTO session VALUES (1, ?, 1, '2026-01-01 08:00:00.000000', '2026-01-01 08:00:00.000000', "
            "'2999-01-01 08:00:00.000000')",
            (TOKEN,),
        )
    yield made
    Store(path).close()


def packed(store: Store, options: Settings, **span: date) -> dict[str, str]:
    today = engine.now().date()
    raw = incident.pack(
        store, ANA, options, first=span.get("first", today), last=span.get("last", today), languages=LANGUAGES
    )
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_tells_all_that_has_to_be_told(store: Store, options: Settings) -> None:
    found = packed(store, options)
    assert list(found) == ["README.txt", *incident.FILES]
    rows = {(one["table"], one["year"], one["state"]): one["rows"] for one in table(found["rows.csv"])}
    assert rows["record", "", ""] == "3"
    assert (rows["record", "2018", "counted"], rows["record", "2019", "counted"]) == ("2", "1")
    columns = {(one["table"], one["column"]) for one in table(found["columns.csv"])}
    assert ("record", "sex") in columns
    (batch,) = table(found["batches.csv"])
    assert (batch["kind"], batch["made_by"], batch["accepted"], batch["review"]) == ("cases", "Ana", "2", "1")
    assert [(one["name"], one["role"], one["state"]) for one in table(found["accounts.csv"])] == [
        ("ana", "steward", "open"),
        ("'=budi@kota.example", "steward", "closed"),
    ]
    assert [one["name"] for one in table(found["sessions.csv"])] == ["ana"]
    left = table(found["left.csv"])
    assert [(one["who"], one["act"]) for one in left] == [("Tim", "export"), ("Ana", "backup")]
    assert json.loads(left[0]["what"]) == {"what": "kelurahan.csv", "audience": "public"}
    acts = table(found["acts.csv"])
    assert [one["act"] for one in acts] == ["import", "correct", "see", "export", "backup"]
    assert set(acts[0]) == {"id", "at", "who", "act", "subject", "subject_id"}
    audit = json.loads(found["audit.json"])
    assert (audit["rows"], audit["whole"]) == (5, True)
    program, rules = json.loads(found["program.json"]), json.loads(found["settings.json"])
    assert (program["program"], program["store"]) == (geo.__version__, engine.revisions()[-1])
    assert rules["rights"]["taskforce"] == ["export", "see_exact"]
    assert (rules["record_years"], rules["issuer"]) == (10, "https://masuk.example")


def test_the_readme_names_the_duty_and_every_file_in_both_languages(store: Store, options: Settings) -> None:
    readme = packed(store, options)["README.txt"]
    indonesian, english = readme.split("----")
    for part, law in ((indonesian, "UU 27/2022 pasal 46"), (english, "Law 27/2022, article 46")):
        assert law in part
        assert "3 x 24" in part
        for name in incident.FILES:
            assert f"\n{name}: " in part


def test_nothing_of_a_person_and_nothing_that_opens_a_door(store: Store, options: Settings) -> None:
    whole = "\n".join(packed(store, options, first=date(2000, 1, 1)).values())
    for secret in (NIK, NAME, PLACE, "kenari", SOURCE, "53.02", HASH, "argon2id", TOKEN, SECRET):
        assert secret not in whole, secret
    assert "2018-11-16" not in whole, "no day of a record, only its year"
    with store.reading(ANA, Right.AUDIT) as connection:
        for (token,) in connection.exec_driver_sql("SELECT token FROM batch").all():
            assert token not in whole


def test_only_what_was_done_in_the_span(store: Store, options: Settings) -> None:
    today = engine.now().date()
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE session SET expires_at = '2026-01-02 00:00:00.000000'")
    found = packed(store, options, first=today + timedelta(days=1), last=today + timedelta(days=2))
    assert table(found["acts.csv"]) == table(found["left.csv"]) == table(found["sessions.csv"]) == []
    assert table(found["rows.csv"]), "what was there is told whatever the span"


def test_it_is_written_down_and_the_same_content_is_the_same_pack(
    store: Store, options: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = engine.now()
    for module in ("geo.access.incident", "geo.store.engine"):
        monkeypatch.setattr(f"{module}.now", lambda: at)
    yesterday = at.date() - timedelta(days=1)

    def made() -> dict[str, bytes]:
        raw = incident.pack(store, ANA, options, first=yesterday, last=yesterday, languages=LANGUAGES)
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            return {name: archive.read(name) for name in archive.namelist()}

    first, second = made(), made()
    # The audit is one row longer: the first pack itself.
    assert {name for name in first if first[name] != second[name]} == {"rows.csv", "audit.json"}
    with store.reading(ANA, Right.AUDIT) as connection:
        last = connection.exec_driver_sql("SELECT who, act FROM audit ORDER BY id DESC LIMIT 2").all()
        assert last == [("Ana", "incident")] * 2
    assert verify(store, ANA).whole


def test_only_whoever_has_the_audit_gets_it(store: Store, options: Settings) -> None:
    today = engine.now().date()
    with pytest.raises(NotAllowedError):
        incident.pack(store, TASKFORCE, options, first=today, last=today, languages=LANGUAGES)
    with store.reading(ANA, Right.AUDIT) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit WHERE act = 'incident'").scalar() == 0


def test_the_command(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main(["incident", "--db", str(store.path), *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, told = run("--from", "2026-01-01", "-o", "insiden.zip")
    assert (code, told["file"], told["from"]) == (0, "insiden.zip", "2026-01-01")
    assert zipfile.is_zipfile(tmp_path / "insiden.zip")
    assert told["bytes"] == (tmp_path / "insiden.zip").stat().st_size
    for words in (
        ("--from", "2026-02-01", "--to", "2026-01-01", "-o", "b.zip"),
        ("--from", "kemarin", "-o", "b.zip"),
        ("--from", "2026-01-01", "-o", "b.txt"),
        ("--from", "2026-01-01", "-o", "tidak/b.zip"),
        ("--from", "2026-01-01", "-o", "b.zip", "--db", tmp_path / "tidak.sqlite"),
    ):
        assert run(*words)[0] == 2, words
    assert not (tmp_path / "b.zip").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".petajaga")]
