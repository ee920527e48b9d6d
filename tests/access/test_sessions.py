"""Sessions and failed tries: what ends them, and that nothing in the store opens a door."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from access.conftest import PASSWORD
from access.test_accounts import rows
from people import STEWARD

from geo.access import accounts, attempts, sessions, signing
from geo.access.signing import Refusal, RefusedError
from geo.store.engine import city_store
from geo.terms import AccountState, Right, Role
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.settings import Settings


def signed_in(city: Settings, name: str = "tim") -> str:
    return signing.by_password(
        city, name=name, password=PASSWORD + ("!" if name == "tim" else ""), address="10.0.0.1"
    )


def refused(city: Settings, name: str, password: str = "salah salah salah", address: str = "10.0.0.9") -> Refusal:
    with pytest.raises(RefusedError) as told:
        signing.by_password(city, name=name, password=password, address=address)
    return told.value.why


def test_a_session_stands_for_its_person_and_its_role(staffed: Settings) -> None:
    token = signed_in(staffed)
    viewer = sessions.viewer_of_token(staffed, token)
    assert (viewer.name, viewer.role) == ("tim", Role.TASKFORCE)
    assert viewer.may(Right.SEE_EXACT)
    assert not viewer.may(Right.BRING)
    other = signed_in(staffed)
    assert other != token
    assert len(token) == 43
    for nobody in ("", "x", token[:-1], token + "x", token.swapcase(), "x" * 100_000):
        assert sessions.viewer_of_token(staffed, nobody) == PUBLIC


def test_the_store_holds_no_token(staffed: Settings) -> None:
    token = signed_in(staffed)
    kept = b"".join(one.read_bytes() for one in staffed.kota.iterdir())
    assert token.encode() not in kept
    ((found,),) = rows(staffed, "SELECT token_hash FROM session")
    assert sessions.viewer_of_token(staffed, found) == PUBLIC


def test_what_ends_a_session(staffed: Settings) -> None:
    for act in (
        lambda token: sessions.end(staffed, token),
        lambda token: sessions.end(staffed, token, everywhere=True),
        lambda _: accounts.end_sessions(city_store(staffed), STEWARD, name="tim"),
        lambda _: accounts.set_password(city_store(staffed), STEWARD, name="tim", password=PASSWORD + "!"),
        lambda _: accounts.set_role(city_store(staffed), STEWARD, name="tim", role=Role.TASKFORCE),
        lambda _: accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.CLOSED),
    ):
        accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.OPEN)
        token, beside = signed_in(staffed), signed_in(staffed, "ana")
        assert sessions.viewer_of_token(staffed, token).name == "tim"
        act(token)
        assert sessions.viewer_of_token(staffed, token) == PUBLIC
        assert sessions.viewer_of_token(staffed, beside).name == "ana"


def test_this_browser_or_everywhere(staffed: Settings) -> None:
    one, two, three = (signed_in(staffed) for _ in range(3))
    sessions.end(staffed, one)
    assert [sessions.viewer_of_token(staffed, token).name for token in (one, two, three)] == ["", "tim", "tim"]
    sessions.end(staffed, one, everywhere=True)
    assert sessions.viewer_of_token(staffed, two).name == "tim", "an ended session ends no other"
    sessions.end(staffed, two, everywhere=True)
    assert sessions.viewer_of_token(staffed, three) == PUBLIC


def test_a_session_ends_by_itself(staffed: Settings, later: Callable[..., None]) -> None:
    token = signed_in(staffed)
    for _ in range(13):
        later(minutes=55)
        assert sessions.viewer_of_token(staffed, token).name == "tim"
    later(minutes=5)
    # 12 hours after it was made, though it was in use all the time.
    assert sessions.viewer_of_token(staffed, token) == PUBLIC
    idle = signed_in(staffed)
    later(minutes=60)
    assert sessions.viewer_of_token(staffed, idle) == PUBLIC
    signed_in(staffed)
    assert rows(staffed, "SELECT count(*) FROM session") == [(1,)], "the ones of before are erased"


def test_stricter_settings_hold_for_sessions_that_stand(staffed: Settings, later: Callable[..., None]) -> None:
    token = signed_in(staffed)
    later(minutes=20)
    strict = replace(staffed, access=replace(staffed.access, session_hours=0.25))
    assert sessions.viewer_of_token(strict, token) == PUBLIC
    assert sessions.viewer_of_token(staffed, token).name == "tim"


def test_looking_writes_at_most_once_a_minute(staffed: Settings, later: Callable[..., None]) -> None:
    token = signed_in(staffed)
    seen = []
    for seconds in (1, 30, 30, 30):
        later(seconds=seconds)
        sessions.viewer_of_token(staffed, token)
        seen.append(rows(staffed, "SELECT seen_at FROM session"))
    assert seen[0] == seen[1]
    assert seen[1] != seen[2]
    assert seen[2] == seen[3]


def test_a_closed_account_signs_in_no_more(staffed: Settings) -> None:
    accounts.set_state(city_store(staffed), STEWARD, name="tim", state=AccountState.CLOSED)
    assert refused(staffed, "tim", PASSWORD + "!") is Refusal.WRONG


def test_a_sixth_try_is_refused_whether_the_name_exists_or_not(staffed: Settings, later: Callable[..., None]) -> None:
    for name in ("tim", "nobody"):
        told = [refused(staffed, name) for _ in range(7)]
        assert told == [Refusal.WRONG] * 5 + [Refusal.TOO_MANY] * 2
    # Not even with the right password, from anywhere.
    assert refused(staffed, "TIM", PASSWORD + "!", "10.0.0.77") is Refusal.TOO_MANY
    assert [json.loads(one) for (one,) in rows(staffed, "SELECT change FROM audit WHERE act = 'refuse'")] == [
        {"why": [None, "too_many"]}
    ] * 2, "one line of the audit for each, however long somebody goes on"
    later(minutes=16)
    assert sessions.viewer_of_token(staffed, signed_in(staffed)).name == "tim"
    assert rows(staffed, "SELECT count(*) FROM attempt") == [(0,)]


def test_an_address_that_tries_many_names_is_refused(staffed: Settings) -> None:
    told = [refused(staffed, f"nama{number}") for number in range(22)]
    assert told == [Refusal.WRONG] * 20 + [Refusal.TOO_MANY] * 2
    assert refused(staffed, "ana", PASSWORD) is Refusal.TOO_MANY
    assert signing.by_password(staffed, name="ana", password=PASSWORD, address="10.0.0.1")


def test_signing_in_forgets_the_tries_of_the_name(staffed: Settings) -> None:
    for _ in range(3):
        for _ in range(4):
            assert refused(staffed, "ana") is Refusal.WRONG
        signed_in(staffed, "ana")


def test_neither_names_nor_addresses_can_be_read_from_the_tries(staffed: Settings) -> None:
    refused(staffed, "rahasia.sekali", address="198.51.100.23")
    kept = b"".join(one.read_bytes() for one in staffed.kota.iterdir())
    assert b"rahasia.sekali" not in kept
    assert b"198.51.100.23" not in kept


def test_a_try_is_counted_before_it_is_made(staffed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many at once: each sees the others' tries though none of them is done."""
    from geo.access import passwords

    told: list[Refusal] = []

    def slow(_password: str, _kept: str) -> bool:
        told.append(refused(staffed, "ana"))
        return False

    monkeypatch.setattr(passwords, "matches", slow)
    told.append(refused(staffed, "ana"))
    assert told == [Refusal.TOO_MANY] + [Refusal.WRONG] * attempts.BY_NAME


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "pia@kupang.go.id"}, Refusal.NOT_VERIFIED),
        ({"email": "pia@kupang.go.id", "email_verified": False}, Refusal.NOT_VERIFIED),
        ({"email": "pia@kupang.go.id", "email_verified": "true"}, Refusal.NOT_VERIFIED),
        ({"email": ["pia@kupang.go.id"], "email_verified": True}, Refusal.NOT_VERIFIED),
        ({"email_verified": True}, Refusal.NOT_VERIFIED),
        ({"email": "eve@kupang.go.id", "email_verified": True}, Refusal.NOT_KNOWN),
        ({"email": "tim", "email_verified": True}, Refusal.NOT_KNOWN),
        ({"email": "", "email_verified": True}, Refusal.NOT_KNOWN),
    ],
)
def test_claims_that_sign_nobody_in(staffed: Settings, claims: dict[str, object], why: Refusal) -> None:
    with pytest.raises(RefusedError) as told:
        signing.by_claims(staffed, claims)
    assert told.value.why is why
    assert rows(staffed, "SELECT count(*) FROM session") == [(0,)]
    ((who, change),) = rows(staffed, "SELECT who, change FROM audit WHERE act = 'refuse'")
    assert (who, json.loads(change)) == ("", {"why": [None, why.value]})


