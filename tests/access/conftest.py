"""A city of its own for every test, and a clock that a test can turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from people import STEWARD

from geo.access import accounts, attempts, sessions
from geo.store import engine
from geo.store.engine import Store, city_store
from geo.terms import AccountKind, Role
from pages.shell import caches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.settings import Settings

PASSWORD = "kuda lumping biru 7"


@pytest.fixture
def city(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    own = replace(settings, kota=tmp_path / "kota")
    yield own
    Store(own.kota / "kota.sqlite").close()


@pytest.fixture
def staffed(city: Settings) -> Settings:
    """Ana is steward, Tim of the task force, Pia comes through the provider."""
    accounts.add(city_store(city), STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    accounts.add(
        city_store(city),
        STEWARD,
        name="tim",
        role=Role.TASKFORCE,
        kind=AccountKind.LOCAL,
        password=PASSWORD + "!",
    )
    accounts.add(city_store(city), STEWARD, name="pia@kupang.go.id", role=Role.PLANNER, kind=AccountKind.OIDC)
    return city


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts the clock forward."""
    put = timedelta()

    def turn(**by: float) -> None:
        nonlocal put
        put += timedelta(**by)
        for module in (sessions, attempts):
            monkeypatch.setattr(module, "now", lambda: engine.now() + put)

    return turn


def _use(own: Settings, monkeypatch: pytest.MonkeyPatch, more: str = "") -> Iterator[Settings]:
    """Settings that the running app reads."""
    file = own.kota.parent / "settings.toml"
    file.write_text(f"[stores]\nkota = '{own.kota.as_posix()}'\n{more}", encoding="utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(file))
    caches.settings.clear()
    yield caches.settings()[0]
    monkeypatch.undo()
    caches.settings.clear()


@pytest.fixture
def in_use(staffed: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A city with accounts, as the running app sees it."""
    yield from _use(staffed, monkeypatch)


@pytest.fixture
def in_use_alone(city: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A laptop without accounts whose owner is steward."""
    yield from _use(city, monkeypatch, "[access]\nowner = 'steward'\n")
