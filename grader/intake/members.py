"""What every archive is held to, whatever its format: which entries are candidates, and why it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.candidate import ARCHIVES, MAX_ENTRIES, OTHER_ARCHIVES, is_candidate, kind, too_many


@dataclass(frozen=True)
class ArchiveMember:
    """What an archive says of one of its entries."""

    name: str
    kind: str  # "file", "folder", "link" or "device"


def accepted(members: Iterable[ArchiveMember], where: str) -> list[bool]:
    """Which entries are candidates; an archive that no honest program wrote is refused as a whole."""
    chosen, nested = [], False
    for count, member in enumerate(members, 1):
        if count > MAX_ENTRIES:
            raise too_many(where)
        parts = member.name.split("/")
        if ".." in parts or member.name.startswith("/") or member.name[1:2] == ":":
            raise _refused(_("It has a file in it that would lie outside of its folder: {name}."), member, where)
        if member.kind == "device":
            raise _refused(_("It has something in it that is no file: {name}."), member, where)
        candidate = member.kind != "folder" and is_candidate("/".join(part for part in parts if part not in ("", ".")))
        if candidate and member.kind == "link":
            raise _refused(_("It has a link in it where a file is needed: {name}."), member, where)
        nested = nested or kind(member.name) in (*ARCHIVES, *OTHER_ARCHIVES)
        chosen.append(candidate)
    if nested and not any(chosen):
        what = _("There is only another archive in it.")
        raise BadInputError(what, where=where, hint=_("Unpack it, and hand in the notebook itself."))
    return chosen


def damaged(where: str) -> BadInputError:
    """The refusal of an archive that ends too early, or contradicts itself."""
    return BadInputError(_("The archive is damaged."), where=where, hint=another_way())


def bomb(where: str) -> BadInputError:
    """The refusal of an archive that unpacks to more than anybody hands in."""
    return BadInputError(
        _("The archive unpacks to far more than a submission has."),
        where=where,
        hint=_("Hand in the notebook alone."),
    )


def _refused(text: str, member: ArchiveMember, where: str) -> BadInputError:
    return BadInputError(text.format(name=member.name[:100]), where=where, hint=another_way())


def another_way() -> str:
    """What to do instead of handing in this archive."""
    return _("Hand in the notebook itself, or a new .zip of it.")
