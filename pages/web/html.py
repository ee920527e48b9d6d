"""Pages of our own as plain HTML: no script, nothing from outside, readable on a phone."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from geo.settings import ROOT
from geo.words import Language, Words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_STYLE = (ROOT / "pages" / "web" / "paper.css").read_text("utf-8")
_LOGO = base64.b64encode((ROOT / "data" / "logo.svg").read_bytes()).decode("ascii")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def words_of(request: Request, asked: str = "") -> Words:
    """Words in the language that is asked for; Indonesian where none is."""
    try:
        return Words(Language(asked or request.query_params.get("bahasa", "")))
    except ValueError:
        return Words(Language.ID)


def link(address: str, **parameters: str) -> str:
    """Relative address with its parameters, fit for an attribute."""
    given = {name: value for name, value in parameters.items() if value}
    return escape(f"{address}?{urlencode(given)}" if given else address)


def hidden(**values: str) -> str:
    """Fields of a form that nobody fills in."""
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())


def told(text: str, kind: str = "fault") -> str:
    """Box with a sentence that is read aloud at once."""
    return f'<p class="told {kind}" role="alert">{escape(text)}</p>'


def page(words: Words, *, title: str, body: str, here: str, status: int = 200, lanjut: str = "") -> Response:
    """A whole page.

    Parameters
    ----------
    words
        The language.
    title
        Heading, as text.
    body
        HTML below it.
    here
        Its own relative address, for the other language.
    status
        Of the answer.
    lanjut
        View that a sign-in leads back to.
    """
    other = Language.EN if words.language is Language.ID else Language.ID
    html = f"""<!DOCTYPE html>
<html lang="{words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} · Peta Jaga</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<header><img src="data:image/svg+xml;base64,{_LOGO}" alt="Peta Jaga">
<a lang="{other}" hreflang="{other}" href="{link(here, bahasa=other, lanjut=lanjut)}">{
        escape(Words(other)(f"language.{other}"))
    }</a></header>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    return HTMLResponse(
        html, status, {"content-security-policy": _POLICY, "cache-control": "no-store", "vary": "Cookie"}
    )
