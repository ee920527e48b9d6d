"""Sample sheets for trying an import, in the style of offices. Everything in them is made up.

Names are "CONTOH ..."; every NIK begins with 5399, which is not a kabupaten, so it belongs to nobody.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np

from data.make_example import SEVEN
from geo.files import write_workbook
from geo.schemas import Table, columns
from geo.terms import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

SEED = 2018
#: How offices write kelurahan: correct, abbreviated, misspelled, half, elsewhere.
_WRITTEN = (
    "Oebobo",
    "KEL. OEBUFU",
    "Kel. Naikoten I",
    "Naikoten 2",
    "Naikoten",
    "TDM",
    "LLBK",
    "Oesapa Brat",
    "Batuplat",
    "Air Nona",
    "kelapa-lima",
    "Penfui Timur",
    "Manulai I",
    "Lasiana",
    "Kantor Lurah Liliba",
    "Bakunase 2",
    "Sikumana",
    "Fatululi",
    "Merdeka",
    "Tode Kiser",
    "Nunbaun",
    "Tarus",
    "Kayu Puti",
    "Maulafa",
)
_ORIGINS = ("Kab. TTS", "Kab. Kupang", "TTU", "Malaka", "Kota Kupang", "Rote Ndao", "Sabu Raijua", "")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "Nopember",
    "Desember",
)
#: Fixed date for every file with a date field, so that a later run gives the same bytes.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a file's own clock has no zone
_EPOCH = date(1899, 12, 30)
#: Among the made-up kelurahan that start: the one that was trained first, and the one that went quiet.
_TRAINED_EARLY, _WENT_QUIET = 4, 6


def _written(day: date, form: int) -> Any:
    """A day in one of the formats that one sheet mixes."""
    return (
        f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%y}",
        (day - _EPOCH).days,
        f"{day:%Y-%m-%d}",
    )[form]


def bp3mi() -> list[list[Any]]:
    """A sheet with a title, a two-row header, dates in many formats and a totals row."""
    rng = np.random.default_rng(SEED)
    rows: list[list[Any]] = [
        ["DATA CONTOH - BUKAN ORANG NYATA: CPMI/PMI YANG DICEGAH ATAU DIPULANGKAN, 2018"],
        [],
        [
            "No",
            "Nama",
            "NIK",
            "Jenis Kelamin",
            "Umur",
            "Asal",
            None,
            None,
            "Prosedural/Non Prosedural",
            "Tanggal Kepulangan",
            "Negara Tujuan",
            "Keterangan",
        ],
        [None, None, None, None, None, "Desa/Kelurahan", "Kecamatan", "Kabupaten Asal", None, None, None, None],
    ]
    for number in range(1, 61):
        day = date(2018, 1, 3) + timedelta(days=int(rng.integers(0, 360)))
        is_woman, age = bool(rng.random() < 0.6), int(rng.integers(15, 45))  # noqa: PLR2004
        born = date(2018 - age, int(rng.integers(1, 13)), int(rng.integers(1, 28)))
        nik = f"539904{born.day + 40 * is_woman:02}{born:%m%y}{number:04}"
        rows.append(
            [
                number,
                f"CONTOH NAMA {number}",
                ("5.37E+15", nik, f"'{nik}", "")[int(rng.integers(0, 4))],
                ("P", "Perempuan")[number % 2] if is_woman else ("L", "Laki-laki")[number % 2],
                f"{age} th",
                str(rng.choice(_WRITTEN)),
                "",
                str(rng.choice(_ORIGINS)),
                "Non Prosedural",
                _written(day, int(rng.integers(0, 5))),
                "Malaysia",
                "catatan bebas yang tidak disimpan",
            ]
        )
    rows[10][9], rows[20][3] = "akhir bulan", "?!"
    rows.append(["Jumlah", None, None, None, 60, None, None, None, None, None, None, None])
    return rows


def police() -> list[list[str]]:
    """Reports with many victims, one report on several rows."""
    rng = np.random.default_rng(SEED + 1)
    rows = [
        [
            "No LP",
            "Tanggal LP",
            "Kelurahan KTP",
            "TKP Kelurahan",
            "Asal Korban",
            "Jumlah Korban",
            "Tahap",
            "Keterangan (CONTOH, bukan kasus nyata)",
        ]
    ]
    for number in range(1, 31):
        day = date(2018, 2, 1) + timedelta(days=int(rng.integers(0, 300)))
        rows += [
            [
                f"LP/CONTOH/{number}/2018",
                f"{day:%d/%m/%Y}",
                str(rng.choice(_WRITTEN)),
                "Oesapa",
                str(rng.choice(_ORIGINS)),
                str(int(rng.integers(1, 9))),
                str(rng.choice(["Lidik", "Sidik", "P21", "Vonis"])),
                "r\u00e9sum\u00e9 tidak disimpan",
            ]
            for _ in range(int(rng.integers(1, 4)))
        ]
    return rows


def simfoni() -> list[list[str]]:
    """An export with one victim per row."""
    rng = np.random.default_rng(SEED + 2)
    rows = [
        [
            "No Registrasi",
            "Tanggal Pelaporan",
            "Kabupaten/Kota",
            "Kecamatan",
            "Kelurahan",
            "Jenis Kelamin",
            "Usia",
            "Status Korban",
        ]
    ]
    for number in range(1, 41):
        day = date(2018, 1, 1) + timedelta(days=int(rng.integers(0, 364)))
        rows.append(
            [
                f"CONTOH-{number:04}",
                f"{day:%Y-%m-%d}",
                "Kota Kupang",
                "",
                str(rng.choice(_WRITTEN)),
                str(rng.choice(["Perempuan", "Laki-laki"])),
                str(int(rng.integers(8, 40))),
                str(rng.choice(["Terduga", "Terbukti", "Meninggal"])),
            ]
        )
    return rows


def kobo(kode: Sequence[str]) -> list[list[str]]:
    """The export of the watchers' form."""
    rng = np.random.default_rng(SEED + 3)
    rows = [
        ["_submission_time", "laporan/tanggal", "laporan/kelurahan", "laporan/jenis", "laporan/tindak_lanjut", "_id"]
    ]
    for number in range(1, 51):
        day = date(2018, 11, 16) + timedelta(days=int(rng.integers(0, 400)))
        sign = str(rng.choice(["newcomers_in_kos", "recruiter_seen", "document_request", "question"]))
        rows.append(
            [
                f"{day}T10:00:00",
                f"{day}",
                str(rng.choice(list(kode))),
                sign,
                str(rng.choice(["yes", "no"])),
                str(900_000 + number),
            ]
        )
    return rows


