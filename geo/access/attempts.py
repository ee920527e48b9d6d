"""Failed sign-in attempts: counted for 15 minutes by name and by network address, then erased."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from geo.store.engine import now
from geo.store.schema import ATTEMPT, META

if TYPE_CHECKING:
    from sqlalchemy import Connection

WINDOW = timedelta(minutes=15)
#: Attempts in that time. Several people may share an address, nobody shares a name.
BY_NAME, BY_ADDRESS = 5, 20
_SECRET = "attempt_key"  # noqa: S105 - the name of the row that holds it


def _key(connection: Connection, kind: str, text: str) -> str:
    """Keyed hash: the table reveals neither names nor addresses."""
    secret = connection.scalar(select(META.c.value).where(META.c.name == _SECRET))
    if secret is None:
        secret = secrets.token_hex(32)
        connection.execute(insert(META).values(name=_SECRET, value=secret))
    return hmac.new(secret.encode(), f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def begin_attempt(connection: Connection, *, name: str, address: str) -> str:
    """Count an attempt before it is made, so that many parallel ones cannot bypass the limit.

    Parameters
    ----------
    connection
        Connection with a write transaction.
    name
        Name as typed, in lower case.
    address
        Network address.

    Returns
    -------
    str
        Empty if the attempt is allowed; otherwise `last` for the first one over the limit, and `over` after that.
    """
    at = now()
    # Also those of a clock that has gone back since: they would lock the account until then.
    connection.execute(delete(ATTEMPT).where((ATTEMPT.c.at < at - WINDOW) | (ATTEMPT.c.at > at + WINDOW)))
    limits = {_key(connection, "name", name): BY_NAME, _key(connection, "address", address): BY_ADDRESS}
    tried = {key: connection.scalar(select(func.count()).where(ATTEMPT.c.key == key)) or 0 for key in limits}
    over = [key for key, most in limits.items() if tried[key] >= most]
    # One more than the limit is stored: it marks that the refusal was already logged.
    told = [key for key in over if tried[key] == limits[key]]
    for key in told if over else limits:
        connection.execute(insert(ATTEMPT).values(key=key, at=at))
    return ("last" if told else "over") if over else ""


def forget(connection: Connection, *, name: str, address: str) -> None:
    """Remove the counts after a successful sign-in: all attempts of the name, one of the address."""
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key == _key(connection, "name", name)))
    newest = select(func.max(ATTEMPT.c.id)).where(ATTEMPT.c.key == _key(connection, "address", address))
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.id == newest.scalar_subquery()))
