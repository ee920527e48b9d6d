"""Rules of a plan as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.planning.limits import Rule
    from geo.words import Words


def rule_text(rule: Rule, names: Mapping[str, str], words: Words) -> str:
    """One rule, as part of a sentence without a full stop.

    Parameters
    ----------
    names
        Name by `kode`; a kelurahan without a name is shown by its code.
    """
    return words(
        f"plan.rule.{rule.kind}",
        name=names.get(rule.kode, rule.kode),
        other=names.get(rule.other, rule.other),
        wave=rule.wave,
        number=words.number(rule.number),
    )