def rollout(kode: Sequence[str]) -> list[list[str]]:
    """Events of made-up kelurahan from the first proposal on, with the headers of the canonical table.

    None of them was named in the press. Some stop on the way, one was trained before its decree and gives the reason,
    one went quiet and began again.
    """
    rng = np.random.default_rng(SEED + 4)
    rows = [list(columns(Table.ROLLOUT))]
    for number, one in enumerate([one for one in kode if one not in SEVEN][::5], start=1):
        day = date(2019, 1, 7) + timedelta(days=int(rng.integers(0, 120)))
        path = list(Stage)[: 8 if number == _WENT_QUIET else 3 + number % 4]
        if number == _TRAINED_EARLY:
            path = [Stage.PROPOSED, Stage.SOCIALISED, Stage.RECRUITED, Stage.TRAINED, Stage.DECREE, Stage.ACTIVE]
        for stage in path:
            is_training = stage is Stage.TRAINED
            told = {
                "kode": one,
                "stage": stage,
                "on": f"{day}",
                "on_precision": "day",
                "counted_as": "cw",
                "claim": "actual",
                "source": "contoh",
                "source_on": f"{day + timedelta(days=2)}",
                "recorded_on": f"{day + timedelta(days=9)}",
                "reported_by": ("kelurahan", "dinas_p3a")[number % 2],
                "decree_no": f"CONTOH/{number}/2019" if stage is Stage.DECREE else "",
                "document": f"CONTOH-{100 + number}/2019" if is_training else "",
                "course": "basic" if is_training else "",
                "hours": str(8 * (1 + number % 3)) if is_training else "",
                "early_why": "held_jointly" if is_training and number == _TRAINED_EARLY else "",
            }
            rows.append([told.get(name, "") for name in rows[0]])
            day += timedelta(days=int(rng.integers(14, 60)))
    return rows


