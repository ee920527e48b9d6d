"""`users` as whoever keeps the machine runs it: passwords from the terminal or piped in, never from arguments."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from geo.access import passwords
from geo.cli.main import main
from geo.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, dict[str, Any], str]]

PASSWORD = "kuda lumping biru 7"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n", encoding="utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    monkeypatch.chdir(tmp_path)

    def command(*words: object, given: str = "") -> tuple[int, dict[str, Any], str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        code = main(["users", *map(str, words), "--json"])
        out, err = capsys.readouterr()
        assert PASSWORD not in out + err
        return code, json.loads(out), err

    yield command
    for one in tmp_path.rglob("*.sqlite"):
        Store(one).close()


def test_the_first_account_and_what_follows(run: Run, tmp_path: Path) -> None:
    assert run("list") == (0, {"users": []}, "")
    assert not (tmp_path / "kota").exists()
    code, told, beside = run("add", "Ana", "--role", "steward", given=f"{PASSWORD}\n")
    assert (code, told, beside) == (0, {"name": "ana", "role": "steward", "kind": "local"}, "")
    assert run("add", "pia@kupang.go.id", "--role", "planner", "--kind", "oidc")[0] == 0
    assert run("role", "pia@kupang.go.id", "taskforce")[:2] == (0, {"name": "pia@kupang.go.id", "role": "taskforce"})
    assert run("close", "pia@kupang.go.id")[1]["state"] == "closed"
    assert run("list")[1] == {
        "users": [
            {"name": "ana", "kind": "local", "role": "steward", "state": "open", "sessions": 0},
            {"name": "pia@kupang.go.id", "kind": "oidc", "role": "taskforce", "state": "closed", "sessions": 0},
        ]
    }
    assert run("open", "pia@kupang.go.id")[1]["state"] == "open"
    assert run("password", "ana", given="empat gajah merah\r\n")[0] == 0


def test_another_store(run: Run, tmp_path: Path) -> None:
    assert run("add", "ana", "--role", "steward", "--db", "sqlite:///toko.sqlite", given=PASSWORD)[0] == 0
    assert (tmp_path / "toko.sqlite").is_file()
    assert not (tmp_path / "kota").exists()
    assert len(run("list", "--db", "toko.sqlite")[1]["users"]) == 1
    assert run("list")[1]["users"] == []


def test_a_place_without_a_steward_is_told(run: Run) -> None:
    code, _, beside = run("add", "tim", "--role", "taskforce", given=PASSWORD)
    assert code == 0
    assert "penanggung jawab data" in beside


def test_what_is_wrong_is_told_with_exit_code_two(run: Run) -> None:
    run("add", "ana", "--role", "steward", given=PASSWORD)
    for words, given in (
        (("add", "ana", "--role", "planner"), PASSWORD),
        (("add", "tim", "--role", "planner"), "pendek"),
        (("add", "tim", "--role", "planner"), ""),
        (("add", "a b", "--role", "planner"), PASSWORD),
        (("add", "tim", "--role", "planner", "--kind", "oidc"), ""),
        (("role", "tim", "planner"), ""),
        (("role", "ana", "planner"), ""),
        (("close", "ana"), ""),
        (("close", "tim"), ""),
        (("password", "ana"), "pendek"),
        (("add", "tim", "--role", "planner", "--db", "postgresql://x"), PASSWORD),
    ):
        code, told, _ = run(*words, given=given)
        assert code == 2, words
        assert {"where", "what", "rows", "remedy"} <= set(told["faults"][0]), words
    for words in (
        ("add", "tim"),
        ("add", "tim", "--role", "public"),
        ("add", "tim", "--role", "boss"),
        ("role", "ana"),
        ("add", "tim", "--role", "planner", "--password", PASSWORD),
        ("add", "tim", PASSWORD, "--role", "planner"),
        (),
    ):
        code, told, _ = run(*words)
        assert code == 2, words
        assert told["error"]
    assert [one["name"] for one in run("list")[1]["users"]] == ["ana"]


def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from geo.cli import users

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = [PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD]
    monkeypatch.setattr(users.getpass, "getpass", lambda _prompt: typed.pop(0))
    monkeypatch.setattr(io, "StringIO", Terminal)
    code, told, _ = run("add", "ana", "--role", "steward")
    assert code == 2
    assert "tidak sama" in told["faults"][0]["what"]
    assert run("add", "ana", "--role", "steward")[0] == 0


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("add", "role", "password", "close", "open", "list"):
        with pytest.raises(SystemExit):
            main(["users", name, "--help"])
        assert f"python -m geo users {name}" in capsys.readouterr().out


def test_a_password_of_a_pipe_is_the_one_that_signs_in(run: Run, tmp_path: Path) -> None:
    import sqlite3

    run("add", "ana", "--role", "steward", given=f"{PASSWORD}\nanother line\n")
    connection = sqlite3.connect(tmp_path / "kota" / "kota.sqlite")
    kept = connection.execute("SELECT password_hash FROM account").fetchone()[0]
    connection.close()
    assert passwords.matches(PASSWORD, kept)
