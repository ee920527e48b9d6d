"""`users add|role|list|close|open|password`: manage accounts, from the machine that holds the store."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any

from geo.cli.stores import refusing, store, viewer
from geo.errors import DataError, Fault, Problem
from geo.terms import AccountKind, AccountState, Role

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.words import Words

_LONGEST = 4096


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the commands to the parser of all commands."""
    users = commands.add_parser("users", help=words("cli.help.users"), description=words("cli.help.users"))
    each = users.add_subparsers(metavar=words("cli.command"), required=True)

    def command(name: str, run: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = each.add_parser(
            name,
            parents=[shared],
            help=words(f"cli.help.users_{name}"),
            description=words(f"cli.help.users_{name}"),
            epilog=words(f"cli.example.users_{name}"),
        )
        if name != "list":
            made.add_argument("name", metavar="NAME", help=words("cli.help.users_name"))
        made.add_argument("--db", metavar="URL", help=words("cli.help.db"))
        made.set_defaults(run=run)
        return made

    roles = [role.value for role in Role if role is not Role.PUBLIC]
    new = command("add", add_account)
    new.add_argument("--role", choices=roles, required=True, help=words("cli.help.users_as"))
    new.add_argument(
        "--kind", choices=[kind.value for kind in AccountKind], default="local", help=words("cli.help.users_kind")
    )
    command("role", change).add_argument("role", metavar="ROLE", choices=roles, help=words("cli.help.users_as"))
    command("password", renew)
    command("close", close)
    command("open", reopen)
    command("list", listed)


def _password(words: Words) -> str:
    """Password from a terminal (hidden, typed twice), or the first line of piped input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(_LONGEST).rstrip("\r\n")
    first = getpass.getpass(words("cli.users.password"))
    if getpass.getpass(words("cli.users.again")) != first:
        raise DataError((Fault.of("password", "", Problem.PASSWORDS_DIFFER),))
    return first


def _told(chosen: argparse.Namespace, teller: Teller, said: str, **more: Any) -> None:
    from geo.access.accounts import normal_name

    name = normal_name(chosen.name)
    teller.result({"name": name, **more}, [teller.words(said, name=name)])


def add_account(chosen: argparse.Namespace, teller: Teller) -> None:
    """Add an account; creates the store if there is none.

    Raises
    ------
    DataError
        When the name or the password is not accepted.
    """
    from geo.access import accounts

    kind, role = AccountKind(chosen.kind), Role(chosen.role)

    with refusing():
        place, who = store(chosen.db), viewer()
        password = _password(teller.words) if kind is AccountKind.LOCAL else ""
        accounts.add(place, who, name=chosen.name, role=role, kind=kind, password=password)
        found = accounts.accounts(place, who)
    if not ((found["role"] == Role.STEWARD) & (found["state"] == AccountState.OPEN)).any():
        teller.note(teller.words("cli.users.no_steward"))
    _told(chosen, teller, "cli.users.added", role=role.value, kind=kind.value)


def change(chosen: argparse.Namespace, teller: Teller) -> None:
    """Change the role of an account.

    Raises
    ------
    DataError
        When there is no such account, or it is the last steward's.
    """
    from geo.access import accounts

    role = Role(chosen.role)
    with refusing():
        accounts.set_role(store(chosen.db), viewer(), name=chosen.name, role=role)
    _told(chosen, teller, "cli.users.changed", role=role.value)


def renew(chosen: argparse.Namespace, teller: Teller) -> None:
    """Change the password of a local account.

    Raises
    ------
    DataError
        When there is no such account, or the password is not accepted.
    """
    from geo.access import accounts

    with refusing():
        accounts.set_password(store(chosen.db), viewer(), name=chosen.name, password=_password(teller.words))
    _told(chosen, teller, "cli.users.changed")


def _set_state(chosen: argparse.Namespace, teller: Teller, state: AccountState) -> None:
    from geo.access import accounts

    with refusing():
        accounts.set_state(store(chosen.db), viewer(), name=chosen.name, state=state)
    _told(chosen, teller, "cli.users.changed", state=state.value)


def close(chosen: argparse.Namespace, teller: Teller) -> None:
    """Close an account; its sessions end.

    Raises
    ------
    DataError
        When there is no such account, or it is the last steward's.
    """
    _set_state(chosen, teller, AccountState.CLOSED)


def reopen(chosen: argparse.Namespace, teller: Teller) -> None:
    """Reopen a closed account.

    Raises
    ------
    DataError
        When there is no such account.
    """
    _set_state(chosen, teller, AccountState.OPEN)


def listed(chosen: argparse.Namespace, teller: Teller) -> None:
    """List accounts; passwords are never shown in any form.

    Raises
    ------
    DataError
        When the store cannot be read.
    """
    from geo.access import accounts

    words = teller.words
    with refusing():
        found = accounts.accounts(store(chosen.db), viewer())
    columns = ["name", "kind", "role", "state", "sessions"]
    rows = found[columns].to_dict("records")
    lines = [
        f"{row['name']}\t{words('access.role.' + row['role'])}\t{words('accounts.kind.' + row['kind'])}\t"
        f"{words('accounts.state.' + row['state'])}"
        for row in rows
    ]
    teller.result({"users": rows}, lines or [words("cli.users.none")])
