"""What comes back from the process that reads files is taken in up to a size, and is data or nothing."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from geo.errors import DataError, Problem
from geo.outside import pool
from geo.outside.limits import Budget
from geo.outside.process import LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Answering:
    """A process that answers what it is told to, whatever it is asked."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    @contextlib.contextmanager
    def asked(self, _request: dict[str, Any]) -> Iterator[io.BytesIO]:
        yield io.BytesIO(self._answer)


def _answer(facts: dict[str, Any], after: bytes = b"") -> bytes:
    raw = json.dumps(facts).encode()
    return LENGTH.pack(len(raw)) + raw + after


def _table(rows: int) -> bytes:
    made = io.BytesIO()
    table = pa.table({"0": ["x" * 1_000] * rows})
    with pa.ipc.new_stream(made, table.schema) as stream:
        stream.write_table(table)
    return made.getvalue()


GOOD = {"facts": {"columns": ["a"]}, "confined": [True, True, True], "has_table": True}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x01\x02",
        LENGTH.pack(2**63) + b"{}",
        LENGTH.pack(10) + b"{}",
        _answer({"has_table": False}),
        _answer(GOOD),
        _answer(GOOD, b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\0" * 64),
        _answer(GOOD, _table(10)[:-2_000]),
        _answer(GOOD, _table(3_000)),
    ],
)
def test_an_answer_that_is_none_or_too_large_is_a_file_that_stopped_its_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes
) -> None:
    monkeypatch.setattr(pool, "_ANSWERER", _Answering(answer))
    with pytest.raises(DataError) as refusal:
        pool.read_outside("sheet", tmp_path / "a.csv", budget=Budget(answer_mib=1))
    assert [fault.problem for fault in refusal.value.faults] == [Problem.READER_STOPPED]


def test_an_answer_within_its_size_is_taken_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pool, "_ANSWERER", _Answering(_answer(GOOD, _table(500))))
    facts, table = pool.read_outside("sheet", tmp_path / "a.csv", budget=Budget(answer_mib=1))
    assert facts == {"columns": ["a"]}
    assert table is not None
    assert table.num_rows == 500


class _Slow:
    """A process that takes long to start, and then does not."""

    def __init__(self) -> None:
        self.may_end, self.asked_for = threading.Event(), list[str]()

    def warm(self, job: str) -> None:
        self.asked_for.append(job)
        self.may_end.wait(20)
        msg = "the process that reads files does not start"
        raise RuntimeError(msg)


def test_a_server_does_not_wait_for_the_process_that_it_starts_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow()
    monkeypatch.setattr(pool, "_ANSWERER", slow)
    thread = pool.start_ahead()
    assert thread.is_alive()
    assert thread.daemon
    slow.may_end.set()
    thread.join(20)
    assert slow.asked_for == ["sheet"]
