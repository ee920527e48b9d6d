"""Akun: accounts, their roles and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.access import accounts
from geo.present.staff import accounts_table
from geo.terms import AccountKind, AccountState, Right, Role
from pages.shell.controls import do
from pages.shell.frame import desk_note

if TYPE_CHECKING:
    from pages.shell.view import Shell

_ROLES = [role for role in Role if role is not Role.PUBLIC]
_MOST = 200


def page(shell: Shell) -> None:
    """The table, actions on one account, a new account."""
    words = shell.words
    st.title(words("page.accounts"))
    if not shell.who.may(Right.ACCOUNTS):
        st.info(words("access.closed"))
        return
    if not desk_note(shell):
        return
    st.markdown(words("accounts.lead"))
    found = accounts.accounts(shell.store, shell.who)
    if found.empty:
        st.warning(words("accounts.first"))
    else:
        # Not a Markdown table: an e-mail would become a link in it.
        st.dataframe(accounts_table(found, words))
        _one(shell, {row["name"]: row for row in found.to_dict("records")})
    _new(shell, is_first=found.empty)
    with st.expander(words("accounts.roles")):
        for role in _ROLES:
            rights = ", ".join(words(f"right.{one}") for one in sorted(shell.settings.access.rights[role]))
            st.markdown(f"- **{words(f'access.role.{role}')}**: {rights or '-'}")


def _one(shell: Shell, rows: dict[str, Any]) -> None:
    """Actions on one account; each change ends its sessions."""
    words, store, who = shell.words, shell.store, shell.who
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
        do(
            shell,
            lambda: accounts.set_role(store, who, name=name, role=role, version=version),
            words("accounts.done"),
        )
    if row["kind"] == AccountKind.LOCAL:
        _password(shell, name, version)
    with st.container(horizontal=True):
        if st.button(words("accounts.end", n=int(row["sessions"])), disabled=not row["sessions"]):
            do(shell, lambda: accounts.end_sessions(store, who, name=name), words("accounts.done"))
        after = AccountState.CLOSED if is_open else AccountState.OPEN
        if st.button(words(f"accounts.make.{after}")):
            do(
                shell,
                lambda: accounts.set_state(store, who, name=name, state=after, version=version),
                words("accounts.done"),
            )


def _password(shell: Shell, name: str, version: int) -> None:
    """A new password of a local account."""
    words = shell.words
    # The version is part of the key: the input is cleared once it is saved.
    with st.form(f"accounts.password.{name}.{version}", border=False):
        left, right = st.columns(2, vertical_alignment="bottom")
        password = left.text_input(
            words("accounts.password.new"), type="password", max_chars=_MOST, autocomplete="new-password"
        )
        if right.form_submit_button(words("accounts.password.do")):
            do(
                shell,
                lambda: accounts.set_password(shell.store, shell.who, name=name, password=password, version=version),
                words("accounts.done"),
            )


def _new(shell: Shell, *, is_first: bool) -> None:
    """Form of a new account; the first one is a steward's."""
    words = shell.words
    st.subheader(words("accounts.new"))
    with st.form("accounts.new", clear_on_submit=True):
        kind = AccountKind.LOCAL
        if shell.settings.access.issuer:
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
            do(
                shell,
                lambda: accounts.add(shell.store, shell.who, name=name, role=role, kind=kind, password=password),
                words("accounts.done"),
            )
