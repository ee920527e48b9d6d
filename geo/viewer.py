"""The person who is signed in, and the rights of that person."""

from __future__ import annotations

from dataclasses import dataclass

from geo.terms import Audience, Right, Role


class NotAllowedError(Exception):
    """The role does not have the right; nothing was read or written.

    Parameters
    ----------
    right
        The missing right.
    """

    def __init__(self, right: Right) -> None:
        super().__init__(f"this takes the right {right.value}")
        self.right = right


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person at the screen, as far as the library needs to know.

    Parameters
    ----------
    name
        Who acts, for the audit log; never shown to others.
    role
        Role of the person for the city's own data.
    rights
        Rights that the settings give this role (`Settings.viewer`).
    """

    name: str
    role: Role
    rights: frozenset[Right] = frozenset()

    @property
    def audience(self) -> Audience:
        """Audience of the figures: the task force if the viewer may see exact counts, else the public."""
        return Audience.TASKFORCE if Right.SEE_EXACT in self.rights else Audience.PUBLIC

    def may(self, right: Right) -> bool:
        """Whether the viewer has a right.

        Examples
        --------
        >>> PUBLIC.may(Right.SEE_EXACT)
        False
        """
        return right in self.rights

    def require(self, *rights: Right) -> None:
        """Require at least one of the rights.

        Raises
        ------
        NotAllowedError
            When the viewer has none of them.
        """
        if not self.rights.intersection(rights):
            raise NotAllowedError(rights[0])


PUBLIC = Viewer("", Role.PUBLIC)