def test_claims_that_sign_somebody_in(staffed: Settings) -> None:
    token = signing.by_claims(staffed, {"email": "Pia@Kupang.go.id", "email_verified": True})
    assert sessions.viewer_of_token(staffed, token).role is Role.PLANNER
    accounts.set_state(city_store(staffed), STEWARD, name="pia@kupang.go.id", state=AccountState.CLOSED)
    with pytest.raises(RefusedError):
        signing.by_claims(staffed, {"email": "pia@kupang.go.id", "email_verified": True})


def test_a_clock_that_goes_back_keeps_nobody_signed_in_and_locks_nobody_out(
    staffed: Settings, later: Callable[..., None]
) -> None:
    later(days=400)
    token = signed_in(staffed)
    for _ in range(6):
        refused(staffed, "ana")
    later(minutes=-20)
    assert sessions.viewer_of_token(staffed, token).name == "tim", "a clock that is corrected"
    later(days=-400)
    # How long it was idle, nobody can say.
    assert sessions.viewer_of_token(staffed, token) == PUBLIC
    assert sessions.viewer_of_token(staffed, signed_in(staffed, "ana")).name == "ana"
    assert rows(staffed, "SELECT count(*) FROM session") == [(1,)], "the one from the future is erased"
    later(days=400)
    assert sessions.viewer_of_token(staffed, token) == PUBLIC
