"""Accounts, for whoever may manage them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.access.doors import store_file
from geo.terms import AccountKind, AccountState, Right, Role

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geo.settings import Settings
    from geo.viewer import Viewer


@dataclass(frozen=True)
class Roster:
    """The accounts of the city's own store, for one viewer; nothing is imported before something is asked.

    Parameters
    ----------
    settings
        Where they are.
    viewer
        Who acts; stands in the audit.
    """

    settings: Settings
    viewer: Viewer

    @property
    def is_open(self) -> bool:
        """Whether the viewer may manage accounts."""
        return self.viewer.may(Right.ACCOUNTS)

    @property
    def has_provider(self) -> bool:
        """Whether the office's provider is configured."""
        return bool(self.settings.access.issuer)

    @property
    def _path(self) -> Path:
        return store_file(self.settings.kota)

    def all(self) -> pd.DataFrame:
        """All accounts, by name."""
        from geo.access import accounts

        return accounts.accounts(self._path, self.viewer)

    def add(self, name: str, role: Role, kind: AccountKind, password: str) -> None:
        """Adds one."""
        from geo.access import accounts

        accounts.add(self._path, self.viewer, name=name, role=role, kind=kind, password=password)

    def set_role(self, name: str, role: Role, version: int) -> None:
        """Gives one another role."""
        from geo.access import accounts

        accounts.set_role(self._path, self.viewer, name=name, role=role, version=version)

    def set_state(self, name: str, state: AccountState, version: int) -> None:
        """Closes one, or opens it again."""
        from geo.access import accounts

        accounts.set_state(self._path, self.viewer, name=name, state=state, version=version)

    def set_password(self, name: str, password: str, version: int) -> None:
        """Gives one another password."""
        from geo.access import accounts

        accounts.set_password(self._path, self.viewer, name=name, password=password, version=version)

    def end_sessions(self, name: str) -> None:
        """Signs a person out everywhere."""
        from geo.access import accounts

        accounts.end_sessions(self._path, self.viewer, name=name)
