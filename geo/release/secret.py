"""The secret of the editions, and the numbers that it gives to their cells.

Which further cells are hidden depends on these numbers: whoever knows the rule and the code, but not the secret,
cannot tell which cells protect others.
"""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import DataError, Fault, Problem
from geo.release.cells import KEY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.release.cells import Cells

SECRET_BYTES = 32
#: Share of cells that are hidden as soon as a sum of theirs hides anything.
PAD_SHARE = 0.01
#: Share of sums of three parts whose largest part may be any size.
EXEMPT_SHARE = 0.05
_FILE = "rahasia-rilis"


@dataclass(frozen=True, eq=False)
class KeyedNumbers:
    """Numbers of the cells and sums of a listing under one secret.

    Parameters
    ----------
    order
        Shape (n,): order in which cells are hidden to protect others, by kind first. Cells of one place, period or
        word are near each other, so that few rows and columns of a table are touched.
    is_pad
        Shape (n,): cells that are hidden with the first hidden cell of a sum of theirs.
    is_exempt
        One for each sum.
    """

    order: NDArray[np.int64]
    is_pad: NDArray[np.bool_]
    is_exempt: NDArray[np.bool_]

    @classmethod
    def of(cls, cells: Cells, secret: bytes) -> KeyedNumbers:
        """Numbers under a secret of 256 bits; they depend on the names of the cells, never on counts."""
        columns = [cells.table[name].astype(str).to_list() for name in KEY]
        names = ["|".join(row) for row in zip(*columns, strict=True)]
        wish = np.zeros(len(names))
        for name, column in zip(KEY, columns, strict=True):
            number = {word: _number(secret, "order", name, word) for word in set(column)}
            wish += [number[word] for word in column]
        rank = np.empty(len(names), dtype=np.int64)
        rank[np.lexsort((wish, cells.kind))] = np.arange(len(names))
        exempt = [
            _number(secret, "exempt", names[total], *(names[one] for one in parts)) for total, parts in cells.sums
        ]
        return cls(
            order=rank,
            is_pad=np.array([_number(secret, "pad", name) for name in names]) < PAD_SHARE,
            is_exempt=np.array(exempt) < EXEMPT_SHARE,
        )


def _number(secret: bytes, *words: str) -> float:
    """A number in [0, 1) that looks random to anybody without the secret."""
    digest = hmac.digest(secret, "\n".join(words).encode(), "sha256")
    return int.from_bytes(digest[:6], "big") / 2**48


def installation_secret(folder: Path, purpose: str) -> bytes:
    """Secret of this installation for a purpose, made at first use and kept in a file that only its owner can read.

    A ledger takes it over when it begins. An edition without a ledger uses it as it is, so that the same records give
    the same edition: two editions with different secrets would tell more than either.

    Parameters
    ----------
    folder
        The city's folder; created if missing.
    purpose
        Different purposes have unrelated secrets.

    Raises
    ------
    DataError
        When the file cannot be read or written, or holds something else.
    """
    path = folder / _FILE
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write(path)
        held = path.read_text("ascii").strip()
    except (OSError, ValueError) as fault:
        raise DataError((Fault.of(path.name, "", Problem.NO_SECRET),)) from fault
    if (secret := parsed(held)) is None:
        raise DataError((Fault.of(path.name, "", Problem.NO_SECRET),))
    return hmac.digest(secret, purpose.encode(), "sha256")


def _write(path: Path) -> None:
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".petajaga-", delete=False, encoding="ascii"
    ) as file:
        written = Path(file.name)
        file.write(secrets.token_hex(SECRET_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Whoever is first wins: the name is taken only once.
        os.link(written, path)
    except FileExistsError:
        pass
    except OSError:
        # A file system without links, such as that of a USB stick.
        if not path.exists():
            written.replace(path)
            return
    written.unlink()


def parsed(held: str) -> bytes | None:
    """A secret from its hexadecimal form; None if it is none."""
    try:
        found = bytes.fromhex(held)
    except ValueError:
        return None
    return found if len(found) == SECRET_BYTES else None
