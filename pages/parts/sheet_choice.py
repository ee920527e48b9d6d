"""Which sheet of a spreadsheet is read: the only one, one of several, or all of them as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.access.sent import on_disk
from geo.imports.run import read_file
from geo.present.markdown import plain_markdown
from geo.sheets.reading import sheet_names

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.access.sent import HeldFile
    from geo.sheets.reading import Sheet
    from pages.shell.view import Shell


def chosen_sheet(shell: Shell, held: HeldFile, sent: UploadedFile) -> Sheet:
    """Table of a file that was sent, as chosen among its sheets; read once for each choice.

    Raises
    ------
    DataError
        When the file cannot be read, or its sheets are not of one form and none was chosen.
    """
    words = shell.words
    if held.content is None:
        with on_disk(sent.name, sent.getvalue()) as path:
            held.content = (sheet_names(path), {})
    names, read = held.content
    chosen = ""
    if len(names) > 1:
        chosen = st.selectbox(
            words("data.sheet"),
            ["", *names],
            format_func=lambda one: one or words("data.sheet.all", n=len(names)),
            help=words("data.sheet.help"),
            key="map.sheet",
        )
    if chosen not in read:
        with on_disk(sent.name, sent.getvalue()) as path:
            read[chosen] = read_file(path, shell.settings, sheet=chosen or None)[0]
    sheet: Sheet = read[chosen]
    if len(names) > 1:
        told = ", ".join(f"“{name}”" for name in sheet.read)
        st.caption(words("data.sheet.read", sheets=plain_markdown(told), n=len(sheet.rows)))
    return sheet
