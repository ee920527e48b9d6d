"""Peta Jaga: the frame around the pages. Start it with `streamlit run dashboard.py`."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from geo.settings import ROOT
from geo.words import Language, Words
from pages import overview
from pages.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Callable

st.set_page_config(page_title="Peta Jaga", page_icon=ROOT / "data" / "icon.svg", layout="wide")
st.logo(ROOT / "data" / "logo.svg", size="large")


def shown(draw: Callable[[Shell], None], shell: Shell) -> None:
    """One page; what goes wrong in it is logged here and told to the visitor without its innards."""
    try:
        draw(shell)
    except Exception:
        logging.getLogger("petajaga").exception("a page could not be shown")
        st.error(shell.words("error.page"))


def main() -> None:
    """Language, pages, the parts every page shares, then the page itself."""
    try:
        shell = Shell()
    except Exception:
        logging.getLogger("petajaga").exception("the app could not be opened")
        st.error(Words(Language.ID)("error.page"))
        st.stop()
    words = shell.words
    first = partial(shown, overview.page, shell)
    pages = [
        # The bare address shows the first page without one more round trip; its own address is in the menu.
        st.Page(first, title=words("page.overview"), url_path="beranda", default=True, visibility="hidden"),
        st.Page(first, title=words("page.overview"), url_path="ringkasan", icon=":material/map:"),
    ]
    chosen = st.navigation(pages, position="top")
    shell.sidebar()
    chosen.run()
    shell.write_address()


main()
