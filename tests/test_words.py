"""Every text there is in every language, and every text the code asks for is there."""

from __future__ import annotations

import re
import string
from datetime import date
from typing import TYPE_CHECKING

import pytest

from geo.errors import Problem
from geo.measures.figures import Measure
from geo.planning.stability import Standing
from geo.schemas import Table
from geo.terms import (
    Act,
    AsideWhy,
    Claim,
    CountedAs,
    Course,
    Denominator,
    EarlyWhy,
    OverrideReason,
    Precision,
    ReportedBy,
    Stage,
    State,
    StoreName,
    Unplaced,
)
from geo.words import Language, Words, catalogue

if TYPE_CHECKING:
    from pathlib import Path

_ASKED = re.compile(r"""words\(\s*f?"([a-z_.]+(?:\{[^}]*\}[a-z_.]*)*)\"""")
_FAMILIES = {
    "measure.": Measure,
    "state.": State,
    "stage.": Stage,
    "counted_as.": CountedAs,
    "statement.": Claim,
    "unplaced.": Unplaced,
    "fault.what.": Problem,
    "fault.remedy.": Problem,
    "store.": StoreName,
    "language.": Language,
    "empty.": Table,
    "denominator.": Denominator,
    "event.": Stage,
    "claim.": Claim,
    "act.": Act,
    "precision.": Precision,
    "body.": CountedAs,
    "claim.kind.": Claim,
    "series.body.": CountedAs,
    "series.count.": Claim,
    "number.counted.": CountedAs,
    "course.": Course,
    "reported_by.": ReportedBy,
    "early_why.": EarlyWhy,
    "aside_why.": AsideWhy,
    "override.": OverrideReason,
    "method.measure.": Measure,
    "method.state.": State,
    "method.stage.": Stage,
    "method.denominator.": Denominator,
    "standing.": Standing,
}
_NEVER_TOLD = {State.SHOWN, Problem.NO_SUCH_KELURAHAN, Problem.BAD_KODE}


def keys(language: Language) -> set[str]:
    return {
        str(message.id[0] if isinstance(message.id, tuple) else message.id)
        for message in catalogue(language)
        if message.id
    }


def places(text: object) -> set[str]:
    forms = text if isinstance(text, tuple) else (text,)
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(str(form)) if name}


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    assert keys(Language.ID) == keys(Language.EN)
    for key in keys(Language.ID):
        one, two = (catalogue(language).get(key) for language in Language)
        assert one is not None
        assert two is not None
        assert places(one.string) == places(two.string), key
        assert all(catalogue(language).get(key).string for language in Language), key


def test_the_code_asks_for_no_text_that_there_is_not(root: Path) -> None:
    asked = set()
    for path in [
        *root.glob("geo/**/*.py"),
        *root.glob("pages/**/*.py"),
        *root.glob("pages/**/*.html"),
        root / "dashboard.py",
    ]:
        asked |= set(_ASKED.findall(path.read_text("utf-8")))
    assert len(asked) > 40
    plain = {key for key in asked if "{" not in key}
    assert plain <= keys(Language.ID)
    for family in {key.split("{")[0] for key in asked if "{" in key}:
        assert any(key.startswith(family) for key in keys(Language.ID)), family


@pytest.mark.parametrize(("prefix", "words"), _FAMILIES.items())
def test_every_word_of_a_list_has_its_text(prefix: str, words: type) -> None:
    missing = {word for word in words if prefix + word.value not in keys(Language.ID)}
    assert missing - _NEVER_TOLD == set()


def test_one_and_many() -> None:
    english, indonesian = Words(Language.EN), Words(Language.ID)
    assert [english("measure.victims.n", n=n) for n in (1, 2, 1200)] == ["1 victim", "2 victims", "1,200 victims"]
    assert indonesian("measure.victims.n", n=1200) == "1.200 korban"


def test_dates_are_no_more_exact_than_known() -> None:
    words = Words(Language.ID)
    day = date(2018, 11, 16)
    assert [words.day(day, one) for one in Precision] == ["16 November 2018", "November 2018", "2018"]


def test_a_text_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="no text"):
        Words(Language.ID)("none.such")


def test_wording_names_no_bad_place() -> None:
    for language in Language:
        for message in catalogue(language):
            text = str(message.string).lower()
            assert not re.search(r"zona merah|red zone|rawan kejahatan|daerah hitam|worst|terburuk", text)
