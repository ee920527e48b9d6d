"""Output of a command: its result on stdout, notes on stderr, faults of the input as text or JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import DataError
from geo.present import faults as told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.errors import Fault
    from geo.words import Words


class RefusalError(DataError):
    """Faults of a command's input, with their own texts where those of the pages do not fit.

    Parameters
    ----------
    faults
        All of them.
    topic
        `table` (the file of rows), `areas` (the file of `--areas`) or `option`; the catalogues hold
        `cli.<topic>.what.<problem>` and `cli.<topic>.remedy.<problem>` where they differ from `fault.`.
    found
        Further values for the JSON besides the faults.
    """

    def __init__(self, faults: Iterable[Fault], topic: str, found: Mapping[str, Any] | None = None) -> None:
        super().__init__(tuple(faults), topic)
        self.found = found or {}


@dataclass(frozen=True, slots=True)
class Teller:
    """Output of one run of a command.

    Parameters
    ----------
    words
        The language.
    as_json
        Whether stdout carries exactly one JSON object.
    """

    words: Words
    as_json: bool

    def note(self, text: str) -> None:
        """Write a note besides the result."""
        print(text, file=sys.stderr)  # noqa: T201 - the command line speaks here and nowhere else

    def progress(self, text: str) -> None:
        """Show the progress to a person at a terminal."""
        if sys.stderr.isatty():
            self.note(text)

    def result(self, values: dict[str, Any], lines: Sequence[str]) -> None:
        """Write the result: the values as JSON, or the lines as text."""
        print(json.dumps(values, ensure_ascii=False) if self.as_json else "\n".join(lines))  # noqa: T201 - see note

    def refuse(self, error: str, refusal: DataError | None = None) -> None:
        """Write all faults: on stdout as JSON, or on stderr one per line."""
        topic = refusal.topic if refusal else ""
        faults = refusal.faults if refusal else ()
        if self.as_json:
            listed = [self._fault(fault, topic) for fault in faults]
            found = refusal.found if isinstance(refusal, RefusalError) else {}
            self.result({"error": error, "faults": listed, **found}, ())
            return
        self.note(error)
        for fault in faults:
            one = self._fault(fault, topic)
            rows = told.rows(fault, self.words)
            self.note(f"{one['where']}: {one['what']}{f'; {rows}' if rows else ''}. {one['remedy']}")

    def _fault(self, fault: Fault, topic: str) -> dict[str, Any]:
        what, remedy = f"cli.{topic}.what.{fault.problem}", f"cli.{topic}.remedy.{fault.problem}"
        return {
            "where": told.where(fault, self.words),
            "what": self.words(what, hint=fault.hint) if self.words.has(what) else told.what(fault, self.words),
            "rows": list(fault.rows),
            "more_rows": fault.more_rows,
            "remedy": self.words(remedy, hint=fault.hint)
            if self.words.has(remedy)
            else told.remedy(fault, self.words),
        }
