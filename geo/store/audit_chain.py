"""Hash chain of the audit: each row's hash covers the row and the previous hash.

Never change this module: existing chains would no longer verify. The hash covers the changed values only through
their digest, keyed with the row's own salt. When change and salt are erased, the chain stays valid and the digest
reveals nothing: without the salt no guess can be tested.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

_SALT_BYTES = 16
#: Previous hash of the first row.
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """End of a chain: a person who keeps it can check later whether the chain still contains it.

    Parameters
    ----------
    number
        Number of the last row.
    hash
        Its hash, 64 hexadecimal digits.
    """

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Text form of a head.

        Raises
        ------
        ValueError
            When the text is not a head.

        Examples
        --------
        >>> Head.read("7:" + "ab" * 32).number
        7
        """
        number, _, hashed = text.partition(":")
        if not (
            number.isascii()
            and number.isdigit()
            and len(hashed) == len(START)
            and set(hashed) <= set("0123456789abcdef")
        ):
            msg = "a head is a number, a colon and 64 hexadecimal digits"
            raise ValueError(msg)
        return cls(int(number), hashed)


class AuditEntry(NamedTuple):
    """Content of an audit row other than the change: who did what to what, and when (UTC)."""

    number: int
    at: datetime
    who: str
    act: str
    subject: str
    subject_id: int | None


def new_salt() -> str:
    """New random salt."""
    return secrets.token_hex(_SALT_BYTES)


def digest(salt: str, change: str) -> str:
    """Keyed hash of the change, as the row stores it.

    Examples
    --------
    >>> digest("00", "{}") == digest("01", "{}")
    False
    """
    return hmac.digest(bytes.fromhex(salt), change.encode(), hashlib.sha256).hex()


def chain_hash(previous: str, entry: AuditEntry, digested: str) -> str:
    """Hash of a row that follows another; no two rows have the same encoding.

    Parameters
    ----------
    previous
        Hash of the previous row; `START` for the first.
    entry
        The row.
    digested
        Its `digest`.
    """
    number, at, *rest = entry
    row = [previous, number, at.isoformat(timespec="microseconds"), *rest, digested]
    return hashlib.sha256(json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
