"""Mapping of a file's columns to fields: guessed, corrected by a person, saved under a name."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.own_files import write_own
from geo.settings import ROOT
from geo.sheets.fields import FIELDS, by_name, field_names, guess_kind, is_neutral, place_fields, plain_header
from geo.terms import Kind, Right

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from collections.abc import Sequence
    from pathlib import Path

    from geo.viewer import Viewer

EMBEDDED_MAPPINGS = ROOT / "data" / "mappings"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,38}")
_ENOUGH = 0.7


@dataclass(frozen=True, eq=True)
class Mapping:
    """How the columns of a type of file are read.

    Parameters
    ----------
    name
        Name under which it is saved; empty for a guess.
    kind
        Kind of the rows.
    columns
        Header of the file, by field.
    words
        Additional words by field: from the word in the file to the canonical word.
    constants
        The same text for every row, by field: for example the source of all rows of a file.
    """

    name: str
    kind: Kind
    columns: Map[str, str] = field(default_factory=dict)
    words: Map[str, Map[str, str]] = field(default_factory=dict)
    constants: Map[str, str] = field(default_factory=dict)


def _refuse(name: str, problem: Problem, **options: Any) -> DataError:
    return DataError((Fault.of(name, "", problem, **options),))


def read_mapping(path: Path) -> Mapping:
    """Mapping in a TOML file.

    Raises
    ------
    DataError
        When it is not a mapping file, or names a field that its kind does not have.
    """
    if not path.is_file():
        raise _refuse(path.name, Problem.MISSING_FILE)
    try:
        read = tomllib.loads(path.read_text("utf-8"))
        kind = Kind(read["kind"])
        columns = {str(name): str(header) for name, header in read.get("columns", {}).items()}
        words = {
            str(name): {str(written): str(ours) for written, ours in table.items()}
            for name, table in read.get("words", {}).items()
        }
        constants = {str(name): str(text) for name, text in read.get("constants", {}).items()}
        found = Mapping(str(read["name"]), kind, columns, words, constants)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValueError, AttributeError) as fault:
        raise _refuse(path.name, Problem.UNREADABLE, hint=".toml") from fault
    strange = [name for name in (*columns, *words, *constants) if name not in by_name(kind)]
    if strange:
        raise _refuse(path.name, Problem.NOT_IN_LIST, values=strange, hint=", ".join(field_names(kind)))
    return found


def to_toml(mapping: Mapping) -> str:
    """Text of a mapping's file; reading it returns the same mapping."""

    def quoted(text: str) -> str:
        # A JSON string is a TOML string, except DEL, which must be escaped, and surrogate pairs, which are rejected.
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    lines = [f"name = {quoted(mapping.name)}", f"kind = {quoted(mapping.kind)}"]
    sections: list[tuple[str, Map[str, str]]] = [("columns", mapping.columns), ("constants", mapping.constants)]
    sections += [(f"words.{name}", table) for name, table in mapping.words.items()]
    for title, table in sections:
        if table:
            lines += ["", f"[{title}]", *(f"{quoted(name)} = {quoted(text)}" for name, text in table.items())]
    return "\n".join(lines) + "\n"


def remember(mapping: Mapping, folder: Path, viewer: Viewer) -> Path:
    """Saves a mapping under its name in the city's own folder; replaces one of the same name.

    Raises
    ------
    NotAllowedError
        When the viewer may not import anything.
    DataError
        When the name is not valid (letters, digits, spaces, at most 39 of them), or the file cannot be written.
    """
    viewer.require(Right.BRING)
    if not _NAME.fullmatch(mapping.name):
        raise _refuse("mapping", Problem.BAD_NAME)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', mapping.name.lower()).strip('-')}.toml"
    write_own(path, to_toml(mapping))
    return path


def known_mappings(*folders: Path) -> dict[str, Mapping]:
    """Mappings by name: the embedded ones, then those of other folders; unreadable ones are left out."""
    found: dict[str, Mapping] = {}
    for folder in (EMBEDDED_MAPPINGS, *folders):
        for path in sorted(folder.glob("*.toml")):
            try:
                mapping = read_mapping(path)
            except DataError:
                continue
            found[mapping.name] = mapping
    return found


def _plainly(columns: Sequence[str]) -> dict[str, str]:
    """Header by each of its names: the full one, and its own part below a merged cell that adds no meaning."""
    found = {plain_header(header): header for header in reversed(columns)}
    for header in reversed(columns):
        group, _, own = header.rpartition(" / ")
        if not group or is_neutral(group):
            found.setdefault(plain_header(own), header)
    return found


