"""Fields that an import can fill, declared once: mappings, the page, the report and the templates use this list.

Free text, addresses and notes are not fields. Identifying data of a person are: read once, in memory, for checks, and
never stored.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.terms import Kind, PlaceRole

if TYPE_CHECKING:
    from collections.abc import Iterable


class Reading(StrEnum):
    """How the cells of a field are read."""

    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    WORD = "word"
    AGE = "age"
    KEY = "key"  # any text; only whether two are equal is kept
    SOURCE = "source"  # a word of a list: an office, a paper, the name of a size
    REFERENCE = "reference"  # the number of a decree or a document
    PLACE = "place"
    KECAMATAN = "kecamatan"
    CODE = "code"
    KABUPATEN = "kabupaten"
    IDENTIFYING = "identifying"  # in memory only


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row.

    Parameters
    ----------
    name
        Name in the canonical tables, where they have this field.
    reading
        How its cells are read.
    headers
        Usual headers of such a column, plain (see `plain`); the name itself is always recognised.
    is_needed
        Whether a row without it is rejected.
    """

    name: str
    reading: Reading
    headers: tuple[str, ...] = ()
    is_needed: bool = False


_NEUTRAL = frozenset(
    [
        "korban",
        "identitas",
        "data",
        "biodata",
        "asal",
        "alamat",
        "ktp",
        "dokumen",
        "laporan",
        "kasus",
        "pmi",
        "cpmi",
        "umum",
        "pekerja",
        "migran",
    ]
)


def plain_header(header: str) -> str:
    """A header without case, accents and punctuation; without its group where the group adds no meaning.

    Examples
    --------
    >>> [plain_header(one) for one in ("Korban / Jenis Kelamin (L/P)", "laporan/tanggal_lapor", "pelaku/umur", "L/P")]
    ['korban jenis kelamin l p', 'tanggal lapor', 'pelaku umur', 'l p']
    """
    text = unicodedata.normalize("NFKD", header[:200]).encode("ascii", "ignore").decode().lower()
    group, _, leaf = text.rpartition("/")
    if group and " " not in text and is_neutral(group):
        # A KoboToolbox export writes the group before the question.
        text = leaf
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def is_utc_header(header: str) -> bool:
    """Whether the times of a column are of UTC although they do not say so: KoboToolbox's time of submission."""
    return plain_header(header) == "submission time"


def is_neutral(group: str) -> bool:
    """Whether the group above or before a column leaves the column's meaning unchanged.

    The columns of a suspect, a reporter or a scene of crime have the same names as the victim's; only the group
    differs.
    """
    words = re.findall(r"[a-z0-9]+", group.lower())
    return bool(words) and all(word in _NEUTRAL for word in words)


