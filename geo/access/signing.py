"""Sign-in: by password, or by claims that the office's provider has signed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from geo.access import attempts, passwords, sessions
from geo.access.accounts import normal_name
from geo.store.engine import city_store, note
from geo.store.schema import ACCOUNT
from geo.terms import AccountKind, AccountState, Act
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from geo.settings import Settings


class Refusal(StrEnum):
    """Why a sign-in was refused. It never reveals whether a name is known."""

    WRONG = "wrong"
    TOO_MANY = "too_many"
    NOT_KNOWN = "not_known"  # known to the provider, but without an account here
    NOT_VERIFIED = "not_verified"  # the provider has not verified the e-mail
    CLOSED = "closed"  # the installation's settings cannot be read
    PROVIDER = "provider"  # the provider's answer is not trusted, or it is unreachable


class RefusedError(Exception):
    """The sign-in was refused.

    Parameters
    ----------
    why
        Reason that may be shown.
    """

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def _account(connection: Connection, name: str, kind: AccountKind) -> RowMapping | None:
    """Open account by name and kind."""
    return (
        connection.execute(
            select(ACCOUNT).where(
                ACCOUNT.c.name == name, ACCOUNT.c.kind == kind.value, ACCOUNT.c.state == AccountState.OPEN.value
            )
        )
        .mappings()
        .one_or_none()
    )


def _check_open(settings: Settings) -> None:
    if settings.is_closed:
        raise RefusedError(Refusal.CLOSED)


def by_password(settings: Settings, *, name: str, password: str, address: str) -> str:
    """Token of a new session after a correct name and password.

    An unknown name takes the same time and gets the same answer. The password is checked outside of any transaction,
    because the check takes longer than others should wait for the store.

    Parameters
    ----------
    settings
        Location of the store, and duration of a session.
    name, password
        Name and password as typed.
    address
        Network address of the attempt.

    Raises
    ------
    RefusedError
        When they do not match, or there were too many attempts.
    DataError
        When the store cannot be used.
    """
    _check_open(settings)
    name, store = normal_name(name)[:200], city_store(settings)
    if store.is_new:
        passwords.matches(password, "")
        raise RefusedError(Refusal.WRONG)
    with store.keeping() as connection:
        over = attempts.begin_attempt(connection, name=name, address=address)
        if over == "last":
            note(connection, PUBLIC, Act.REFUSE, "sign_in", None, {"why": [None, Refusal.TOO_MANY.value]})
    if over:
        raise RefusedError(Refusal.TOO_MANY)
    with store.keeping(writes=False) as connection:
        found = _account(connection, name, AccountKind.LOCAL)
    if not passwords.matches(password, found["password_hash"] if found else "") or found is None:
        raise RefusedError(Refusal.WRONG)
    renewed = passwords.hashed(password) if passwords.is_outdated(found["password_hash"]) else ""
    with store.keeping() as connection:
        # The account may have been closed, or its password changed, during the check.
        still = _account(connection, name, AccountKind.LOCAL)
        if still is None or still["password_hash"] != found["password_hash"]:
            raise RefusedError(Refusal.WRONG)
        if renewed:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == still["id"]).values(password_hash=renewed))
        attempts.forget(connection, name=name, address=address)
        return sessions.begin_session(connection, settings, still)


def by_claims(settings: Settings, claims: dict[str, Any]) -> str:
    """Token of a new session from the provider's claims; their signature is already verified.

    Raises
    ------
    RefusedError
        When the provider has not verified the e-mail, or no open account of its kind has it.
    DataError
        When the store cannot be used.
    """
    _check_open(settings)
    email, store = claims.get("email"), city_store(settings)
    why = None
    # Only the boolean True: some providers send text, and the text "false" is truthy.
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        why = Refusal.NOT_VERIFIED
    if store.is_new:
        raise RefusedError(why or Refusal.NOT_KNOWN)
    with store.keeping() as connection:
        found = None if why else _account(connection, normal_name(str(email)), AccountKind.OIDC)
        if found is not None:
            return sessions.begin_session(connection, settings, found)
        why = why or Refusal.NOT_KNOWN
        # The e-mail is not recorded: a stranger's address does not belong in this store.
        note(connection, PUBLIC, Act.REFUSE, "sign_in", None, {"why": [None, why.value]})
    raise RefusedError(why)