def guess(columns: Sequence[str], *, kind: Kind | None = None, known: Map[str, Mapping] | None = None) -> Mapping:
    """The most likely mapping of a file by its headers.

    A saved mapping is used when the file has nearly all columns it needs; otherwise each field looks for a header
    with one of its names. A file with canonical headers always matches.

    Parameters
    ----------
    columns
        Headers of the file.
    kind
        Kind of the rows; None guesses that too.
    known
        Mappings by name.
    """
    for mapping in _by_likeness(columns, kind, known or {}):
        return _fitted(mapping, columns)
    return _by_headers(columns, kind or guess_kind(columns))


def _by_headers(columns: Sequence[str], kind: Kind) -> Mapping:
    """Each field with the header that has one of its names."""
    left = _plainly(columns)
    found: dict[str, str] = {}
    for exact in (True, False):
        for one in FIELDS[kind]:
            wanted = [plain_header(one.name)] if exact else one.headers
            header = next((left[name] for name in wanted if name in left), None)
            if header is not None and one.name not in found:
                found[one.name] = header
                left = {name: other for name, other in left.items() if other != header}
    return Mapping("", kind, {name: found[name] for name in field_names(kind) if name in found})


def _by_likeness(columns: Sequence[str], kind: Kind | None, known: Map[str, Mapping]) -> list[Mapping]:
    """Saved mappings whose columns are mostly present, the best first; none where the headers are canonical."""
    headers = set(_plainly(columns))
    canonical = max(sum(one in set(columns) for one in field_names(each)) for each in Kind)
    scored = []
    for mapping in known.values():
        wanted = {plain_header(one) for one in mapping.columns.values()}
        hits = len(wanted & headers)
        if (kind in {None, mapping.kind}) and wanted and hits >= _ENOUGH * len(wanted) and hits > canonical:
            scored.append((-hits / len(wanted), -hits, mapping.name, mapping))
    return [one[-1] for one in sorted(scored, key=lambda one: one[:3])]


def _fitted(mapping: Mapping, columns: Sequence[str]) -> Mapping:
    """A mapping with the headers of this file; a missing column is replaced by one with a name of the field."""
    headers = _plainly(columns)
    fitted = {
        name: headers[plain_header(header)]
        for name, header in mapping.columns.items()
        if plain_header(header) in headers
    }
    guessed = _by_headers(columns, mapping.kind).columns
    for name in mapping.columns:
        if name not in fitted and guessed.get(name) not in {None, *fitted.values()}:
            fitted[name] = guessed[name]
    return replace(mapping, columns={name: fitted[name] for name in mapping.columns if name in fitted})


def check_mapping(mapping: Mapping, columns: Sequence[str], table: str) -> Mapping:
    """The mapping with the headers as written in the file.

    Raises
    ------
    DataError
        With every error: a column that is not in the file, one used twice, a required field without a column, and no
        column at all for the place.
    """
    headers = _plainly(columns)
    told = ", ".join(str(one)[:40] for one in list(columns)[:20])
    faults = [
        Fault.of(table, header, Problem.MISSING_COLUMN, hint=told)
        for header in mapping.columns.values()
        if header not in columns and plain_header(header) not in headers
    ]
    used = [
        header if header in columns else headers.get(plain_header(header), "") for header in mapping.columns.values()
    ]
    faults += [
        Fault.of(table, one, Problem.DUPLICATE) for one in sorted({one for one in used if used.count(one) > 1})
    ]
    filled = {*mapping.columns, *mapping.constants}
    faults += [
        Fault.of(table, one.name, Problem.MISSING_COLUMN, hint=told)
        for one in FIELDS[mapping.kind]
        if one.is_needed and one.name not in filled
    ]
    code, name, _ = place_fields(mapping.kind)["document" if mapping.kind is Kind.CASES else ""]
    if not filled & {code, name}:
        faults.append(Fault.of(table, code, Problem.MISSING_COLUMN, hint=told))
    if mapping.kind is Kind.CASES and "reported_on" not in filled:
        faults.append(Fault.of(table, "reported_on", Problem.MISSING_COLUMN, hint=told))
    if faults:
        raise DataError(tuple(faults))
    return replace(mapping, columns=dict(zip(mapping.columns, used, strict=True)))


def apply(mapping: Mapping, rows: pd.DataFrame) -> pd.DataFrame:
    """A column of text for each field that the mapping fills; no other columns of the file.

    Parameters
    ----------
    mapping
        Checked against the columns of `rows`.
    rows
        Text.
    """
    found = {name: rows[header] for name, header in mapping.columns.items()}
    found |= {
        name: pd.Series(text, index=rows.index, dtype="str")
        for name, text in mapping.constants.items()
        if name not in found
    }
    return pd.DataFrame(found, index=rows.index)