def csv_bytes(rows: Sequence[Sequence[Any]], *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as an office's csv: its separator, encoding and line ends."""
    made = io.StringIO()
    csv.writer(made, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return made.getvalue().encode(encoding)


def xlsx_bytes(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), sheet: str = "Lembar1") -> bytes:
    """Rows as an xlsx with merged cells; the same bytes every time."""
    made = io.BytesIO()
    write_workbook(made, {sheet: rows}, merged=merged, has_header=False, comments="Data contoh, bukan kasus nyata")
    return made.getvalue()


def ods_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as a minimal OpenDocument sheet for LibreOffice; the same bytes every time."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(
        f"<table:table-row>{''.join(cell.format(escape(text)) for text in row)}</table:table-row>" for row in rows
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Lembar1">{lines}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{urn}:manifest:1.0" '
        f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in (("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)):
            packing = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), text, compress_type=packing)
    return made.getvalue()


def form_bytes(kelurahan: pd.Series[str], kecamatan: pd.Series[str]) -> bytes:
    """An XLSForm for watchers' reports: no name, no telephone number, no point on a map, no free text.

    Parameters
    ----------
    kelurahan, kecamatan
        Names by `kode`.
    """
    survey = [
        ["type", "name", "label::Indonesia (id)", "label::English (en)", "required", "appearance", "constraint"],
        [
            "note",
            "peringatan",
            "Jangan tulis nama, nomor telepon, atau alamat siapa pun.",
            "Do not write anybody's name, telephone number or address.",
            "",
            "",
            "",
        ],
        ["begin_group", "laporan", "Laporan", "Report", "", "", ""],
        ["date", "tanggal", "Tanggal terlihat", "Day it was seen", "yes", "", ". <= today()"],
        ["select_one kelurahan", "kelurahan", "Kelurahan", "Kelurahan", "yes", "minimal autocomplete", ""],
        ["select_one jenis", "jenis", "Jenis tanda", "Kind of sign", "yes", "", ""],
        ["select_one banyaknya", "banyaknya", "Kira-kira berapa orang", "About how many people", "no", "", ""],
        ["select_one ya_tidak", "tindak_lanjut", "Sudah ditindaklanjuti?", "Followed up?", "yes", "", ""],
        ["end_group", "", "", "", "", "", ""],
    ]
    listed = [
        [
            "jenis",
            "newcomers_in_kos",
            "Banyak pendatang lama tinggal di satu kos",
            "Many newcomers long in one boarding house",
        ],
        ["jenis", "recruiter_seen", "Ada perekrut", "A recruiter was seen"],
        ["jenis", "document_request", "Permintaan surat yang janggal", "An odd request for papers"],
        ["jenis", "question", "Pertanyaan warga", "A question of a resident"],
        ["jenis", "other", "Lainnya", "Other"],
        ["banyaknya", "1", "1", "1"],
        ["banyaknya", "2_5", "2 sampai 5", "2 to 5"],
        ["banyaknya", "6_", "6 atau lebih", "6 or more"],
        ["ya_tidak", "yes", "Ya", "Yes"],
        ["ya_tidak", "no", "Belum", "Not yet"],
    ]
    listed += [
        ["kelurahan", str(kode), f"{name} ({above})", f"{name} ({above})"]
        for (kode, name), above in zip(kelurahan.items(), kecamatan, strict=True)
    ]
    sheets = {
        "survey": survey,
        "choices": [["list_name", "name", "label::Indonesia (id)", "label::English (en)"], *listed],
        "settings": [
            ["form_title", "form_id", "version", "default_language"],
            ["Laporan pemantau Community Watch", "laporan_pemantau", "1", "Indonesia (id)"],
        ],
    }
    made = io.BytesIO()
    write_workbook(made, sheets, has_header=False)
    return made.getvalue()


def sample_files(
    kelurahan: pd.Series[str], kecamatan: pd.Series[str], tables: dict[str, pd.DataFrame]
) -> dict[str, bytes]:
    """All samples and the form by their path below `data/`; the same bytes every time.

    Parameters
    ----------
    kelurahan, kecamatan
        Names by `kode`.
    tables
        Canonical example tables: their first rows are samples that need no mapping.
    """
    sizes = [["Kelurahan", "Jumlah Penduduk", "Sumber"]]
    sizes += [
        [name, f"{1_000 + 37 * at:,}".replace(",", "."), "CONTOH, bukan angka nyata"]
        for at, name in enumerate(kelurahan)
    ]
    files = {
        "samples/contoh_bp3mi.xlsx": xlsx_bytes(bp3mi(), merged=("F3:H3",)),
        "samples/contoh_polisi.csv": csv_bytes(police(), separator=";", encoding="cp1252"),
        "samples/contoh_simfoni.ods": ods_bytes(simfoni()),
        "samples/contoh_kobo.csv": csv_bytes(kobo(list(kelurahan.index)), encoding="utf-8-sig"),
        "samples/contoh_rollout.csv": csv_bytes(rollout(list(kelurahan.index))),
        "samples/contoh_denominators.csv": csv_bytes(sizes, separator=";"),
        "forms/laporan_pemantau.xlsx": form_bytes(kelurahan, kecamatan),
    }
    for name, table in tables.items():
        text = table.head(60).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
        files[f"samples/contoh_{name}.csv"] = text.encode()
    return files
