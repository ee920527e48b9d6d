"""Our own pages as plain HTML: no script, nothing external, readable on a phone."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from geo.settings import ROOT
from geo.words import Language, Words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "paper.css").read_text("utf-8")
_LOGO = base64.b64encode((ROOT / "data" / "logo.svg").read_bytes()).decode("ascii")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def words_of(request: Request, asked: str = "") -> Words:
    """Texts in the requested language; Indonesian by default."""
    try:
        return Words(Language(asked or request.query_params.get("bahasa", "")))
    except ValueError:
        return Words(Language.ID)


def link(address: str, **parameters: str) -> str:
    """Relative address with its parameters, as text.

    Examples
    --------
    >>> link("masuk", bahasa="en", lanjut="")
    'masuk?bahasa=en'
    """
    given = {name: value for name, value in parameters.items() if value}
    return f"{address}?{urlencode(given)}" if given else address


#: All values of a page are escaped; templates mark only our own style and text as safe.
TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.globals.update(link=link, style=_STYLE, logo=_LOGO)


def page(words: Words, template: str, *, here: str, lanjut: str, status: int = 200, **values: str | bool) -> Response:
    """A complete page.

    Parameters
    ----------
    words
        The language.
    template
        Its file in `templates/`.
    here
        Its relative address, for the link to the other language.
    lanjut
        View to return to after sign-in.
    status
        HTTP status of the response.
    values
        Values for the template, as text.
    """
    other = Words(Language.EN if words.language is Language.ID else Language.ID)
    html = TEMPLATES.get_template(template).render(words=words, other=other, here=here, lanjut=lanjut, **values)
    return HTMLResponse(
        html, status, {"content-security-policy": _POLICY, "cache-control": "no-store", "vary": "Cookie"}
    )
