"""Data: a sheet is imported - columns, dry run, accept - and exported again with one click."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.imports.run import accept, dry_run
from geo.present.reports import report_sentence
from geo.sheets.prepare import prepare_rows
from geo.sheets.sources import known_words
from geo.terms import Outcome, Right
from pages.parts.batches import copies_control, draw
from pages.parts.boundaries import boundaries
from pages.parts.mapping import mapping_control, report_told
from pages.parts.new_words import new_words
from pages.parts.sheet_choice import chosen_sheet
from pages.shell import caches, uploads
from pages.shell.controls import tell
from pages.shell.frame import desk_note

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from pages.shell.view import Shell

_SENT, _DONE = "sheets.sent", "sheets.done"


def page(shell: Shell) -> None:
    """Upload, mapping, dry run, batches, copies."""
    words = shell.words
    st.title(words("page.data"))
    if not shell.may_work(Right.BRING):
        st.info(words("access.closed"))
        return
    if not desk_note(shell):
        return
    st.markdown(words("data.lead"))
    _import(shell)
    if not shell.store.is_new:
        draw(shell)
        copies_control(shell)
    boundaries(shell)
    st.caption(words("data.privacy"))


def _received(shell: Shell) -> UploadedFile | None:
    """The uploaded file, if there is one; the choices made for the previous one are dropped."""
    words = shell.words
    sent = st.file_uploader(
        words("data.upload"),
        # Also the endings that are refused: the reason is told in the reader's language.
        type=["csv", "tsv", "txt", "xlsx", "xlsm", "ods", "xls", "parquet"],
        help=words("data.upload.help"),
        key=uploads.uploader_key("data"),
    )
    if sent is None:
        if uploads.let_go("data"):
            st.info(words("data.let_go"))
        if _DONE in st.session_state:
            st.success(st.session_state[_DONE])
    elif st.session_state.get(_SENT) != sent.file_id:
        for key in [key for key in st.session_state if str(key).startswith("map.")]:
            del st.session_state[key]
        st.session_state.pop(_DONE, None)
        st.session_state[_SENT] = sent.file_id
    return sent


def _import(shell: Shell) -> None:
    """The steps of an import, one below the other."""
    words, sent = shell.words, _received(shell)
    if sent is None:
        return
    held = uploads.held("data", sent, life_s=60 * shell.settings.access.idle_minutes)
    try:
        sheet = chosen_sheet(shell, held, sent)
        mapping = mapping_control(shell, sheet)
        resolver, known = caches.resolver(shell.areas), known_words(shell.store.path.parent)
        prepared = prepare_rows(
            sheet,
            mapping,
            areas=shell.areas,
            resolver=resolver,
            today=datetime.now(shell.settings.city.zone).date(),
            zone=shell.settings.city.zone,
            known=known,
        )
        report = dry_run(shell.store, shell.who, prepared)
    except DataError as fault:
        tell(shell, fault)
        return
    st.subheader(words("data.dry_run"))
    report_told(shell, report)
    new_words(shell, report)
    new = report.counts[Outcome.ACCEPTED] + report.counts[Outcome.REVIEW]
    if not new:
        st.info(words("data.nothing_new"))
        return
    if st.button(words("data.accept", n=new), type="primary"):
        bar = st.progress(0.0, words("data.writing"))
        try:
            done = accept(
                shell.store,
                shell.who,
                prepared,
                progress=lambda share: bar.progress(min(1.0, share), words("data.writing")),
            )
        except DataError as fault:
            tell(shell, fault)
            return
        st.session_state[_DONE] = words("data.done", batch=str(done.batch), said=report_sentence(done, words))
        # Personal data that were read, and the file itself, are in no session any more.
        uploads.let_go()
        st.rerun()
