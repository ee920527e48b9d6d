"""Taking an import back, and erasing its hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from geo.errors import DataError, Fault, Problem
from geo.store.batches import standing_tokens, undo_rows
from geo.store.engine import note
from geo.store.pseudonyms import Pseudonyms
from geo.store.schema import BATCH
from geo.terms import Act, Right

if TYPE_CHECKING:
    from geo.store.engine import Store
    from geo.viewer import Viewer


def take_back_batch(store: Store, viewer: Viewer, *, batch: int) -> int:
    """Takes a batch back, with its hashes; rows that it had replaced count again.

    Returns
    -------
    int
        Rows removed.

    Raises
    ------
    NotAllowedError
        When the viewer may not import records.
    DataError
        When there is no store, no such batch, or it was already taken back.
    """
    viewer.require(Right.BRING)
    store.require_file()
    with store.writing(viewer, Right.BRING) as connection:
        removed, token = undo_rows(connection, viewer, batch)
        tokens = standing_tokens(connection)
    Pseudonyms(store.pseudonyms, tokens).forget(token)
    store.forget_deleted()
    return removed


def close_review(store: Store, viewer: Viewer, *, batch: int) -> None:
    """Ends the review of a batch's duplicates: its hashes are erased, and no later file is compared with it.

    Pairs found before need no hash; they still wait for a decision.

    Raises
    ------
    NotAllowedError
        When the viewer may not decide on duplicates.
    DataError
        When there is no store or no such batch.
    """
    viewer.require(Right.DECIDE)
    store.require_file()
    with store.writing(viewer, Right.DECIDE) as connection:
        token = connection.scalar(select(BATCH.c.token).where(BATCH.c.id == batch))
        if token is None:
            raise DataError((Fault.of(f"batch {batch}", "", Problem.NO_SUCH_BATCH),))
        note(connection, viewer, Act.CLOSE, "batch", batch)
        tokens = standing_tokens(connection)
    Pseudonyms(store.pseudonyms, tokens).forget(token)


def expire(store: Store) -> None:
    """Erases the file of hashes at its maximum age; called at every page of the desk and by every command."""
    Pseudonyms(store.pseudonyms, ()).expire()


def with_hashes(store: Store, viewer: Viewer) -> list[int]:
    """Batches that still have hashes: those whose review of duplicates has not ended.

    Raises
    ------
    NotAllowedError
        When the viewer may not decide on duplicates.
    """
    viewer.require(Right.DECIDE)
    if store.is_new:
        return []
    with store.reading(viewer, Right.DECIDE) as connection:
        tokens = standing_tokens(connection)
    return sorted(tokens[token] for token in Pseudonyms(store.pseudonyms, tokens).tokens() if token in tokens)
