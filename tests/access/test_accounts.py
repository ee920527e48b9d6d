"""Accounts: who may change them, what is kept of them, and that a steward always remains."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from access.conftest import PASSWORD
from argon2 import PasswordHasher
from people import PLANNER, STEWARD, TASKFORCE

from geo.access import accounts, passwords, sessions, signing
from geo.access.signing import Refusal, RefusedError
from geo.errors import DataError, Problem
from geo.store.engine import city_store
from geo.terms import AccountKind, AccountState, Role
from geo.viewer import PUBLIC, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.settings import Settings
    from geo.viewer import Viewer


def rows(city: Settings, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(city.kota / "kota.sqlite")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def problem(act: Callable[[], object]) -> Problem:
    with pytest.raises(DataError) as told:
        act()
    (fault,) = told.value.faults
    return fault.problem


def test_looking_for_accounts_makes_no_store(city: Settings) -> None:
    assert not accounts.has_accounts(city_store(city))
    assert accounts.accounts(city_store(city), STEWARD).empty
    assert (
        problem(lambda: accounts.set_role(city_store(city), STEWARD, name="ana", role=Role.PLANNER))
        is Problem.NO_SUCH_ACCOUNT
    )
    with pytest.raises(RefusedError):
        signing.by_password(city, name="ana", password=PASSWORD, address="10.0.0.1")
    with pytest.raises(RefusedError):
        signing.by_claims(city, {"email": "ana@kupang.go.id", "email_verified": True})
    assert sessions.viewer_of_token(city, "x" * 43) == PUBLIC
    assert not city.kota.exists()


def test_an_account_is_added_listed_changed_and_closed(staffed: Settings) -> None:
    assert accounts.has_accounts(city_store(staffed))
    found = accounts.accounts(city_store(staffed), STEWARD)
    assert list(found.columns) == accounts.ACCOUNT_COLUMNS
    assert found[["name", "kind", "role", "state", "version"]].to_numpy().tolist() == [
        ["ana", "local", "steward", "open", 1],
        ["pia@kupang.go.id", "oidc", "planner", "open", 1],
        ["tim", "local", "taskforce", "open", 1],
    ]
    accounts.set_role(city_store(staffed), STEWARD, name="Tim ", role=Role.PLANNER, version=1)
    accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.CLOSED, version=2)
    (tim,) = accounts.accounts(city_store(staffed), STEWARD).query("name == 'tim'").to_dict("records")
    assert (tim["role"], tim["state"], tim["version"]) == ("planner", "closed", 3)
    assert accounts.has_accounts(city_store(staffed))


@pytest.mark.parametrize("viewer", [PUBLIC, TASKFORCE, PLANNER])
def test_whoever_may_not_manage_accounts_reads_and_changes_nothing(staffed: Settings, viewer: Viewer) -> None:
    store = city_store(staffed)
    before = rows(staffed, "SELECT * FROM account")
    for act in (
        lambda: accounts.accounts(store, viewer),
        lambda: accounts.add(store, viewer, name="eve@b.id", role=Role.STEWARD, kind=AccountKind.OIDC),
        lambda: accounts.set_role(store, viewer, name="tim", role=Role.STEWARD),
        lambda: accounts.set_state(store, viewer, name="ana", state=AccountState.CLOSED),
        lambda: accounts.set_password(store, viewer, name="ana", password=PASSWORD),
        lambda: accounts.end_sessions(store, viewer, name="ana"),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert rows(staffed, "SELECT * FROM account") == before


def test_a_steward_always_remains(staffed: Settings) -> None:
    for act in (
        lambda: accounts.set_role(city_store(staffed), STEWARD, name="ana", role=Role.PLANNER),
        lambda: accounts.set_state(city_store(staffed), STEWARD, name="ana", state=AccountState.CLOSED),
    ):
        assert problem(act) is Problem.LAST_STEWARD
    accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.STEWARD)
    accounts.set_state(city_store(staffed), STEWARD, name="ana", state=AccountState.CLOSED)
    assert (
        problem(lambda: accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.PLANNER))
        is Problem.LAST_STEWARD
    )


def test_what_somebody_else_changed_meanwhile_stands(staffed: Settings) -> None:
    accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.PLANNER, version=1)
    for act in (
        lambda: accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.STEWARD, version=1),
        lambda: accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.CLOSED, version=1),
        lambda: accounts.set_password(city_store(staffed), STEWARD, name="tim", password="tujuh gajah 77", version=1),
    ):
        assert problem(act) is Problem.CHANGED_MEANWHILE
    assert rows(staffed, "SELECT role, state, version FROM account WHERE name = 'tim'") == [("planner", "open", 2)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "local"),
        ("a", "local"),
        ("a b", "local"),
        ("ana@kupang.go.id", "local"),
        ("-ana", "local"),
        ("a" * 41, "local"),
        ("pemilik laptop ini", "local"),
        ("baris perintah", "local"),
        ("<b>", "local"),
        ("ana", "oidc"),
        ("ana@kupang", "oidc"),
        ("a@b@c.id", "oidc"),
        (f"{'a' * 60}@b.id", "oidc"),
        ("ana kota@kupang.go.id", "oidc"),
        ("аna@kupang.go.id", "oidc"),
    ],
)
def test_names_that_could_be_taken_for_others_are_refused(city: Settings, name: str, kind: str) -> None:
    def act() -> int:
        return accounts.add(
            city_store(city), STEWARD, name=name, role=Role.STEWARD, kind=AccountKind(kind), password=PASSWORD
        )

    assert problem(act) is Problem.BAD_ACCOUNT_NAME
    assert not city.kota.exists()


@pytest.mark.parametrize("name", ["ana", "ANA", " Ana "])
def test_a_name_is_one_persons_however_it_is_written(staffed: Settings, name: str) -> None:
    def act() -> int:
        return accounts.add(
            city_store(staffed), STEWARD, name=name, role=Role.PLANNER, kind=AccountKind.LOCAL, password=PASSWORD
        )

    assert problem(act) is Problem.NAME_TAKEN


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sebelas hur",
        "a" * 12,
        "ababababababab",
        "x" * 101 + "abcde" * 20,
        "Password1234",
        "KotaKupang2026",
        "kepala.bidang",
    ],
)
def test_passwords_that_are_tried_first_are_refused(password: str) -> None:
    assert problem(lambda: passwords.check_password(password, "Kepala.Bidang")) is Problem.WEAK_PASSWORD


@pytest.mark.parametrize("password", ["dua belas ok", PASSWORD, "x" * 100 + "abcde" * 20, "ĝis la revido 🙂"])
def test_passwords_that_are_taken(password: str) -> None:
    passwords.check_password(password, "ana")
    kept = passwords.hashed(password)
    assert kept.startswith("$argon2id$")
    assert passwords.matches(password, kept)
    assert not passwords.matches(password + " ", kept)
    assert not passwords.matches(password, "")
    assert not passwords.matches(password, "damaged")
    assert len(kept) <= 200


def test_the_same_letters_composed_otherwise_are_the_same_password() -> None:
    assert passwords.matches("cafe\u0301 di Kupang", passwords.hashed("caf\u00e9 di Kupang"))


def test_no_password_is_kept_told_or_audited(staffed: Settings) -> None:
    new = "empat gajah merah"
    accounts.set_password(city_store(staffed), STEWARD, name="tim", password=new)
    assert problem(
        lambda: accounts.set_password(city_store(staffed), STEWARD, name="pia@kupang.go.id", password=new)
    ) is (Problem.NOT_LOCAL)
    told = json.dumps(rows(staffed, "SELECT change FROM audit"))
    kept = "".join(one.read_bytes().decode("latin-1") for one in staffed.kota.iterdir())
    for secret in (PASSWORD, new):
        assert secret not in kept
    assert "argon2" not in told
    assert '\\"password\\"' in told


def test_every_change_is_in_the_audit(staffed: Settings) -> None:
    accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.PLANNER)
    accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.CLOSED)
    accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.OPEN)
    found = rows(staffed, "SELECT who, act, subject, subject_id, change FROM audit ORDER BY id")
    assert {one[:3] for one in found} == {("Ana", "account", "account")}
    assert [json.loads(one[4]) for one in found][3:] == [
        {"role": ["taskforce", "planner"], "sessions": [0, 0]},
        {"state": ["open", "closed"], "sessions": [0, 0]},
        {"state": ["closed", "open"], "sessions": [0, 0]},
    ]


def test_a_hash_of_older_costs_is_renewed_at_the_next_sign_in(staffed: Settings) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    connection = sqlite3.connect(staffed.kota / "kota.sqlite")
    connection.execute("UPDATE account SET password_hash = ? WHERE name = 'ana'", [weak])
    connection.commit()
    connection.close()
    signing.by_password(staffed, name="ana", password=PASSWORD, address="10.0.0.1")
    ((kept,),) = rows(staffed, "SELECT password_hash FROM account WHERE name = 'ana'")
    assert kept != weak
    assert passwords.matches(PASSWORD, kept)
    assert not passwords.is_outdated(kept)


def test_a_name_that_nobody_has_costs_as_much(staffed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not timed: what counts is that the same work is done."""
    done: list[str] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, word: (done.append(kept), verify(self, kept, word))
    )
    for name in ("ana", "nobody", "pia@kupang.go.id"):
        with pytest.raises(RefusedError) as told:
            signing.by_password(staffed, name=name, password="salah salah salah", address="10.0.0.1")
        assert told.value.why is Refusal.WRONG
    assert len(done) == 3
    assert len({one.split("$")[3] for one in done}) == 1, "the same costs"
