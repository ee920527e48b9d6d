"""Text from files is text: a layer whose names are Markdown and HTML, through every page and part of a page."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from google.protobuf.descriptor import FieldDescriptor
from hostile_names import HOSTILE, with_hostile_names
from published import PASSWORD, City, filled
from streamlit.testing.v1 import AppTest

from geo.access import signing
from geo.settings import EMBEDDED, read_settings
from geo.terms import Kind
from pages.shell import caches
from pages.shell.address import Aspect, Part, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKS = ("[klik](http", "**tebal", ":red", "$x", ":material/", "`kode", "<img", "_miring", "www.jahat")
KODE = "53.71.03.1014"
#: Where Streamlit shows text as it is.
PLAIN = {
    "Selectbox.options",
    "MultiSelect.options",
    "TextInput.value",
    "TextInput.default",
    "FileURLs.upload_urls",
    "Dataframe.arrow_data.data",
    "VegaLiteChart.spec",
    "VegaLiteChart.datasets.data.data",
    "Selectbox.raw_value",
    "ComponentInstance.json_args",
}
PAGES: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    ("overview", {"kelurahan": KODE}),
    *(("hotspots", {"lihat": one.value, "kelurahan": KODE}) for one in Aspect),
    *(("rollout", {"bagian": one.value, "kelurahan": KODE}) for one in Part),
    *(("priority", {"langkah": one.value, "kelurahan": KODE}) for one in Step),
    ("profile", {"kelurahan": KODE}),
    *((one, {}) for one in ("record", "sheets", "names", "releases", "accounts", "trail", "method")),
]


@pytest.fixture
def hostile(folder: Path) -> City:
    own = folder.parent / "settings.toml"
    own.write_text(own.read_text("utf-8") + with_hostile_names(read_settings(EMBEDDED).areas, folder.parent), "utf-8")
    caches.settings.clear()
    return filled(folder.parent)


def active(text: str) -> list[str]:
    """Marks that stand in a text of Markdown without a backslash before each of their signs."""
    return [one for one in MARKS if re.search(r"(?<!\\)" + re.escape(one), text)]


def texts(message: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """All text in a message, with its type and fields."""
    for field, value in message.ListFields():
        here = f"{path or type(message).__name__}.{field.name}"
        many = value if field.is_repeated else [value]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            many = list(value.values())
        for one in many:
            if isinstance(one, str):
                yield here, one
            elif field.type == FieldDescriptor.TYPE_MESSAGE and hasattr(one, "ListFields"):
                yield from texts(one, here)
            elif isinstance(one, bytes) and type(message).__name__ == "ArrowData":
                yield from ((here, str(cell)) for cell in _cells(one))


def _cells(data: bytes) -> Iterator[Any]:
    table = pa.ipc.open_stream(io.BytesIO(data)).read_all().to_pandas()
    yield from table.columns
    for name in table.columns:
        yield from table[name]
    if not isinstance(table.index, pd.RangeIndex):
        yield from table.index


def protos(node: Any) -> Iterator[Any]:
    if (own := getattr(node, "proto", None)) is not None:
        yield own
    for child in (getattr(node, "children", None) or {}).values():
        yield from protos(child)


def page(name: str, **parameters: str) -> AppTest:
    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        shell = Shell()
        guarded(importlib.import_module(f"pages.{name}").page)(shell)

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=120)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


@pytest.mark.parametrize(("lang", "data"), [("id", "contoh"), ("en", "contoh"), ("id", "kota")])
def test_no_name_of_a_layer_is_markdown(hostile: City, browser: dict[str, str], lang: str, data: str) -> None:
    browser["token"] = signing.by_password(hostile.options, name="ana", password=PASSWORD, address="127.0.0.1")
    found, seen, whole = set(), 0, set()
    for name, view in PAGES:
        app = page(name, bahasa=lang, data=data, **view)
        sent = b"".join(one.SerializeToString(deterministic=True) for one in protos(app._tree))
        # Events are entered in the city's own data: the example has no such part.
        assert sent not in whole or (data == "contoh" and Part.EVENTS in view.values()), (name, view)
        whole.add(sent)
        assert not app.exception, (name, view)
        for where, text in (one for message in protos(app._tree) for one in texts(message)):
            seen += "klik" in text
            if where not in PLAIN and active(text.replace(":material/info:", "")):
                found.add((name, *view.values(), where, text[:80]))
    assert seen > 1_000, "the names stand on the pages"
    assert not found


def workbook(folder: Path) -> bytes:
    """Two sheets whose name, headers and cells are Markdown."""
    file = folder / "lembar.xlsx"
    rows = pd.DataFrame(
        {
            "Kelurahan": ["Oebobo", HOSTILE, "Alak"],
            "Tanggal Lapor": ["16/11/2018", "17/11/2018", HOSTILE],
            "Jenis Kelamin": ["P", HOSTILE, "L"],
            f"Status {HOSTILE}": [HOSTILE] * 3,
        }
    )
    with pd.ExcelWriter(file) as writer:
        for name in ("$x$ <img src=a>", "`kode` _miring_"):
            rows.to_excel(writer, sheet_name=name, index=False)
    return file.read_bytes()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_no_word_of_a_sheet_is_markdown(folder: Path, kind: str) -> None:
    book = workbook(folder.parent)
    sent = {
        "xlsx": (f"{HOSTILE.replace('/', '')}.xlsx", book),
        "csv": ("lembar.csv", pd.read_excel(io.BytesIO(book), engine="calamine").to_csv(index=False).encode()),
    }[kind]
    app = page("sheets")
    for step in range(3):
        if step == 0:
            app = app.file_uploader[0].upload(*sent, "text/csv").run()
        elif step == 1:
            app = app.selectbox(key="map.kind").set_value(Kind.CASES).run()
        else:
            (accept,) = [one for one in app.button if one.label.startswith("Terima")]
            app = accept.click().run()
        assert not app.exception
        found = {(where, text[:80]) for one in protos(app._tree) for where, text in texts(one) if active(text)}
        assert {one for one in found if one[0] not in PLAIN} == set()
    for name in ("names", "record", "trail", "sheets"):
        app = page(name)
        assert not app.exception
        found = {(where, text[:80]) for one in protos(app._tree) for where, text in texts(one) if active(text)}
        assert {one for one in found if one[0] not in PLAIN} == set(), name
