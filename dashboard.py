"""Peta Jaga: the frame around the pages. Start it with `streamlit run dashboard.py`.

The file is used twice. The server imports it and finds `app`; then every visit runs it as a script.
"""

from __future__ import annotations

import contextlib
import logging
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from geo.settings import ROOT
from geo.terms import Right
from geo.words import Language, Words
from pages.shell.frame import sidebar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: Pages for everybody are single entries in the menu; those for staff are under one heading.
_FOR_ALL = 7
#: The page on which files come in.
_WITH_FILES = "data"
#: The first visitors' pages come first: nobody sends a file in the first seconds.
_FILES_AFTER_S = 10

_LOG = logging.getLogger("petajaga")


def _asked_for() -> str:
    """Last part of the requested path; empty for the bare address."""
    return urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]


def main() -> None:
    """Draw the view, the list of pages, the shared parts, then the page itself."""
    # Not at the top: the server imports this file only to find `app`.
    from pages.shell import uploads
    from pages.shell.access import NotKnownNowError
    from pages.shell.frame import guarded, not_now, page_of
    from pages.shell.signed import closed
    from pages.shell.view import Shell, words_of_visit

    st.set_page_config(page_title="Peta Jaga", page_icon=ROOT / "data" / "icon.svg", layout="wide")
    st.html(ROOT / "pages" / "shell" / "style.css")
    st.logo(ROOT / "data" / "logo.svg", size="large")
    try:
        shell = Shell()
    except NotKnownNowError as unknown:
        not_now(words_of_visit(), unknown)
    except Exception:  # noqa: BLE001 - whatever it is, no visitor sees a traceback
        _LOG.exception("the app could not be opened")
        st.error(Words(Language.ID)("error.page"))
        st.stop()
    words = shell.words
    first = partial(page_of("overview"), shell)
    # The bare address shows the first page without another round trip; its own address is in the menu.
    home = st.Page(first, title=words("page.overview"), url_path="beranda", default=True, visibility="hidden")
    # Without icons: with them the last pages hide behind an English "more" on the width of a laptop.
    listed = [
        st.Page(first, title=words("page.overview"), url_path="ringkasan"),
        *(
            st.Page(partial(page_of(name), shell), title=words(title), url_path=address)
            for name, title, address in (
                ("hotspots", "page.hotspots", "titik-rawan"),
                ("rollout", "page.rollout", "perluasan-cw"),
                ("priority", "page.next", "kelurahan-berikutnya"),
                ("profile", "page.profile", "profil-kelurahan"),
                ("releases", "page.releases", "rilis"),
                ("method", "page.method", "metode-sumber"),
            )
        ),
    ]
    for name, title, address, right in (
        ("sheets", "page.data", _WITH_FILES, Right.BRING),
        ("names", "page.names", "tinjau", Right.DECIDE),
        ("record", "page.record", "catatan", Right.BRING),
        ("accounts", "page.accounts", "akun", Right.ACCOUNTS),
        ("trail", "page.trail", "jejak", Right.AUDIT),
    ):
        # Other visitors get the page unlisted: a person whose session has ended sees that message at the same
        # address.
        is_open = shell.who.may(right)
        listed.append(
            st.Page(
                partial(page_of(name) if is_open else guarded(closed), shell),
                title=words(title),
                url_path=address,
                visibility="visible" if is_open else "hidden",
            )
        )
    sections = {"": [home, *listed[:_FOR_ALL]], words("menu.manage"): listed[_FOR_ALL:]}
    chosen = st.navigation(sections, position="top")
    if chosen is home and _asked_for() not in {"", *(page.url_path for page in listed)}:
        # Streamlit would show the first page instead of a page that does not exist.
        st.warning(words("error.no_page"))
        st.page_link(listed[0])
        return
    if chosen.url_path != _WITH_FILES:
        # What somebody sent and did not accept stays nowhere once its page is left.
        uploads.let_go()
    # The page first: people wait for its map.
    chosen.run()
    sidebar(shell)
    shell.write_address()


@contextlib.asynccontextmanager
async def _warm(app: st.App) -> AsyncIterator[dict[str, object]]:  # noqa: ARG001 - the server passes itself
    """Read the boundaries and the example before the first visitor arrives; start the process that reads files."""
    from geo.outside.pool import start_ahead
    from pages.shell.frame import warm

    warm()
    start_ahead(_FILES_AFTER_S)
    yield {}


if __name__ == "__main__":
    main()
else:
    # Streamlit 1.67 serves the files of pages/ as separate pages until st.navigation has run once: on a fresh server
    # the first visitor to a deep link saw "page not found", and /overview ran without this file.
    PagesManager.uses_pages_directory = False
    from pages import web
    from pages.shell import caches

    _BASE = str(st.get_option("server.baseUrlPath") or "")
    # Streamlit searches for the text `app = st.App(`: created by a function it would not be found, and the pages
    # would be served without sign-in and headers.
    app = st.App(
        __file__,
        lifespan=_warm,
        routes=web.routes(_BASE),
        middleware=web.middleware(_BASE, caches.settings()[0].tiles_url),
    )
