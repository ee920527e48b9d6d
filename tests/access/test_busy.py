"""While one person writes for long, everybody else stays who they are and keeps what they had in the visit."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from access.conftest import PASSWORD
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.access import accounts, sessions, signing
from geo.errors import DataError, Fault, Problem
from geo.store.engine import Store, city_store
from geo.terms import AccountState
from geo.viewer import PUBLIC
from pages.shell import access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.settings import Settings

_HOLDS = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def written_elsewhere(file: Path) -> Iterator[None]:
    """Another process holds the writer's lock throughout."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield
        finally:
            other.communicate()


def signed_in(city: Settings) -> str:
    return signing.by_password(city, name="ana", password=PASSWORD, address="10.0.0.1")


def test_a_look_while_another_writes_changes_nobody(staffed: Settings, later: Callable[..., None]) -> None:
    token = signed_in(staffed)
    later(minutes=5)
    with written_elsewhere(staffed.store_file):
        begun = time.monotonic()
        assert sessions.viewer_of_token(staffed, token).name == "ana"
        assert time.monotonic() - begun < 2, "nobody waits for a writer only to look"
    later(minutes=58)
    assert sessions.viewer_of_token(staffed, token) == PUBLIC, "a touch that failed is none"


def test_the_next_look_touches_what_one_could_not(staffed: Settings, later: Callable[..., None]) -> None:
    token = signed_in(staffed)
    later(minutes=55)
    with written_elsewhere(staffed.store_file):
        assert sessions.viewer_of_token(staffed, token).name == "ana"
    assert sessions.viewer_of_token(staffed, token).name == "ana"
    later(minutes=55)
    assert sessions.viewer_of_token(staffed, token).name == "ana"


@pytest.fixture
def visit(in_use: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """Ana looks at the app, with something of hers in the visit."""
    sent = {"token": signed_in(in_use)}
    monkeypatch.setattr(access, "handshake", lambda: (sent["token"], {"Host": "localhost:8501"}))

    def script() -> None:
        import dashboard

        dashboard.main()

    app = AppTest.from_function(script, default_timeout=60).run()
    assert "**ana**" in texts(app)
    app.session_state["next/kota/x"] = {"draft": "hers"}
    yield app
    Store(in_use.store_file).close()


def texts(app: AppTest) -> str:
    return "\n".join(str(one.value) for kind in (app.caption, app.markdown, app.error, app.info) for one in kind)


def test_a_visit_while_another_imports(visit: AppTest, in_use: Settings, later: Callable[..., None]) -> None:
    later(minutes=5)
    with written_elsewhere(in_use.store_file):
        app = visit.run()
        assert "**ana**" in texts(app)
        assert not app.error
        assert app.session_state["next/kota/x"] == {"draft": "hers"}
    assert "**ana**" in texts(visit.run())


@pytest.mark.parametrize("language", ["id", "en"])
def test_accounts_that_cannot_be_read_for_a_moment_sign_nobody_out(
    visit: AppTest, in_use: Settings, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    visit.query_params["bahasa"] = language
    visit.run()
    shown = visit.session_state["shell.view"]

    def busy(*_: object, **__: object) -> None:
        raise DataError((Fault.of("kota.sqlite", "", Problem.STORE_BUSY),))

    with monkeypatch.context() as now:
        now.setattr(Store, "_connected", busy)
        app = visit.run()
        assert not app.exception
        assert "kota.sqlite" in app.error[0].value
        assert not app.metric
        assert not app.table, "nothing of anybody's is shown meanwhile"
        assert "Data contoh" not in texts(app)
        assert app.session_state["next/kota/x"] == {"draft": "hers"}
    (again,) = [one for one in app.button if one.label in {"Coba lagi", "Try again"}]
    app = again.click().run()
    assert "**ana**" in texts(app)
    assert app.metric
    assert app.session_state["shell.view"] == shown
    assert app.session_state["next/kota/x"] == {"draft": "hers"}


def test_a_store_that_is_held_for_itself_alone(visit: AppTest, in_use: Settings) -> None:
    """Not even readers: what a repair by hand does."""
    Store(in_use.store_file).close()
    with contextlib.closing(sqlite3.connect(in_use.store_file, isolation_level=None)) as alone:
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        alone.execute("BEGIN EXCLUSIVE")
        app = visit.run(timeout=40)
        assert not app.exception
        assert "kota.sqlite" in app.error[0].value
        assert "**ana**" not in texts(app)
        assert app.session_state["next/kota/x"] == {"draft": "hers"}
        alone.execute("ROLLBACK")
    assert "**ana**" in texts(visit.run())


def test_only_an_end_of_the_session_forgets_the_visit(
    visit: AppTest, in_use: Settings, later: Callable[..., None]
) -> None:
    accounts.set_state(city_store(in_use), STEWARD, name="tim", state=AccountState.CLOSED)
    assert visit.run().session_state["next/kota/x"] == {"draft": "hers"}
    later(minutes=61)
    app = visit.run()
    assert "**ana**" not in texts(app)
    assert "next/kota/x" not in app.session_state
