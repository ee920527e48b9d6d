"""What is kept of a text in the column of a place: real spellings of places, and no person, address or note."""

from __future__ import annotations

import csv
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.places.spelling import ASK

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas

#: Made up of common given names and family names of the province; none is also a name of a place.
GIVEN = (
    "Maria Yohanes Yosef Petrus Paulus Agustinus Ana Yuliana Marselina Fransiskus Antonius Elisabeth Margaretha "
    "Yakobus Melkianus Dominikus Emanuel Aloysius Theresia Ferdinandus Siprianus Nurhayati Siti Muhammad Dewi Yanti"
)
FAMILY = (
    "Bano Lay Tefa Nalle Tlonaen Nenobais Tanof Leo Nubatonis Manafe Ndolu Pelt Foenay Adoe Lado Djami Bria Seran "
    "Klau Nahak Nesi Messakh Banunaek Oematan Sonbai"
)
OTHERS = (
    "anak pertama keluarga miskin",
    "rumahnya di belakang gereja",
    "kos milik ibu haji",
    "tinggal di rumah tante",
    "belum ada kabar dari orang tua",
    "dijanjikan gaji besar",
    "hamil 3 bulan",
    "sudah pulang ke kampung",
    "majikan di Medan",
    "Jl. Timor Raya",
    "Jalan El Tari dekat kantor",
    "Gg Mawar",
    "Perum BTN Kolhua",
    "RT 03 RW 05",
    "depan toko Subur",
    "dekat pasar Oeba",
    "081234567890",
    "0812 3456 7890",
    "5371046501990002",
    "5371 0465 0199 0002",
    "Ibu Maria",
    "Bpk Yohanes",
    "Sdr. Petrus",
    "a.n. Maria Bano",
    "tetangga Pak RT",
    "kel. Maria Bano",
    "Kec. Maria Bano",
    "Kota Maria",
    "Oesapa, rumah Maria Bano",
    "Maria Bano (Oesapa)",
    "Oebobo - Yohanes Lay",
    "Maria, Kec. Oebobo",
)


@pytest.fixture(scope="module")
def resolver(kupang: Areas) -> Resolver:
    return Resolver(kupang, read_gazetteer(kupang))


def variants(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "tests" / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_spelling_that_was_seen_is_kept(resolver: Resolver, root: Path) -> None:
    seen = [row["variant"] for row in variants(root, "name_variants.csv")]
    assert len(seen) > 280
    assert [one for one in seen if not resolver.kept.place(one)] == []
    pairs = variants(root, "wrong_kecamatan.csv")
    assert [one for one in pairs if not resolver.kept.place(one["kelurahan_tertulis"])] == []
    assert [one for one in pairs if not resolver.kept.kecamatan(one["kecamatan_tertulis"])] == []


def test_no_name_address_or_note_is_kept(resolver: Resolver) -> None:
    given = GIVEN.split()
    persons = [f"{one} {family}" for one, family in product(given, FAMILY.split())] + given
    assert len(persons) + len(OTHERS) > 650
    for text in [*persons, *(one.upper() for one in persons), *OTHERS]:
        assert resolver.kept.place(text) == "", text
        assert resolver.kept.kecamatan(text) == "", text


@pytest.mark.parametrize(
    "text",
    [
        "Oesapa Brat",
        "Naikoten",
        "Penfui Timur",
        "Merdeka, Kupang Timur",
        "Oesapa, Kec. Kelapa Lima",
        "Naikoten Satu (Kota Raja)",
        "Kelapa Dua",
        "Kab. Kupang",
        "Malaysia",
    ],
)
def test_places_that_a_person_must_choose_are_kept(text: str, resolver: Resolver) -> None:
    assert resolver.kept.place(text) == text


def test_a_text_that_is_asked_about_is_as_close_as_the_resolver_asks(resolver: Resolver) -> None:
    # Whatever the resolver asks a person about as one whole name is kept.
    texts = pd.Series(["Oesapa Brat", "Fatululy", "Naikoten Tiga", "Sikumanna", "Kuanno", "Maria Bano"])
    found = resolver.resolve(names=texts)
    kept = texts.map(resolver.kept.place).ne("")
    assert (kept == found["score"].ge(ASK)).all()


def test_a_name_that_is_also_a_place_may_stay(resolver: Resolver) -> None:
    # No list can tell them apart: the family name Benu is a village of the province.
    assert resolver.kept.place("Benu") == "Benu"
    assert resolver.kept.place("Maria Benu") == ""
