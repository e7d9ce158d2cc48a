"""A member's name: the one form in which it is stored, compared, and used as the name of a file."""

from __future__ import annotations

import unicodedata

from grader.clean import printable
from grader.i18n import _

LONGEST_NAME = 200  # characters, as the report's schema has it
_LONGEST_FILE_NAME = 240  # bytes of the same name; a file system takes 255, and an ending comes on top


class MemberName(str):
    """A name in composed form (NFC): file names from macOS come with Hangul taken apart into its letters.

    >>> MemberName("\u1100\u1161") == "\uac00"
    True
    """

    __slots__ = ()

    def __new__(cls, text: str) -> MemberName:
        return super().__new__(cls, unicodedata.normalize("NFC", text))

    @property
    def key(self) -> str:
        """Equal for names that some file systems don't tell apart, such as kim and Kim."""
        return self.casefold()

    @property
    def flaw(self) -> str | None:
        """Why no file can have this name: a sentence; None where one can."""
        if len(self) > LONGEST_NAME or len(self.encode("utf-8", "replace")) > _LONGEST_FILE_NAME:
            return _("The name is too long to be a member's.")
        if printable(self) != self or set(self) & set("\n\t") or not self.strip(". "):
            return _("The name has something in it that can't be shown, so it can't be a member's.")
        if self.startswith(".") or set(self) & set("/\\"):
            return _("{name} can't be the name of a file here.").format(name=self)
        return None
