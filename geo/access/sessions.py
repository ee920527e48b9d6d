"""Sessions of browsers: started by a sign-in, checked at every run, ended by a person, by time or by a steward."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from geo.errors import DataError
from geo.store.engine import city_store, note, now
from geo.store.schema import ACCOUNT, SESSION
from geo.terms import AccountState, Act, Role
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from geo.settings import Settings
    from geo.viewer import Viewer

_BYTES = 32
#: Longer tokens are never valid: they are not even hashed.
_LONGEST = 128
_SEEN_EVERY = timedelta(minutes=1)
#: Seconds that a check waits for another writer, only to record that the session is in use.
_TOUCH_S = 0.05


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin_session(connection: Connection, settings: Settings, account: RowMapping | dict[str, Any]) -> str:
    """New session of an account; only its browser has the token, the store keeps the token's hash.

    Parameters
    ----------
    connection
        One that writes, in the transaction that authenticated the account.
    settings
        How long a session lasts.
    account
        `id`, `name` and `role` of the account.
    """
    at = now()
    idle = timedelta(minutes=settings.access.idle_minutes)
    is_over = (SESSION.c.expires_at <= at) | (SESSION.c.seen_at <= at - idle) | (SESSION.c.seen_at >= at + idle)
    connection.execute(delete(SESSION).where(is_over))
    token = secrets.token_urlsafe(_BYTES)
    connection.execute(
        insert(SESSION).values(
            token_hash=_hash(token),
            account_id=account["id"],
            made_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings.access.session_hours),
        )
    )
    viewer = settings.viewer(account["name"], Role(account["role"]))
    note(connection, viewer, Act.SIGN_IN, "account", account["id"])
    return token


def _found(connection: Connection, settings: Settings, token: str) -> RowMapping | None:
    """Valid session, with the current data of its account."""
    row = (
        connection.execute(
            select(
                SESSION.c.id,
                SESSION.c.account_id,
                SESSION.c.made_at,
                SESSION.c.seen_at,
                SESSION.c.expires_at,
                ACCOUNT.c.name,
                ACCOUNT.c.role,
                ACCOUNT.c.state,
            )
            .join(ACCOUNT, ACCOUNT.c.id == SESSION.c.account_id)
            .where(SESSION.c.token_hash == _hash(token))
        )
        .mappings()
        .one_or_none()
    )
    if row is None or row["state"] != AccountState.OPEN:
        return None
    at, limits = now(), settings.access
    # The settings may have become stricter since the session began.
    ends = min(row["expires_at"], row["made_at"] + timedelta(hours=limits.session_hours))
    # After a clock that went back far, nobody can say how long it was idle.
    if at >= ends or abs(at - row["seen_at"]) >= timedelta(minutes=limits.idle_minutes):
        return None
    return row


def _usable(settings: Settings, token: str) -> bool:
    return bool(token) and len(token) <= _LONGEST and settings.store_file.is_file()


def viewer_of_token(settings: Settings, token: str) -> Viewer:
    """The current user of a browser's token; a visitor without account when the token is not valid.

    Called at every run. It checks whether the session was ended, has expired or was idle for too long, whether the
    account is open, and what its role is now. It also records that the session is in use, if that is possible at
    once: another writer may take long, and the check does not depend on it.

    Raises
    ------
    DataError
        When the store cannot be read.
    """
    if not _usable(settings, token):
        return PUBLIC
    store = city_store(settings)
    with store.keeping(writes=False) as connection:
        row = _found(connection, settings, token)
    if row is None:
        return PUBLIC
    every = min(_SEEN_EVERY, timedelta(minutes=settings.access.idle_minutes) / 2)
    if now() - row["seen_at"] >= every:
        # The next check tries again.
        with contextlib.suppress(DataError), store.keeping(wait_s=_TOUCH_S) as connection:
            # Only a valid session is updated: it may have ended since it was read.
            connection.execute(update(SESSION).where(SESSION.c.id == row["id"]).values(seen_at=now()))
    return settings.viewer(row["name"], Role(row["role"]))


def end(settings: Settings, token: str, *, everywhere: bool = False) -> None:
    """Ends a browser's session, or all sessions of its account; a session that is not valid is left unchanged."""
    if not _usable(settings, token):
        return
    with city_store(settings).keeping() as connection:
        row = _found(connection, settings, token)
        if row is None:
            return
        if everywhere:
            end_all(connection, row["account_id"])
        else:
            connection.execute(delete(SESSION).where(SESSION.c.id == row["id"]))
        viewer = settings.viewer(row["name"], Role(row["role"]))
        note(connection, viewer, Act.SIGN_OUT, "account", row["account_id"], {"everywhere": [None, everywhere]})


def end_all(connection: Connection, account: int) -> int:
    """Ends all sessions of an account; returns their number."""
    return connection.execute(delete(SESSION).where(SESSION.c.account_id == account)).rowcount
