"""Akun: who may sign in, as what, and whose sign-in ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.present.staff import accounts_table
from geo.terms import AccountKind, AccountState, Role
from pages.shell.roster import Roster

if TYPE_CHECKING:
    from pages.shell.view import Shell

_ROLES = [role for role in Role if role is not Role.PUBLIC]
_MOST = 200


def page(shell: Shell) -> None:
    """The table, one account and what can be done with it, a new one."""
    words, roster = shell.words, Roster(shell.settings, shell.who)
    st.title(words("page.accounts"))
    if not roster.is_open:
        st.info(words("access.closed"))
        return
    st.caption(words("desk.store"))
    st.markdown(words("accounts.lead"))
    found = roster.all()
    if found.empty:
        st.warning(words("accounts.first"))
    else:
        # Not a Markdown table: an e-mail would become a link in it.
        st.dataframe(accounts_table(found, words))
        _one(shell, roster, {row["name"]: row for row in found.to_dict("records")})
    _new(shell, roster, is_first=found.empty)
    with st.expander(words("accounts.roles")):
        for role in _ROLES:
            rights = ", ".join(words(f"right.{one}") for one in sorted(shell.settings.access.rights[role]))
            st.markdown(f"- **{words(f'access.role.{role}')}**: {rights or '-'}")


def _one(shell: Shell, roster: Roster, rows: dict[str, Any]) -> None:
    """What can be done with one account; each change ends its sessions."""
    words = shell.words
    st.subheader(words("accounts.change"))
    name = st.selectbox(words("accounts.which"), list(rows), key="accounts.which")
    row = rows[name]
    is_open, version = row["state"] == AccountState.OPEN, int(row["version"])
    st.caption(words("accounts.change.help"))
    left, right = st.columns(2, vertical_alignment="bottom")
    role = Role(
        left.selectbox(
            words("accounts.role"),
            _ROLES,
            index=_ROLES.index(Role(row["role"])),
            disabled=not is_open,
            format_func=lambda one: words(f"access.role.{one}"),
            key=f"accounts.role.{name}.{version}",
        )
    )
    if right.button(words("accounts.role.do"), disabled=not is_open or role == row["role"]):
        shell.do(lambda: roster.set_role(name, role, version), words("accounts.done"))
    if row["kind"] == AccountKind.LOCAL:
        _password(shell, roster, name, version)
    with st.container(horizontal=True):
        if st.button(words("accounts.end", n=int(row["sessions"])), disabled=not row["sessions"]):
            shell.do(lambda: roster.end_sessions(name), words("accounts.done"))
        after = AccountState.CLOSED if is_open else AccountState.OPEN
        if st.button(words(f"accounts.make.{after}")):
            shell.do(lambda: roster.set_state(name, after, version), words("accounts.done"))


def _password(shell: Shell, roster: Roster, name: str, version: int) -> None:
    """A new password of a local account."""
    words = shell.words
    # The version is part of the key: what was typed is gone once it is kept.
    with st.form(f"accounts.password.{name}.{version}", border=False):
        left, right = st.columns(2, vertical_alignment="bottom")
        password = left.text_input(
            words("accounts.password.new"), type="password", max_chars=_MOST, autocomplete="new-password"
        )
        if right.form_submit_button(words("accounts.password.do")):
            shell.do(lambda: roster.set_password(name, password, version), words("accounts.done"))


def _new(shell: Shell, roster: Roster, *, is_first: bool) -> None:
    """The form of a new account; the first one is a steward's."""
    words = shell.words
    st.subheader(words("accounts.new"))
    with st.form("accounts.new", clear_on_submit=True):
        kind = AccountKind.LOCAL
        if roster.has_provider:
            told = {one: words(f"accounts.kind.{one}") for one in AccountKind}
            kind = AccountKind(
                st.radio(words("accounts.kind"), list(told), format_func=told.__getitem__, horizontal=True)
            )
        name = st.text_input(
            words("accounts.name"), max_chars=64, autocomplete="off", help=words("accounts.name.help")
        )
        roles = [Role.STEWARD] if is_first else _ROLES
        role = Role(st.selectbox(words("accounts.role"), roles, format_func=lambda one: words(f"access.role.{one}")))
        password = st.text_input(
            words("accounts.password"),
            type="password",
            max_chars=_MOST,
            autocomplete="new-password",
            help=words("accounts.password.help"),
        )
        if st.form_submit_button(words("accounts.add"), type="primary"):
            shell.do(lambda: roster.add(name, role, kind, password), words("accounts.done"))
