"""An import that is killed: the store holds the batch whole or not at all, and the next one goes on from there."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from people import STEWARD

from geo.access.audit import verify
from geo.settings import ROOT
from geo.store import canonical, records
from geo.store.backup import backup
from geo.store.batches import batches
from geo.store.engine import Store
from geo.terms import Right

pytestmark = pytest.mark.alone
ROWS = 6_000
#: Reads the file first, says that it is ready, and only then writes: the kill is to come while it writes.
PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from geo.places.boundaries import read_areas
from geo.imports.run import accept, prepared_for, read_file
from geo.settings import read_settings
from geo.store.engine import Store
from geo.terms import Kind, Role
options = read_settings()
sheet, mapping = read_file(Path(sys.argv[1]), options, kind=Kind.CASES)
rows = prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 1, 1))
print("ready", flush=True)
sys.stdin.readline()
accept(Store(Path(sys.argv[2])), options.viewer("Ana", Role.STEWARD), rows)
print("done", flush=True)
"""


RESTORE = """
import sys
from pathlib import Path
from geo.store.backup import restore
from geo.settings import RetentionSettings, read_settings
from geo.store.engine import Store
from geo.terms import Role
viewer = read_settings().viewer("Ana", Role.STEWARD)
print("ready", flush=True)
sys.stdin.readline()
restore(Store(Path(sys.argv[2])), viewer, source=Path(sys.argv[1]), keep=RetentionSettings(100, 100, 90))
print("done", flush=True)
"""


def started(file: Path, store: Path, program: str = PROGRAM) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(file), str(store)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n", child.stderr.read() if child.stderr else ""
    return child


def write(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def held(store: Path) -> tuple[int, list[int]]:
    """Cases in the store, and the rows that each batch says it has."""
    if not store.exists():
        return 0, []
    opened = Store(store)
    with opened.reading(STEWARD, Right.BRING) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
        count = len(canonical.case_rows(connection))
    listed = batches(opened, STEWARD)
    assert listed["kept"].tolist() == listed["accepted"].tolist()
    opened.close()
    return count, listed["kept"].tolist()


def file_of(folder: Path, number: int) -> Path:
    path = folder / f"lembar{number}.csv"
    days = (f"2018-{1 + n % 12:02}-{1 + n % 28:02},53.71.04.1001,K{number}-{n}\n" for n in range(ROWS))
    path.write_text("reported_on,document_kode,report\n" + "".join(days), "utf-8")
    return path


def kill_many(folder: Path, times: int, seed: int) -> None:
    """Kills at random moments, at every stage of a write that takes as long as it takes on this machine."""
    rng, store = random.Random(seed), folder / "kota.sqlite"
    first = started(file_of(folder, 0), store)
    begun = time.perf_counter()
    write(first)
    first.wait(timeout=120)
    needed = time.perf_counter() - begun
    whole, killed, number = 1, 0, 0
    # The first import can take longer than all others: until a kill came in time, the moments move forward.
    while number < times or (not killed and number < 3 * times):
        number += 1
        child = started(file_of(folder, number), store)
        write(child)
        time.sleep(rng.uniform(0, needed * 1.1))
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=60)
        assert child.stdout is not None
        said_done = "done" in child.stdout.read()
        count, kept = held(store)
        assert count == ROWS * len(kept)
        assert len(kept) in {whole, whole + 1}
        if said_done:
            needed *= 0.8
            assert len(kept) == whole + 1, "what was told to be done is there"
        killed += len(kept) == whole
        whole = len(kept)
        # The same file again: the batch if it was cut off, nothing if it was whole.
        if number % 5 == 0:
            again = started(file_of(folder, number), store)
            write(again)
            assert again.wait(timeout=120) == 0
            whole = len(held(store)[1])
            again_count = held(store)[0]
            third = started(file_of(folder, number), store)
            write(third)
            assert third.wait(timeout=120) == 0
            assert held(store)[0] == again_count
        file_of(folder, number).unlink()
    assert killed, "no kill came in time to cut anything off"
    # Nothing half-written lies about.
    names = {path.name.removesuffix("-wal").removesuffix("-shm") for path in folder.iterdir()}
    assert names <= {"kota.sqlite", "kota-sementara.sqlite", "kota-sementara.sqlite-journal", "lembar0.csv"}


def test_kill_an_import_at_random_moments(tmp_path: Path) -> None:
    kill_many(tmp_path, 5, seed=5)


@pytest.mark.slow
def test_kill_an_import_at_many_random_moments(tmp_path: Path) -> None:
    kill_many(tmp_path, 50, seed=50)


def test_kill_a_restore_at_random_moments(tmp_path: Path) -> None:
    """What was there before with its audit, or what was in the copy with the same audit and one row more."""
    rng, path, copy = random.Random(7), tmp_path / "kota.sqlite", tmp_path / "salinan.sqlite"
    first = started(file_of(tmp_path, 0), path)
    write(first)
    first.wait(timeout=120)
    backup(Store(path), STEWARD, target=copy)

    def seen() -> tuple[int, list[str]]:
        assert verify(Store(path), STEWARD).whole
        with Store(path).reading(STEWARD, Right.AUDIT) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            acts = [act for (act,) in connection.exec_driver_sql("SELECT act FROM audit ORDER BY id")]
            return len(canonical.case_rows(connection)), acts

    needed, cut_off = 1.0, 0
    for number in range(6):
        records.enter_record(Store(path), STEWARD, {"sex": "female"}, document_kode="")
        before, acts = seen()
        Store(path).close()
        child = started(copy, path, RESTORE)
        begun = time.perf_counter()
        write(child)
        if number:
            time.sleep(rng.uniform(0, needed))
            child.send_signal(signal.SIGKILL)
        child.wait(timeout=120)
        needed = needed if number else time.perf_counter() - begun
        count, now = seen()
        assert now[: len(acts)] == acts
        assert (count, now[len(acts) :]) in [(before, []), (ROWS, ["backup", "restore"])]
        cut_off += count == before
    assert cut_off, "no kill came in time to cut anything off"
    Store(path).close()


def test_two_imports_at_once_from_two_processes(tmp_path: Path) -> None:
    store = tmp_path / "kota.sqlite"
    children = [started(file_of(tmp_path, number), store) for number in range(2)]
    for child in children:
        write(child)
    assert [child.wait(timeout=120) for child in children] == [0, 0]
    assert held(store) == (2 * ROWS, [ROWS, ROWS])


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on file sizes stands for a full disk: the same fault comes up from the same place."""
    resource = pytest.importorskip("resource", reason="limits of a process are a matter of Unix")
    store = tmp_path / "kota.sqlite"
    small = tmp_path / "kecil.csv"
    small.write_text("reported_on,document_kode\n2018-01-01,53.71.04.1001\n", "utf-8")
    run = [sys.executable, "-m", "geo", "import", "--kind", "cases", "--db", str(store)]
    assert subprocess.run([*run, str(small)], cwd=ROOT, check=False).returncode == 0
    size = store.stat().st_size
    for path in tmp_path.glob("kota.sqlite-*"):
        size = max(size, path.stat().st_size)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, size + 50_000))

    done = subprocess.run(
        [*run, str(file_of(tmp_path, 1)), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "penuh" in done.stdout
    assert held(store) == (1, [1])
    with contextlib.suppress(FileNotFoundError):
        (tmp_path / "kota-sementara.sqlite-journal").unlink()
    assert subprocess.run([*run, str(file_of(tmp_path, 1))], cwd=ROOT, check=False).returncode == 0
    assert held(store)[0] == ROWS + 1
