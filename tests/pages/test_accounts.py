"""Page *Akun*: the first account ends the owner's way of working; a steward's clicks; nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.access import accounts, signing
from geo.settings import ROOT
from geo.store.engine import Store
from geo.terms import AccountKind, Role
from pages.shell import caches

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "kuda lumping biru 7"


def opened(**parameters: str) -> AppTest:
    def script() -> None:
        from pages import accounts
        from pages.shell.frame import guarded, sidebar
        from pages.shell.view import Shell

        shell = Shell()
        guarded(accounts.page)(shell)
        sidebar(shell)

    app = AppTest.from_function(script, default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label.startswith(label)]
    return found.click().run()


def texts(app: AppTest) -> str:
    return "\n".join(
        str(one.value) for kind in (app.caption, app.markdown, app.info, app.warning, app.error) for one in kind
    )


def staffed(folder: Path, browser: dict[str, str], name: str = "ana") -> Store:
    """Ana and Tim; the browser is signed in."""
    store = Store(folder / "kota.sqlite")
    for one, role in (("ana", Role.STEWARD), ("tim", Role.TASKFORCE)):
        accounts.add(store, STEWARD, name=one, role=role, kind=AccountKind.LOCAL, password=PASSWORD)
    browser["token"] = signing.by_password(caches.settings()[0], name=name, password=PASSWORD, address="127.0.0.1")
    return store


def table(store: Store) -> dict[str, tuple[str, str, int]]:
    found = accounts.accounts(store, STEWARD)
    return {row["name"]: (row["role"], row["state"], row["sessions"]) for row in found.to_dict("records")}


@pytest.mark.parametrize("language", ["id", "en"])
def test_before_the_first_account(folder: Path, language: str) -> None:
    app = opened(bahasa=language)
    assert not app.exception
    assert "python -m geo users add" in app.warning[0].value
    assert not folder.exists()


def test_the_first_account_ends_working_without_one(folder: Path) -> None:
    app = opened()
    assert "Pemilik laptop ini" in texts(app)
    app.text_input[0].set_value("Ana")
    app.text_input[1].set_value("pendek")
    app = press(app, "Buat akun")
    assert "tidak dapat dipakai" in app.error[0].value
    assert not folder.exists()
    app.text_input[0].set_value("Ana")
    app.text_input[1].set_value(PASSWORD)
    app = press(app, "Buat akun")
    assert not app.exception
    assert table(Store(folder / "kota.sqlite")) == {"ana": ("steward", "open", 0)}
    assert "hanya dapat dibuka oleh yang berwenang" in texts(app)
    assert not app.text_input
    assert "hanya dapat dibuka oleh yang berwenang" in texts(opened())


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_steward_sees_the_table(folder: Path, browser: dict[str, str], language: str) -> None:
    staffed(folder, browser)
    app = opened(bahasa=language)
    assert not app.exception
    assert list(app.dataframe[0].value.index) == ["ana", "tim"]
    assert "argon2" not in str(app.dataframe[0].value)
    assert "**ana**" in texts(app)


def test_a_steward_changes_closes_and_opens(folder: Path, browser: dict[str, str]) -> None:
    path = staffed(folder, browser)
    signing.by_password(caches.settings()[0], name="tim", password=PASSWORD, address="127.0.0.1")
    app = opened()
    app.selectbox(key="accounts.which").set_value("tim").run()
    app = press(app, "Akhiri 1 sesi")
    assert table(path)["tim"] == ("taskforce", "open", 0)
    app.selectbox(key="accounts.role.tim.1").set_value(Role.PLANNER).run()
    app = press(app, "Ganti peran")
    app = press(app, "Tutup akun")
    assert table(path)["tim"] == ("planner", "closed", 0)
    app = press(app, "Buka kembali akun")
    assert table(path)["tim"] == ("planner", "open", 0)
    assert not app.exception


def test_the_last_steward_stays(folder: Path, browser: dict[str, str]) -> None:
    path = staffed(folder, browser)
    app = opened()
    app.selectbox(key="accounts.which").set_value("ana").run()
    app = press(app, "Tutup akun")
    assert "satu-satunya" in app.error[0].value
    assert table(path)["ana"] == ("steward", "open", 1)


def test_what_a_role_may_not_see_is_not_there(folder: Path, browser: dict[str, str]) -> None:
    staffed(folder, browser, "tim")
    app = opened()
    assert "hanya dapat dibuka oleh yang berwenang" in texts(app)
    assert not app.dataframe
    assert not app.text_input
    assert "**tim**" in texts(app)


def test_a_session_that_ended_changes_nothing(folder: Path, browser: dict[str, str]) -> None:
    path = staffed(folder, browser)
    app = opened()
    app.selectbox(key="accounts.which").set_value("tim").run()
    (close,) = [one for one in app.button if one.label == "Tutup akun"]
    accounts.end_sessions(path, STEWARD, name="ana")
    app = close.click().run()
    assert "hanya dapat dibuka oleh yang berwenang" in texts(app)
    assert table(path)["tim"] == ("taskforce", "open", 0)


@pytest.mark.parametrize(
    "sent",
    [{"Host": "peta.example"}, {"X-Forwarded-For": "10.0.0.7"}, {"Via": "1.1 x"}, {"Origin": "https://x.example"}],
)
def test_only_this_machine_is_the_owners(folder: Path, browser: dict[str, str], sent: dict[str, str]) -> None:
    browser.update(sent)
    app = opened()
    assert "hanya dapat dibuka oleh yang berwenang" in texts(app)
    assert not app.text_input


@pytest.mark.parametrize(("name", "seen"), [("ana", True), ("tim", False), ("", False)])
def test_the_list_of_pages_is_the_roles(folder: Path, browser: dict[str, str], name: str, seen: bool) -> None:
    staffed(folder, browser, name or "ana")
    if not name:
        browser["token"] = "x" * 43
    app = AppTest.from_file(ROOT / "dashboard.py", default_timeout=60).run()
    assert not app.exception
    assert ("**ana**" in texts(app)) is seen
