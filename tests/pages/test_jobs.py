"""Long work beside the page: it can be watched, stopped, and never ends without a result or a fault."""

from __future__ import annotations

import threading

from geo.programmes import Progress
from pages.shell.jobs import Job


def test_work_tells_how_far_it_is_and_ends_with_the_best_when_stopped() -> None:
    told = threading.Event()

    def work(tell, stop) -> str:
        tell(Progress(1.0, 2.0, 0.1))
        told.set()
        while not stop():
            told.wait(0.01)
        return "the best so far"

    job = Job(work)
    assert told.wait(10)
    assert not job.is_done
    assert job.progress == Progress(1.0, 2.0, 0.1)
    job.stop()
    assert job.wait(10)
    assert job.result == "the best so far"
    assert job.fault is None


def test_a_fault_of_the_work_comes_to_the_page() -> None:
    def work(tell, stop) -> None:
        message = "innards"
        raise RuntimeError(message)

    job = Job(work)
    assert job.wait(10)
    assert isinstance(job.fault, RuntimeError)
    assert job.result is None


def test_two_run_at_once_and_the_third_waits() -> None:
    go, began = threading.Event(), []

    def work(tell, stop) -> None:
        began.append(1)
        go.wait(10)

    jobs = [Job(work) for _ in range(3)]
    jobs[0].wait(0.2)
    assert len(began) == 2
    go.set()
    assert all(job.wait(10) for job in jobs)
    assert len(began) == 3
