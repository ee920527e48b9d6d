"""The desk's pages as a clerk uses them: a file in, a decision, a correction, and back again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.store import canonical, decisions
from geo.store.engine import Store
from geo.terms import Right
from geo.words import Language, Words
from pages.shell import access

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas

WORDS = Words(Language.ID)
SHEET = (
    "No;Nama;NIK;Jenis Kelamin;Umur;Kelurahan;Kecamatan;Tanggal Lapor\n"
    "1;CONTOH SATU;5399046501990017;P;19;Oesapa Brat;Kelapa Lima;16 November 2018\n"
    "2;CONTOH DUA;5.37E+15;L;17;Naikoten;Kota Raja;17/11/2018\n"
    "3;CONTOH TIGA;;P;25;Oebobo;;kemarin\n"
    "4;CONTOH SATU;5399046501990017;P;19;Oesapa Brat;Kelapa Lima;16 November 2018\n"
    "Jumlah;;;;;;;4\n"
)


def desk(name: str, **parameters: str) -> AppTest:
    """A page of the desk with a shell of its own: a function page cannot be opened by its address in a test."""

    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        guarded(importlib.import_module(f"pages.{name}").page)(Shell())

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def button(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label.startswith(label)]
    return found.click().run()


def choice(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.selectbox if one.label == label]
    return found


def sent(text: str = SHEET) -> AppTest:
    app = desk("sheets")
    assert not app.exception
    return app.file_uploader[0].upload("lembar.csv", text.encode(), "text/csv").run()


def texts(app: AppTest) -> str:
    parts = [
        one.value for kind in (app.title, app.caption, app.markdown, app.success, app.info, app.error) for one in kind
    ]
    return "\n".join(str(part) for part in parts)


def store(folder: Path) -> Store:
    return Store(folder / "kota.sqlite")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", ["sheets", "names", "record"])
def test_every_page_opens_on_an_empty_desk(folder: Path, name: str, language: str) -> None:
    app = desk(name, bahasa=language)
    assert not app.exception
    assert not app.error
    assert app.title[0].value
    assert not folder.exists(), "looking makes no store"


@pytest.mark.parametrize("name", ["sheets", "names", "record"])
def test_the_desk_is_closed_where_others_can_reach_the_server(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access.st, "get_option", lambda _name: "0.0.0.0")  # noqa: S104
    app = desk(name)
    assert "hanya dapat dibuka" in texts(app)
    assert not app.file_uploader
    assert not app.button


def test_a_sheet_comes_in_and_goes_out_again(folder: Path) -> None:
    app = sent()
    assert not app.exception
    assert not app.error
    assert "5 baris dibaca: 2 diterima, 1 menunggu tinjauan, 2 ditolak, 0 sudah ada." in texts(app)
    assert not folder.exists(), "a dry run keeps nothing"
    assert [metric.value for metric in app.metric] == ["2", "1", "2", "0"]
    assert app.selectbox(key="map.kind").value == "cases"
    app = button(app, "Terima 3 baris")
    assert "Tersimpan sebagai batch 1" in texts(app)
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert len(canonical.case_rows(connection)) == 3
    again = sent()
    assert "sudah pernah diimpor" in texts(again)
    assert not [one for one in again.button if one.label.startswith("Terima")]
    page = desk("sheets")
    page.checkbox(key="data.sure").check().run()
    page = button(page, "Batalkan")
    assert "Batch 1 dibatalkan; 3 baris dihapus." in texts(page)
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert canonical.case_rows(connection).empty


def test_a_column_is_corrected_and_the_mapping_remembered(folder: Path) -> None:
    app = sent("Hari;Desa Asli\n16/11/2018;Oebobo\n")
    assert "document_kode" in texts(app) or "Kelurahan" in texts(app) or app.error
    kind = app.selectbox(key="map.kind").value
    app.selectbox(key="map.kind").set_value("cases").run()
    assert kind in {"cases", "coverage", "watchers", "reports", "rollout", "denominators"}
    app.selectbox(key="map.cases..reported_on").set_value("Hari").run()
    app.selectbox(key="map.cases..document_place").set_value("Desa Asli").run()
    assert "1 baris dibaca: 1 diterima" in texts(app)
    app.text_input(key="map.called").set_value("Lembar lurah").run()
    app = button(app, "Simpan pemetaan")
    assert (folder / "pemetaan" / "lembar-lurah.toml").is_file()
    fresh = sent("Hari;Desa Asli\n17/11/2018;Alak\n")
    assert fresh.selectbox(key="map.name.cases").value == "Lembar lurah"
    assert "1 baris dibaca: 1 diterima" in texts(fresh)


def test_a_bad_file_is_told_without_a_traceback(folder: Path) -> None:
    for raw in (b"", b"\0\0\0", b"x" * 200_000):
        app = desk("sheets")
        app = app.file_uploader[0].upload("lembar.csv", raw, "text/csv").run()
        assert not app.exception
        assert app.error
    assert not folder.exists()


def test_a_spelling_is_decided_and_taken_back(folder: Path) -> None:
    button(sent(), "Terima")
    app = desk("names")
    assert not app.exception
    key = app.selectbox(key="names.key").value
    app.selectbox(key=f"names.answer.{key}").set_value("53.71.05.1004").run()
    app = button(app, "Putuskan")
    assert not app.error
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert "53.71.05.1004" in canonical.case_rows(connection)["document_kode"].tolist()
    app = desk("names")
    assert "Tidak ada tulisan yang menunggu tinjauan." in texts(app)
    number = app.selectbox(key="names.take_back").options
    assert number == ["Naikoten"]
    app.selectbox(key="names.take_back").select_index(0).run()
    button(app, "Tarik kembali")
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert "53.71.05.1004" not in canonical.case_rows(connection)["document_kode"].tolist()


def test_one_person_of_two_rows(folder: Path) -> None:
    button(sent(), "Terima")
    app = desk("names")
    assert "Mungkin orang yang sama: 1" in [one.value for one in app.subheader]
    button(app, "Orang yang sama")
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert len(canonical.case_rows(connection)) == 2
    app = desk("names")
    button(app, "Selesai")
    assert not (folder / "kota-sementara.sqlite").exists()


def test_two_browsers_the_second_is_told(folder: Path) -> None:
    button(sent(), "Terima")
    first, second = desk("names"), desk("names")
    for app, kode in ((first, "53.71.05.1004"), (second, "53.71.05.1005")):
        key = app.selectbox(key="names.key").value
        app.selectbox(key=f"names.answer.{key}").set_value(kode).run()
    # Both are at the button before either has pressed it.
    (press,) = [one for one in second.button if one.label == "Putuskan"]
    button(first, "Putuskan")
    press.click().run()
    assert list(decisions.standing_decisions(store(folder), STEWARD).values()) == ["53.71.05.1004"]
    record_one, record_two = desk("record"), desk("record")
    number = int(record_one.selectbox(key="record.number").options[1].split(" ")[0])
    for app in (record_one, record_two):
        app.selectbox(key="record.number").set_value(number).run()
    choice(record_one, "Status").set_value("confirmed")
    button(record_one, "Simpan koreksi")
    choice(record_two, "Status").set_value("prevented")
    late = button(record_two, "Simpan koreksi")
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert "prevented" not in canonical.case_rows(connection)["status"].tolist()
        assert "confirmed" in canonical.case_rows(connection)["status"].tolist()
    assert late.error or choice(late, "Status").value == "confirmed"


def count(folder: Path) -> int:
    """Records of the store; none where there is no store."""
    if not (folder / "kota.sqlite").exists():
        return 0
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        return len(canonical.case_rows(connection))


def tick(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.checkbox if one.label == label]
    return found


def test_an_untouched_form_saves_nothing(folder: Path) -> None:
    app = button(desk("record"), "Masukkan")
    (told,) = [one.value for one in app.error]
    assert "Tanggal lapor" in told
    assert "Kelurahan dokumen" in told
    assert count(folder) == 0
    choice(app, "Kelurahan dokumen").set_value("53.71.04.1001")
    app = button(app, "Masukkan")
    (told,) = [one.value for one in app.error]
    assert "Tanggal lapor" in told
    assert "Kelurahan dokumen" not in told
    assert count(folder) == 0


def test_what_is_not_known_is_said_and_a_record_says_something(folder: Path) -> None:
    app = desk("record")
    tick(app, "Tanggal lapor tidak diketahui").check()
    tick(app, "Kelurahan dokumen tidak diketahui").check()
    app = button(app, "Masukkan")
    (told,) = [one.value for one in app.error]
    assert "belum ada satu pun keterangan" in told
    assert count(folder) == 0
    choice(app, "Jenis kelamin").set_value("female")
    choice(app, "Kelurahan dokumen").set_value("53.71.04.1001")
    app = button(app, "Masukkan")
    (told,) = [one.value for one in app.error]
    assert "pilih salah satu" in told
    tick(app, "Kelurahan dokumen tidak diketahui").uncheck()
    app = button(app, "Masukkan")
    assert not app.error
    assert count(folder) == 1
    assert choice(app, "Kelurahan dokumen").value == "", "the next one is not the same again"
    assert not tick(app, "Tanggal lapor tidak diketahui").value
    number = int(app.selectbox(key="record.number").options[1].split(" ")[0])
    app.selectbox(key="record.number").set_value(number).run()
    assert tick(app, "Tanggal lapor tidak diketahui").value, "as it was entered"
    choice(app, "Status").set_value("confirmed")
    app = button(app, "Simpan koreksi")
    assert not app.error


def test_an_untouched_statement_of_coverage_says_nothing(folder: Path) -> None:
    app = button(desk("record"), "Nyatakan tercakup")
    (told,) = [one.value for one in app.error]
    assert told.startswith("Belum tersimpan.")
    assert not folder.exists()


def test_a_record_by_hand(folder: Path) -> None:
    app = desk("record")
    choice(app, "Kelurahan dokumen").set_value("53.71.04.1001")
    (day,) = app.date_input
    day.set_value(date(2018, 11, 16))
    app = button(app, "Masukkan")
    assert not app.error
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert canonical.case_rows(connection)["document_kode"].tolist() == ["53.71.04.1001"]
    app = desk("record")
    choice(app, WORDS("coverage.place")).set_value("53.71")
    choice(app, WORDS("coverage.month")).set_value(3)
    app = button(app, "Nyatakan tercakup")
    assert not app.error
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert len(canonical.canonical_tables(connection)) == 2


def test_a_steward_adds_an_office_to_the_list_of_sources(folder: Path) -> None:
    sheet = (
        "Tanggal Lapor;Kelurahan;Sumber\n1/3/2018;Oebobo;Dinas Pariwisata\n2/3/2018;Oebobo;Maria Bano\n"
        "3/3/2018;Oebobo;Polda NTT\n"
    )
    app = sent(sheet)
    assert "2 baris: sumbernya tidak ada dalam daftar, jadi dikosongkan." in texts(app)
    (offered,) = app.multiselect
    assert offered.options == ["Dinas Pariwisata (1 baris)"]
    assert offered.value == [], "nothing is chosen beforehand"
    offered.set_value(["Dinas Pariwisata"]).run()
    app = button(app, "Tambahkan ke daftar")
    assert not app.error
    assert "Dinas Pariwisata" in (folder / "sumber.toml").read_text("utf-8")
    assert "1 baris: sumbernya tidak ada dalam daftar, jadi dikosongkan." in texts(app)
    assert not app.multiselect
    assert not (folder / "kota.sqlite").exists(), "nothing is imported by it"
    app = button(app, "Terima 3 baris")
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        found = connection.exec_driver_sql("SELECT source FROM record ORDER BY id").scalars().all()
    assert found == ["Dinas Pariwisata", "", "Polda NTT"]


def test_a_copy_and_its_return(folder: Path) -> None:
    button(sent(), "Terima")
    button(desk("sheets"), "Buat cadangan")
    page = desk("sheets")
    page.checkbox(key="data.sure").check().run()
    button(page, "Batalkan")
    page = desk("sheets")
    page.checkbox(key="data.restore.sure").check().run()
    page = button(page, "Pulihkan")
    assert not page.error
    with store(folder).reading(STEWARD, Right.BRING) as connection:
        assert len(canonical.case_rows(connection)) == 3


def test_a_layer_of_the_citys_own(folder: Path, kupang: Areas, tmp_path: Path) -> None:
    path = tmp_path / "batas baru.gpkg"
    kupang.frame.reset_index().rename(columns={"name": "nama", "group": "kecamatan"}).to_file(path)
    app = desk("sheets")
    (uploader,) = [one for one in app.file_uploader if one.label == "Berkas batas wilayah"]
    app = uploader.upload(path.name, path.read_bytes(), "application/octet-stream").run()
    assert [choice(app, label).value for label in ("Kolom kode", "Kolom nama")] == ["kode", "nama"]
    app.text_input(key="layer.title").input("BIG 2024").run()
    app = button(app, "Periksa dan pakai")
    assert not app.error
    assert (folder / "batas" / "areas.toml").is_file()
    again = desk("sheets")
    assert "BIG 2024 (51 kelurahan)" in again.expander[-1].label
    button(again, "Kembali ke batas bawaan")
    assert "cahyadsn 2024" in desk("sheets").expander[-1].label