def _headers(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


def _place(role: str, *called: str) -> tuple[Field, ...]:
    """Three ways to name a place: a code, a name, and the kecamatan that goes with the name."""
    lead = f"{role}_" if role else ""

    def headers(words: str) -> tuple[str, ...]:
        return tuple(f"{word} {one}".strip() for one in (called or ("",)) for word in words.split("|"))

    return (
        Field(f"{lead}kode", Reading.CODE, headers("kode kelurahan|kode desa|kode kemendagri|kode bps|kode")),
        Field(f"{lead}place", Reading.PLACE, headers("kelurahan|desa kelurahan|kelurahan desa|desa")),
        Field(f"{lead}kecamatan", Reading.KECAMATAN, headers("kecamatan|kec")),
    )


_SOURCE = Field("source", Reading.SOURCE, _headers("sumber|instansi|sumber data|sumber laporan|asal data"))
_PLACE = _place("")
_DOCUMENT = (
    Field(
        "document_kode", Reading.CODE, _headers("kode kelurahan|kode desa|kode kemendagri|kode bps|kode wilayah|kode")
    ),
    Field(
        "document_place",
        Reading.PLACE,
        _headers(
            "kelurahan dokumen|kelurahan ktp|kelurahan penerbit|desa kelurahan|kelurahan desa|kelurahan|desa"
            "|desa kel|kel desa|kelurahan sesuai dokumen"
        ),
    ),
    Field(
        "document_kecamatan",
        Reading.KECAMATAN,
        _headers("kecamatan dokumen|kecamatan ktp|kecamatan|kec|kecamatan sesuai dokumen"),
    ),
)
FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.CASES: (
        Field(
            "reported_on",
            Reading.DATE,
            _headers(
                "tanggal lapor|tanggal laporan|tgl lapor|tgl laporan|tanggal lp|tgl lp|tanggal kejadian"
                "|tgl kejadian|tanggal pencegahan|tanggal kepulangan|tanggal pemulangan|tanggal|tgl|tanggal registrasi"
            ),
        ),
        Field("reported_precision", Reading.WORD, _headers("ketepatan tanggal lapor|ketepatan tanggal laporan")),
        Field(
            "report",
            Reading.KEY,
            _headers(
                "no lp|nomor lp|nomor laporan|no laporan|nomor laporan polisi|no registrasi|nomor registrasi"
                "|no register|id kasus|no kasus|nomor kasus"
            ),
        ),
        *_DOCUMENT,
        *_place("residence", "domisili", "tempat tinggal"),
        *_place("recruitment", "perekrutan", "rekrut"),
        *_place("transit", "transit", "penampungan", "tkp"),
        *_place("exploitation", "eksploitasi"),
        Field("origin_kode", Reading.CODE, _headers("kode asal|kode kabupaten|kode kab kota")),
        Field(
            "origin",
            Reading.KABUPATEN,
            _headers(
                "kabupaten asal|kab asal|asal|daerah asal|kab kota asal|kabupaten kota asal|kabupaten|kab kota"
                "|kabupaten kota|asal daerah"
            ),
        ),
        Field(
            "status",
            Reading.WORD,
            _headers("status korban|status kasus|kategori|keterangan kasus|prosedural non prosedural"),
        ),
        Field("sex", Reading.WORD, _headers("jenis kelamin|jk|l p|kelamin|sex|gender|jenis kelamin l p")),
        Field(
            "age_group", Reading.WORD, _headers("kelompok umur|kelompok usia|kategori usia|dewasa anak|anak dewasa")
        ),
        Field("age", Reading.AGE, _headers("umur|usia|umur tahun|usia tahun|umur korban|usia korban")),
        Field("persons", Reading.COUNT, _headers("jumlah korban|jml korban|jumlah orang|jumlah|jml|korban orang")),
        _SOURCE,
        Field("nik", Reading.IDENTIFYING, _headers("nik|no nik|nomor nik|no ktp|nomor ktp|nomor induk kependudukan")),
        Field(
            "person_name",
            Reading.IDENTIFYING,
            _headers("nama|nama korban|nama lengkap|nama pmi|nama cpmi|korban|inisial"),
        ),
        Field(
            "birth_on",
            Reading.IDENTIFYING,
            _headers("tanggal lahir|tgl lahir|tempat tanggal lahir|ttl|tempat tgl lahir"),
        ),
    ),
    Kind.COVERAGE: (
        *_PLACE,
        Field("from_on", Reading.DATE, _headers("dari|mulai|dari tanggal|tanggal awal|awal"), is_needed=True),
        Field("to_on", Reading.DATE, _headers("sampai|selesai|sampai tanggal|tanggal akhir|akhir"), is_needed=True),
        _SOURCE,
    ),
    Kind.WATCHERS: (
        Field("watcher", Reading.COUNT, _headers("nomor|nomor anggota|no anggota|no|no urut"), is_needed=True),
        *_PLACE,
        Field("joined_on", Reading.DATE, _headers("bergabung|tanggal bergabung|tgl bergabung|mulai"), is_needed=True),
        Field("trained_on", Reading.DATE, _headers("dilatih|tanggal pelatihan|tgl pelatihan")),
        Field("left_on", Reading.DATE, _headers("keluar|tanggal keluar|berhenti|tanggal berhenti")),
        Field("group", Reading.WORD, _headers("unsur|kelompok|dari unsur")),
        Field("sex", Reading.WORD, _headers("jenis kelamin|jk|l p|kelamin")),
    ),
    Kind.REPORTS: (
        Field(
            "reported_on",
            Reading.DATE,
            _headers("tanggal lapor|tanggal laporan|tanggal|tgl|tanggal kejadian|tanggal terlihat|submission time"),
            is_needed=True,
        ),
        *_PLACE,
        Field("kind", Reading.WORD, _headers("jenis tanda|jenis laporan|tanda|jenis")),
        Field("followed_up", Reading.WORD, _headers("tindak lanjut|ditindaklanjuti|sudah ditindaklanjuti")),
    ),
    Kind.ROLLOUT: (
        *_PLACE,
        Field("stage", Reading.WORD, _headers("tahap|tahapan|status"), is_needed=True),
        Field("on", Reading.DATE, _headers("tanggal|tgl|pada"), is_needed=True),
        Field("on_precision", Reading.WORD, _headers("ketepatan|ketepatan tanggal")),
        Field("counted_as", Reading.WORD, _headers("dihitung sebagai|bentuk|wadah"), is_needed=True),
        Field("claim", Reading.WORD, _headers("pernyataan|target atau realisasi"), is_needed=True),
        Field("count", Reading.COUNT, _headers("jumlah|banyaknya")),
        Field("of", Reading.COUNT, _headers("dari jumlah|dari|seluruh")),
        Field("source", Reading.SOURCE, _SOURCE.headers, is_needed=True),
        Field("source_on", Reading.DATE, _headers("tanggal sumber|tgl sumber"), is_needed=True),
        Field("recorded_on", Reading.DATE, _headers("tanggal dicatat|dicatat")),
        Field("decree_no", Reading.REFERENCE, _headers("nomor sk|no sk|nomor surat keputusan")),
        Field("course", Reading.WORD, _headers("jenis pelatihan|nama pelatihan")),
        Field("hours", Reading.COUNT, _headers("jam pelatihan|jumlah jam|jam|jp")),
        Field("reported_by", Reading.WORD, _headers("dilaporkan oleh|yang melaporkan")),
        Field("document", Reading.REFERENCE, _headers("nomor dokumen|no dokumen|nomor surat|no surat")),
        Field("early_why", Reading.WORD, _headers("alasan mendahului sk|alasan sebelum sk")),
    ),
    Kind.DENOMINATORS: (
        *_PLACE,
        Field(
            "value",
            Reading.NUMBER,
            _headers("penduduk|jumlah penduduk|jiwa|nilai|jumlah|tps|jumlah tps|kk|pemilih"),
            is_needed=True,
        ),
        Field("label", Reading.SOURCE, _headers("nama ukuran|ukuran|keterangan ukuran")),
        _SOURCE,
        Field("on", Reading.DATE, _headers("tanggal|per tanggal|tahun")),
    ),
}


