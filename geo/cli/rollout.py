"""`rollout`: state of the Community Watch rollout on a day, as known on another day."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.cli.stores import refusing, store, store_command, viewer
from geo.facts import rollout_facts
from geo.measures.rollout import rollout
from geo.places.boundaries import read_areas
from geo.settings import read_settings

if TYPE_CHECKING:
    import pandas as pd

    from geo.cli.output import Teller
    from geo.measures.rollout import Rollout, Statement
    from geo.places.boundaries import Areas
    from geo.words import Words


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""

    def day(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as fault:
            raise argparse.ArgumentTypeError(words("cli.rollout.bad_day", text=text[:20])) from fault

    one = store_command(commands, shared, words, "rollout", show)
    one.add_argument("--on", metavar="DATE", type=day, help=words("cli.help.rollout.on"))
    one.add_argument("--known-on", metavar="DATE", type=day, help=words("cli.help.rollout.known_on"))


def _said(one: Statement) -> dict[str, Any]:
    return {
        "count": one.count,
        "of": one.of,
        "counted_as": one.counted_as.value,
        "claim": one.claim.value,
        "stage": one.stage.value,
        "on": one.on.isoformat(),
        "on_precision": one.on_precision.value,
        "source": one.source,
        "source_on": one.source_on.isoformat(),
        "set_aside": one.is_set_aside,
    }


def _kelurahan(found: Rollout) -> list[dict[str, Any]]:
    known = found.stages[found.stages["stage"].ne("")]
    return [
        {
            "kode": row["kode"],
            "stage": row["stage"],
            "since": row["since"].date().isoformat(),
            "since_precision": row["precision"],
            "source": row["source"],
        }
        for row in known.reset_index(names="kode").to_dict("records")
    ]


def _events(url: str | None) -> pd.DataFrame:
    """The embedded facts, plus the events of the store if there is one."""
    if not url:
        return rollout_facts()
    # Not at the top: a command on the facts only must not wait for a database.
    from geo.store.tables import city_tables

    return city_tables(store(url), viewer()).rollout


def show(chosen: argparse.Namespace, teller: Teller) -> None:
    """Report the known minimum and maximum, the claims of sources, and the stage of every kelurahan that has one.

    Raises
    ------
    DataError
        When the store cannot be read.
    """
    settings = read_settings()
    today = date.today()  # noqa: DTZ011 - a city's day is its machine's
    on, known_on = chosen.on or today, chosen.known_on or today
    layer = read_areas(settings.areas)
    with refusing():
        events = _events(chosen.db)
    found = rollout(events, layer, on=on, known_on=known_on)
    told = {
        "on": on.isoformat(),
        "known_on": known_on.isoformat(),
        "of": len(layer.index),
        "known": len(found.known),
        "at_least": found.at_least,
        "at_most": found.at_most,
        "published": [_said(one) for one in found.published],
        "kelurahan": _kelurahan(found),
    }
    teller.result(told, [] if teller.as_json else _lines(found, layer, teller.words))


def _lines(found: Rollout, layer: Areas, words: Words) -> list[str]:
    # Not at the top: with --json nobody reads sentences, and their room takes long to load.
    from geo.present.rollout import rollout_lines
    from geo.present.statements import statement_text

    return [*rollout_lines(found, layer, words), *(f"- {statement_text(one, words)}" for one in found.published)]
