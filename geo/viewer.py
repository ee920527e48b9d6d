"""Who is looking, and what that person may do."""

from __future__ import annotations

from dataclasses import dataclass

from geo.terms import Audience, Right, Role


class NotAllowedError(Exception):
    """Somebody asked for what the role does not allow; nothing was read or written.

    Parameters
    ----------
    right
        What it would have taken.
    """

    def __init__(self, right: Right) -> None:
        super().__init__(f"this takes the right {right.value}")
        self.right = right


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at the screen, as far as the library needs to know one.

    Parameters
    ----------
    name
        Who acts, for the record of changes; never shown to others.
    role
        What the person is to the city's own data.
    rights
        What the settings allow that role (`Settings.viewer`).
    """

    name: str
    role: Role
    rights: frozenset[Right] = frozenset()

    @property
    def audience(self) -> Audience:
        """For whom figures are released: the task force where exact counts may be seen, else the public."""
        return Audience.TASKFORCE if Right.SEE_EXACT in self.rights else Audience.PUBLIC

    def may(self, right: Right) -> bool:
        """Whether something is allowed.

        Examples
        --------
        >>> PUBLIC.may(Right.SEE_EXACT)
        False
        """
        return right in self.rights

    def require(self, *rights: Right) -> None:
        """Goes on only where one of the rights is there.

        Raises
        ------
        NotAllowedError
            Where none is.
        """
        if not self.rights.intersection(rights):
            raise NotAllowedError(rights[0])


PUBLIC = Viewer("", Role.PUBLIC)