def field_names(kind: Kind) -> tuple[str, ...]:
    """Names of the fields of a kind, in order."""
    return tuple(field.name for field in FIELDS[kind])


def by_name(kind: Kind) -> dict[str, Field]:
    """Fields of a kind by name."""
    return {field.name: field for field in FIELDS[kind]}


def place_fields(kind: Kind) -> dict[str, tuple[str, str, str]]:
    """Fields of code, name and kecamatan of each place that a row can name, by role (empty except for cases)."""
    roles = [role.value for role in PlaceRole] if kind is Kind.CASES else [""]
    return {
        role: (f"{role}_kode".lstrip("_"), f"{role}_place".lstrip("_"), f"{role}_kecamatan".lstrip("_"))
        for role in roles
    }


def guess_kind(columns: Iterable[str]) -> Kind:
    """The kind with the most fields among a file's headers."""
    headers = {plain_header(one) for one in columns}

    def score(kind: Kind) -> tuple[int, int]:
        fields = FIELDS[kind]
        exact = sum(plain_header(field.name) in headers for field in fields)
        close = sum(any(one in headers for one in field.headers) for field in fields)
        missing = sum(
            field.is_needed and plain_header(field.name) not in headers and not headers.intersection(field.headers)
            for field in fields
        )
        return (2 * exact + close - 3 * missing, -list(Kind).index(kind))

    return max(Kind, key=score)
