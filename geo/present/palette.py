"""Colours: one sequential scale that works for colour-blind readers and grey print, no alarm colours."""

from __future__ import annotations

from geo.terms import Health, Stage, State

#: Light to dark blue (after ColorBrewer `Blues`, Harrower and Brewer 2003), by number of classes.
SEQUENCE: dict[int, tuple[str, ...]] = {
    1: ("#6baed6",),
    2: ("#c6dbef", "#4292c6"),
    3: ("#d3e3f3", "#7fb6dc", "#2a7ab9"),
    4: ("#dbe9f6", "#9fcae6", "#4f9bcb", "#13569f"),
    5: ("#e1edf8", "#b5d4ec", "#73b2d9", "#3282be", "#0b4488"),
}
#: Fill of the states without a number. The map's script draws the two patterns.
BLANK: dict[State, str] = {
    State.ZERO: "#ffffff",
    State.NO_REPORT: "url(#pj-hatch)",
    State.HIDDEN: "url(#pj-dots)",
    State.OUT_OF_SCOPE: "#bfc5c9",
}
#: Fill of the verdicts, a darker line for thin marks, and the line of the city. No alarm colours.
VERDICTS: dict[str, str] = {
    "sure": "#0b4488",
    "likely": "#5fa3d3",
    "in_cluster": "#c3dcef",
    "no_difference": "#f7f9fa",
    "too_few": "#dde1e4",
    "sure.line": "#0b4488",
    "likely.line": "#3282be",
    "in_cluster.line": "#73b2d9",
    "no_difference.line": "#7d8a91",
    "too_few.line": "#b9c0c4",
    "city": "#5c6b73",
}
#: Fill by health of a Community Watch, in legend order: blue is active, sand needs a visit.
HEALTH: dict[Health, str] = {
    Health.NONE: "#ffffff",
    Health.FORMING: "#e4eff8",
    Health.TRAINED: "#b5d4ec",
    Health.ACTIVE: "#4f9bcb",
    Health.QUIET: "#f0d9a0",
    Health.DORMANT: "#b9a27c",
    Health.ENDED: "#d5dadd",
}
#: Orange contrasts with blue for all common kinds of colour blindness; stages also differ by dash and fill.
CW = "#c2570c"


def outline(stage: Stage | None) -> dict[str, str] | None:
    """Outline and symbol of a stage; None if there is nothing to mark.

    Active: full line, filled ring. In preparation: dashed line, empty ring. Dormant: dotted line, grey ring.
    """
    if stage in {Stage.ACTIVE, Stage.REACTIVATED}:
        return {"color": CW, "dash": "", "ring": "#ffffff", "fill": CW}
    if stage is Stage.DORMANT:
        return {"color": CW, "dash": "1 5", "ring": CW, "fill": "#b9c0c4"}
    if stage in {Stage.PROPOSED, Stage.SOCIALISED, Stage.DECREE, Stage.RECRUITED, Stage.TRAINED}:
        return {"color": CW, "dash": "7 5", "ring": CW, "fill": "#ffffff"}
    return None
