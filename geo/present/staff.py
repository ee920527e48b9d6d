"""Accounts as a readable table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from geo.words import Words


def accounts_table(accounts: pd.DataFrame, words: Words) -> pd.DataFrame:
    """One row per account, as text.

    Parameters
    ----------
    accounts
        From `geo.access.accounts`.
    words
        The language.
    """

    def seen(moment: Any) -> str:
        return "" if pd.isna(moment) else words.day(moment.date())

    return pd.DataFrame(
        {
            words("accounts.name"): accounts["name"],
            words("accounts.role"): [words(f"access.role.{role}") for role in accounts["role"]],
            words("accounts.kind"): [words(f"accounts.kind.{kind}") for kind in accounts["kind"]],
            words("accounts.state"): [words(f"accounts.state.{state}") for state in accounts["state"]],
            words("accounts.sessions"): accounts["sessions"].astype("int64"),
            words("accounts.seen"): [seen(moment) for moment in accounts["seen_at"]],
        }
    ).set_index(words("accounts.name"))
