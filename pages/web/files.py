"""Files for one viewer: kept here for a while, and served only to that viewer.

Streamlit serves the file of a download button to anyone with its address (`/media/<hash>`, seen on 1.67).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from geo.errors import DataError
from pages.shell import caches
from pages.web.visitor import viewer_of_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from geo.terms import Right
    from geo.viewer import Viewer

LIFE_S, MOST_OFFERED, MOST_BYTES = 3_600.0, 200, 128 * 2**20


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    mime: str
    content: bytes | Callable[[], bytes]
    right: Right
    owner: str
    key: tuple[str, str, str]
    made_at: float

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else 0


_FILES: OrderedDict[str, _File] = OrderedDict()
_LOCK = threading.Lock()


def _tidy() -> None:
    """Remove expired files, and the oldest ones if there are too many."""
    limit = time.monotonic() - LIFE_S
    while _FILES:
        oldest = next(iter(_FILES.values()))
        is_much = len(_FILES) > MOST_OFFERED or sum(one.size for one in _FILES.values()) > MOST_BYTES
        if oldest.made_at > limit and not is_much:
            return
        _FILES.popitem(last=False)


def offer(
    content: bytes | str | Callable[[], bytes], name: str, mime: str, right: Right, viewer: Viewer, *, of: str = ""
) -> str:
    """Relative address of a file for one viewer.

    Parameters
    ----------
    content
        The file, or a function that makes it on request.
    name, mime
        Name and type of the saved file.
    right
        Right that is required at the time of download.
    viewer
        Recipient; nobody else gets it, whatever the role.
    of
        Inputs of a file that is made later: the same inputs give the same address.

    Raises
    ------
    NotAllowedError
        When the viewer does not have the right now.
    """
    viewer.require(right)
    raw = content.encode() if isinstance(content, str) else content
    digest = of or (hashlib.sha256(raw).hexdigest() if isinstance(raw, bytes) else secrets.token_hex(8))
    key = (viewer.name, name, digest)
    with _LOCK:
        _tidy()
        for token, one in _FILES.items():
            if one.key == key and one.right is right:
                return f"berkas/{token}"
        token = secrets.token_urlsafe(32)
        _FILES[token] = _File(name, mime, raw, right, viewer.name, key, time.monotonic())
        _tidy()
    return f"berkas/{token}"


def _handed(found: _File, viewer: Viewer) -> bytes:
    """Content of a file, after recording who gets it."""
    # Not at the top: a visitor without downloads must not wait for a database.
    from geo.access.exports import note_file
    from geo.store.engine import city_store

    content = found.content if isinstance(found.content, bytes) else found.content()
    note_file(city_store(caches.settings()[0]), viewer, name=found.name)
    return content


async def answer(request: Request) -> Response:
    """The file for its recipient; for everybody else it does not exist."""
    missing = PlainTextResponse("404", 404, {"cache-control": "no-store"})
    with _LOCK:
        _tidy()
        found = _FILES.get(request.path_params["token"])
    if found is None:
        return missing
    try:
        viewer = await run_in_threadpool(viewer_of_request, request)
        if viewer.name != found.owner or not viewer.may(found.right):
            return missing
        content = await run_in_threadpool(_handed, found, viewer)
    except DataError:
        # The viewer is unknown, or the download cannot be recorded.
        return missing
    return Response(
        content,
        200,
        {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "cache-control": "no-store",
            "content-security-policy": "sandbox; default-src 'none'",
        },
        media_type=found.mime,
    )
