"""The signed-in user, and the links to sign in or out, at the foot of the sidebar."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import streamlit as st

from geo.present.markdown import plain_markdown
from geo.terms import Role
from pages.shell import access
from pages.shell.address import write_view

if TYPE_CHECKING:
    from pages.shell.view import Shell


def _way(address: str, label: str, shell: Shell) -> None:
    """Link to a page of our own, in the same tab: Streamlit's links open another."""
    page = urlsplit(st.context.url or "").path.rpartition("/")[2]
    parameters = {"bahasa": shell.view.language.value, "lanjut": f"/{page}?{urlencode(write_view(shell.view))}"}
    there = escape(f"{address}?{urlencode(parameters)}")
    st.html(f'<a class="pj-way" target="_self" href="{there}">{escape(label)}</a>')


def saved(label: str, address: str) -> None:
    """Link that saves a file of `pages.web.files`."""
    st.html(f'<a class="pj-way" target="_self" download href="{escape(address)}">{escape(label)}</a>')


def door(shell: Shell) -> None:
    """The link to sign in, for a user who has an account."""
    _way("masuk", shell.words("door.title"), shell)


def closed(shell: Shell) -> None:
    """Message for a page that this visitor may not open."""
    st.info(shell.words("access.closed"))
    if shell.who.role is Role.PUBLIC:
        door(shell)


def signed(shell: Shell) -> None:
    """Name and role, and the link to sign out; or the link to sign in."""
    words, who = shell.words, shell.who
    if who.role is Role.PUBLIC:
        door(shell)
        return
    is_account = access.is_signed_in(who)
    name = who.name if is_account else words("access.owner")
    # An email is to be found and copied as it is; accounts have no other signs, and a link to itself harms nobody.
    shown = plain_markdown(name).replace("\N{WORD JOINER}", "")
    st.caption(words("access.who", name=f"**{shown}**", role=words(f"access.role.{who.role}")))
    if is_account:
        _way("keluar", words("door.leave.title"), shell)
