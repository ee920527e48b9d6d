"""Accounts: a steward adds them, changes role or password, closes and reopens them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from geo.access import passwords, sessions
from geo.errors import DataError, Fault, Problem
from geo.store.engine import note, now
from geo.store.schema import ACCOUNT, SESSION
from geo.terms import AccountKind, AccountState, Act, Right, Role

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, RowMapping

    from geo.store.engine import Store
    from geo.viewer import Viewer

_LONGEST = 64
_LOCAL = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
#: As strict as office addresses are; other characters could make two names look the same.
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+")
ACCOUNT_COLUMNS = ["id", "name", "kind", "role", "state", "made_at", "made_by", "version", "sessions", "seen_at"]


def normal_name(name: str) -> str:
    """Name for storage and comparison: without surrounding spaces, in lower case.

    Examples
    --------
    >>> normal_name(" Ana@Kupang.go.id")
    'ana@kupang.go.id'
    """
    return name.strip().lower()


def _fault(problem: Problem, *, column: str = "", hint: str = "") -> DataError:
    return DataError((Fault.of("account", column, problem, hint=hint),))


def _checked_name(name: str, kind: AccountKind) -> str:
    name = normal_name(name)
    form = _LOCAL if kind is AccountKind.LOCAL else _EMAIL
    if len(name) > _LONGEST or not form.fullmatch(name):
        raise _fault(Problem.BAD_ACCOUNT_NAME, column="name")
    return name


def _one(connection: Connection, name: str) -> RowMapping:
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == normal_name(name))).mappings().one_or_none()
    if row is None:
        raise _fault(Problem.NO_SUCH_ACCOUNT)
    return row


def _open_stewards(connection: Connection) -> int:
    is_open = (ACCOUNT.c.role == Role.STEWARD.value) & (ACCOUNT.c.state == AccountState.OPEN.value)
    return connection.scalar(select(func.count()).select_from(ACCOUNT).where(is_open)) or 0


def _keep_a_steward(connection: Connection, row: RowMapping) -> None:
    """Refuse a change that leaves nobody who may manage accounts."""
    is_steward = row["role"] == Role.STEWARD and row["state"] == AccountState.OPEN
    if is_steward and _open_stewards(connection) == 1:
        raise _fault(Problem.LAST_STEWARD)


def _change(
    connection: Connection, viewer: Viewer, row: RowMapping, values: dict[str, Any], *, version: int | None
) -> None:
    """Write the values unless someone else has changed the account, and end its sessions.

    For a password the audit only says that it changed.
    """
    if version is not None and row["version"] != version:
        raise _fault(Problem.CHANGED_MEANWHILE)
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row["id"]).values(**values, version=row["version"] + 1))
    ended = sessions.end_all(connection, row["id"])
    told = {name: [row[name], value] for name, value in values.items() if name != "password_hash"}
    if "password_hash" in values:
        told["password"] = ["", ""]
    note(connection, viewer, Act.ACCOUNT, "account", row["id"], told | {"sessions": [ended, 0]})


def has_accounts(store: Store) -> bool:
    """Whether any account exists, closed ones included; the check does not create a store.

    Raises
    ------
    DataError
        When the store cannot be read: the caller must then assume yes.
    """
    if store.is_new:
        return False
    with store.keeping(writes=False) as connection:
        return connection.scalar(select(ACCOUNT.c.id).limit(1)) is not None


def accounts(store: Store, viewer: Viewer) -> pd.DataFrame:
    """All accounts by name, with the number of open sessions and their last use.

    Returns
    -------
    DataFrame
        `ACCOUNT_COLUMNS`; empty without a store. No password in any form.
    """
    viewer.require(Right.ACCOUNTS)
    if store.is_new:
        return pd.DataFrame(columns=ACCOUNT_COLUMNS)
    counted = (
        select(ACCOUNT, func.count(SESSION.c.id).label("sessions"), func.max(SESSION.c.seen_at).label("seen_at"))
        .join(SESSION, SESSION.c.account_id == ACCOUNT.c.id, isouter=True)
        .group_by(ACCOUNT.c.id)
        .order_by(ACCOUNT.c.name)
    )
    with store.reading(viewer, Right.ACCOUNTS) as connection:
        rows = connection.execute(counted).mappings().all()
    return pd.DataFrame([{name: row[name] for name in ACCOUNT_COLUMNS} for row in rows], columns=ACCOUNT_COLUMNS)


def add(store: Store, viewer: Viewer, *, name: str, role: Role, kind: AccountKind, password: str = "") -> int:
    """Add an account and return its number; creates the store if there is none.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who adds it.
    name
        Two to 40 letters, digits, dots and dashes; the e-mail for an account of the provider.
    role
        Any but `public`, which needs no account.
    kind
        Kind of sign-in.
    password
        Password of a local account; empty for the others.

    Raises
    ------
    DataError
        When the name is invalid or in use, or the password is not accepted.
    NotAllowedError
        When the viewer may not.
    """
    viewer.require(Right.ACCOUNTS)
    if role is Role.PUBLIC:
        msg = "the public needs no account"
        raise ValueError(msg)
    name = _checked_name(name, kind)
    kept = ""
    if kind is AccountKind.LOCAL:
        passwords.check_password(password, name)
        kept = passwords.hashed(password)
    values = {
        "name": name,
        "kind": kind.value,
        "role": role.value,
        "password_hash": kept,
        "state": AccountState.OPEN.value,
        "made_at": now(),
        "made_by": viewer.name,
    }
    with store.writing(viewer, Right.ACCOUNTS) as connection:
        try:
            with connection.begin_nested():
                made = connection.execute(insert(ACCOUNT).values(values))
        except IntegrityError:
            raise _fault(Problem.NAME_TAKEN, column="name") from None
        number = int(made.lastrowid)
        change = {one: [None, values[one]] for one in ("name", "kind", "role", "state")}
        note(connection, viewer, Act.ACCOUNT, "account", number, change)
    return number


def set_role(store: Store, viewer: Viewer, *, name: str, role: Role, version: int | None = None) -> None:
    """Change the role of an account; its sessions end.

    Parameters
    ----------
    store, viewer, name, role
        As for `add`.
    version
        Version of the account as displayed; None skips the check.

    Raises
    ------
    DataError
        When there is no such account, it was changed meanwhile, or it is the last open steward's.
    NotAllowedError
        When the viewer may not.
    """
    if role is Role.PUBLIC:
        msg = "an account that may nothing is closed instead"
        raise ValueError(msg)
    with _managing(store, viewer) as connection:
        row = _one(connection, name)
        if role is not Role.STEWARD:
            _keep_a_steward(connection, row)
        _change(connection, viewer, row, {"role": role.value}, version=version)


def set_state(store: Store, viewer: Viewer, *, name: str, state: AccountState, version: int | None = None) -> None:
    """Close or reopen an account; its sessions end. Raises like `set_role`."""
    with _managing(store, viewer) as connection:
        row = _one(connection, name)
        if state is AccountState.CLOSED:
            _keep_a_steward(connection, row)
        _change(connection, viewer, row, {"state": state.value}, version=version)


def set_password(store: Store, viewer: Viewer, *, name: str, password: str, version: int | None = None) -> None:
    """Change the password of a local account; its sessions end. Raises like `set_role`, and for a weak password."""
    viewer.require(Right.ACCOUNTS)
    passwords.check_password(password, normal_name(name))
    kept = passwords.hashed(password)
    with _managing(store, viewer) as connection:
        row = _one(connection, name)
        if row["kind"] != AccountKind.LOCAL:
            raise _fault(Problem.NOT_LOCAL)
        _change(connection, viewer, row, {"password_hash": kept}, version=version)


def end_sessions(store: Store, viewer: Viewer, *, name: str) -> int:
    """End all sessions of an account and return their number."""
    with _managing(store, viewer) as connection:
        row = _one(connection, name)
        ended = sessions.end_all(connection, row["id"])
        note(
            connection,
            viewer,
            Act.SIGN_OUT,
            "account",
            row["id"],
            {"everywhere": [None, True], "sessions": [ended, 0]},
        )
    return ended


def _managing(store: Store, viewer: Viewer) -> AbstractContextManager[Connection]:
    """Write transaction in an existing store: a change of an account creates no store."""
    viewer.require(Right.ACCOUNTS)
    if store.is_new:
        raise _fault(Problem.NO_SUCH_ACCOUNT)
    return store.writing(viewer, Right.ACCOUNTS)
