"""Sign-in by password or through the office's provider, and sign-out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from geo.access.sent import drop_files_of
from geo.access.visitor import SESSION_COOKIE
from geo.errors import DataError
from geo.viewer import PUBLIC
from pages.shell import caches
from pages.web import html, login_cookie
from pages.web.views import asked_view, view_of
from pages.web.visitor import network_of, viewer_of_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from geo.words import Words

_STATUS = {"too_many": 429, "busy": 503, "closed": 503, "provider": 502, "form": 400}


def _has_provider() -> bool:
    return bool(caches.settings()[0].access.issuer)


def _form(request: Request, words: Words, *, lanjut: str, fault: str = "", said: str = "") -> Response:
    """The sign-in page, with the previous fault."""
    carried = login_cookie.read_cookie(request)
    answer = html.page(
        words,
        "sign_in.html",
        here="masuk",
        lanjut=lanjut,
        status=_STATUS.get(fault, 403 if fault else 200),
        fault=words(f"door.fault.{fault}") if fault else "",
        said=words(f"door.said.{said}") if said else "",
        has_provider=_has_provider(),
        form=carried["form"],
    )
    login_cookie.write_cookie(request, answer, carried)
    return answer


async def sign_in(request: Request) -> Response:
    """Sign-in form, and its submission."""
    if request.method == "GET":
        return _form(request, html.words_of(request), lanjut=asked_view(request), said=_said(request))
    async with request.form(max_files=0, max_fields=10, max_part_size=4096) as sent:
        given = {name: value for name, value in sent.items() if isinstance(value, str)}
    words, lanjut = html.words_of(request, given.get("bahasa", "")), view_of(given.get("lanjut", ""))
    if not login_cookie.is_from_here(request, login_cookie.read_cookie(request), given.get("form", "")):
        return _form(request, words, lanjut=lanjut, fault="form")
    # Not at the top: a visitor without sign-in needs none of it.
    from geo.access import signing

    prove = partial(
        signing.by_password,
        caches.settings()[0],
        name=given.get("name", ""),
        password=given.get("password", ""),
        address=network_of(request),
    )
    try:
        token = await run_in_threadpool(prove)
    except signing.RefusedError as refused:
        return _form(request, words, lanjut=lanjut, fault=refused.why.value)
    except DataError:
        return _form(request, words, lanjut=lanjut, fault="busy")
    return await _entered(request, token, lanjut)


def _said(request: Request) -> str:
    return "left" if request.query_params.get("keluar") == "ya" else ""


async def _entered(request: Request, token: str, lanjut: str) -> Response:
    """Complete a sign-in: a new token; any earlier session of the browser ends."""
    before = request.cookies.get(SESSION_COOKIE, "")
    await run_in_threadpool(_end, before, everywhere=False)
    answer = RedirectResponse(f"{login_cookie.base_of(request)}{lanjut}", 303, {"cache-control": "no-store"})
    login_cookie.set_cookie(request, answer, SESSION_COOKIE, token)
    login_cookie.drop_cookie(request, answer, login_cookie.LOGIN_COOKIE)
    return answer


def _end(token: str, *, everywhere: bool) -> None:
    if token and caches.settings()[0].store_file.is_file():
        from geo.access import sessions

        sessions.end(caches.settings()[0], token, everywhere=everywhere)


async def to_provider(request: Request) -> Response:
    """Redirect the browser to the office's provider."""
    words, lanjut = html.words_of(request), asked_view(request)
    if not _has_provider():
        return _form(request, words, lanjut=lanjut)
    from geo.access.signing import RefusedError
    from pages.web import provider

    carried = login_cookie.read_cookie(request) | {"lanjut": lanjut, "bahasa": words.language.value}
    try:
        answer = await provider.redirect(request, carried, f"{login_cookie.base_of(request)}/masuk/kembali")
    except RefusedError as refused:
        return _refused(request, words, refused.why.value, lanjut)
    login_cookie.write_cookie(request, answer, carried)
    answer.headers["cache-control"] = "no-store"
    return answer


async def from_provider(request: Request) -> Response:
    """Handle the answer of the provider."""
    carried = login_cookie.read_cookie(request)
    words, lanjut = html.words_of(request, str(carried.get("bahasa", ""))), view_of(str(carried.get("lanjut", "")))
    if not _has_provider():
        return _form(request, words, lanjut=lanjut)
    from geo.access import signing
    from pages.web import provider

    try:
        claims = await provider.claims(request, carried)
        token = await run_in_threadpool(signing.by_claims, caches.settings()[0], claims)
    except signing.RefusedError as refused:
        return _refused(request, words, refused.why.value, lanjut)
    except DataError:
        return _refused(request, words, "busy", lanjut)
    return await _entered(request, token, lanjut)


def _refused(request: Request, words: Words, why: str, lanjut: str) -> Response:
    """Page that says that the provider sign-in failed, with the alternatives."""
    answer = html.page(
        words,
        "not_in.html",
        here="../masuk",
        lanjut=lanjut,
        status=_STATUS.get(why, 403),
        fault=words(f"door.fault.{why}"),
    )
    login_cookie.drop_cookie(request, answer, login_cookie.LOGIN_COOKIE)
    return answer


async def sign_out(request: Request) -> Response:
    """Ask whether to sign out in this browser or everywhere, and do it."""
    if request.method == "GET":
        return await _way_out(request, html.words_of(request), asked_view(request))
    async with request.form(max_files=0, max_fields=10, max_part_size=4096) as sent:
        given = {name: value for name, value in sent.items() if isinstance(value, str)}
    words, lanjut = html.words_of(request, given.get("bahasa", "")), view_of(given.get("lanjut", ""))
    if not login_cookie.is_from_here(request, login_cookie.read_cookie(request), given.get("form", "")):
        return await _way_out(request, words, lanjut, fault="form")
    everywhere = given.get("where") == "everywhere"
    try:
        await run_in_threadpool(_end, request.cookies.get(SESSION_COOKIE, ""), everywhere=everywhere)
    except DataError:
        # The session still exists: the browser must not look signed out.
        return await _way_out(request, words, lanjut, fault="busy")
    # At once, though the tabs of this browser have not run again yet.
    drop_files_of(request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse(
        f"{login_cookie.base_of(request)}/masuk?keluar=ya&bahasa={words.language}", 303, {"cache-control": "no-store"}
    )
    login_cookie.drop_cookie(request, answer, SESSION_COOKIE)
    login_cookie.drop_cookie(request, answer, login_cookie.LOGIN_COOKIE)
    return answer


async def _way_out(request: Request, words: Words, lanjut: str, *, fault: str = "") -> Response:
    """The sign-out page."""
    carried = login_cookie.read_cookie(request)
    try:
        viewer = await run_in_threadpool(viewer_of_request, request)
    except DataError:
        viewer, fault = PUBLIC, "busy"
    answer = html.page(
        words,
        "sign_out.html",
        here="keluar",
        lanjut=lanjut,
        status=_STATUS.get(fault, 200),
        fault=words(f"door.fault.{fault}") if fault else "",
        name=viewer.name if SESSION_COOKIE in request.cookies else "",
        form=carried["form"],
    )
    login_cookie.write_cookie(request, answer, carried)
    return answer
