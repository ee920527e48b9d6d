"""Passwords: rules, storage, and a check with the same cost for every name."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: NIST SP 800-63B (2025) requires 15 if a password is the only factor, 8 otherwise; attempts are limited here.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_LEAST_DISTINCT = 5
#: Leaked passwords that are long enough to pass and are tried first; and likely local choices.
_COMMON = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789101 123123123123 password1234 password12345 passwordpassword
    qwertyuiop123 qwertyuiop12 qwerty123456 qwertyqwerty 1q2w3e4r5t6y 1qaz2wsx3edc asdfghjkl123 iloveyou1234
    letmein12345 administrator administrator1 admin1234567 adminadmin123 welcome12345 changeme1234 rahasia12345
    rahasiarahasia indonesia123 indonesia1945 indonesiaraya kupangkupang kotakupang123 kotakupang2024 kotakupang2025
    kotakupang2026 petajaga1234 petajagakupang bismillah123 sayangsayang katasandi123 katasandi1234 communitywatch
    """.split()  # noqa: SIM905 - read more easily so
)
#: Argon2 needs 64 MiB per check: many at once would exhaust the memory of the machine.
_AT_ONCE = threading.BoundedSemaphore(2)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    # Not at the top: a visitor without sign-in needs no cryptography.
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Hash of a password that nobody has, for unknown names."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    """Unicode normal form, independent of how a keyboard composes letters."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, name: str) -> None:
    """Refuse a password that breaks the rules.

    Raises
    ------
    DataError
        When it is too short, too long, the name itself, or a common one; it is never quoted.
    """
    plain = _normal(password).casefold()
    bad = (
        not SHORTEST_PASSWORD <= len(plain) <= LONGEST_PASSWORD
        or len(set(plain)) < _LEAST_DISTINCT
        or plain in _COMMON
        or plain in {name.casefold(), name.casefold() * 2}
    )
    if bad:
        raise DataError((Fault.of("password", "", Problem.WEAK_PASSWORD, hint=str(SHORTEST_PASSWORD)),))


def hashed(password: str) -> str:
    """Stored form of a password: Argon2id with the library's costs and its own salt."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def matches(password: str, kept: str) -> bool:
    """Whether a password matches a hash; equally slow without a hash.

    Parameters
    ----------
    password
        The password as typed.
    kept
        The hash, or empty if there is no such person, or no password sign-in.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            _hasher().verify(kept or _nobody(), _normal(password[: 2 * LONGEST_PASSWORD]))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether the library's costs have risen since a hash was made."""
    return _hasher().check_needs_rehash(kept)
