"""The address is the view, both ways."""

from __future__ import annotations

from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

from geo.measures.figures import Measure
from geo.period import Period
from geo.terms import StoreName
from geo.words import Language
from pages.shell.address import Nameable, View, read_view, write_view

DEFAULT = View(StoreName.CONTOH, Period(2017, 2017), date(2018, 11, 16))
KNOWN = Nameable((StoreName.CONTOH,), {"53.71.04.1011"}, range(2016, 2020))
VIEWS = st.builds(
    View,
    store=st.just(StoreName.CONTOH),
    period=st.sampled_from([Period(2016, 2016), Period(2016, 2019), Period(2018, 2018)]),
    on=st.dates(date(2010, 1, 1), date(2099, 1, 1)),
    measure=st.sampled_from(Measure),
    kelurahan=st.sampled_from(["", "53.71.04.1011"]),
    language=st.sampled_from(Language),
)


@given(view=VIEWS)
def test_what_is_written_is_read_again(view: View) -> None:
    assert read_view(write_view(view), DEFAULT, KNOWN) == (view, [])


def test_no_parameters_leave_the_default() -> None:
    assert read_view({}, DEFAULT, KNOWN) == (DEFAULT, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("periode", "2031"),
        ("periode", "kemarin"),
        ("tanggal", "16-11-2018"),
        ("ukuran", "suara"),
        ("kelurahan", "53.71.99.1011"),
        ("kelurahan", "<script>alert(1)</script>"),
        ("bahasa", "fr"),
        ("data", "kota"),
        ("data", "../kota"),
        ("periode", "2017" * 4000),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name_and_changes_nothing(name: str, value: str) -> None:
    assert read_view({name: value}, DEFAULT, KNOWN) == (DEFAULT, [name])


def test_unknown_parameters_are_left_alone() -> None:
    assert read_view({"utm_source": "x"}, DEFAULT, KNOWN) == (DEFAULT, [])


def test_one_wrong_part_does_not_spoil_the_others() -> None:
    view, refused = read_view({"bahasa": "en", "ukuran": "x"}, DEFAULT, KNOWN)
    assert view.language is Language.EN
    assert refused == ["ukuran"]
