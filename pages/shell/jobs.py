"""Long work in the background: it continues while the page is redrawn, reports progress, and can be stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.programmes import Progress

_T = TypeVar("_T")
#: How many may run at once on this server; others wait.
_AT_ONCE = threading.BoundedSemaphore(2)


class Job(Generic[_T]):
    """One piece of long work in a thread of its own.

    Parameters
    ----------
    work
        The work; it gets a function that reports progress, and one that says whether to stop.
    """

    def __init__(self, work: Callable[[Callable[[Progress], None], Callable[[], bool]], _T]) -> None:
        self.progress: Progress | None = None
        self.result: _T | None = None
        self.fault: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[Callable[[Progress], None], Callable[[], bool]], _T]) -> None:
        with _AT_ONCE:
            try:
                self.result = work(self._tell, self._stop.is_set)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the page that asked has to know
                self.fault = fault

    def _tell(self, progress: Progress) -> None:
        self.progress = progress

    def stop(self) -> None:
        """Requests the work to end with its best result so far."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Waits for a time; returns whether it is done."""
        self._thread.join(seconds)
        return self.is_done

    @property
    def is_done(self) -> bool:
        """Whether there is a result, or a fault."""
        return not self._thread.is_alive()
