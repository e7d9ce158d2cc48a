"""The files of an archive that may be the submission: read in memory, never unpacked to a disk."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.found import ARCHIVES, MAX_ENTRIES, OTHER_ARCHIVES, Found, is_candidate, kind, too_many

MAX_ARCHIVE = 128 << 20  # bytes of the archive: data sets lie in it beside the notebook
MAX_UNPACKED = 256 << 20  # bytes of a .tar.gz; a .zip is unpacked file by file, the candidates alone
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """What an archive says of one of its entries."""

    name: str
    kind: str  # "file", "folder", "link" or "device"


def candidates_of_archive(data: bytes, where: str) -> tuple[Found, ...]:
    """Every candidate in an archive, told by its first bytes: the ending of its name may be wrong."""
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"ALZ\x01", b"EGGA", b"BZh", b"\xfd7zXZ")):
        raise BadInputError(_("This kind of archive can't be read."), where=where, hint=_another_way())
    if data.startswith(b"PK"):
        from grader.intake.zip import candidates_of_zip

        return candidates_of_zip(data, where)
    from grader.intake.tar import candidates_of_tar

    if data.startswith(b"\x1f\x8b"):
        data = unpacked(data, where)
    return candidates_of_tar(data, where)


def unpacked(data: bytes, where: str) -> bytes:
    """What gzip packed, as far as it goes: bounded by what comes out, whatever the file says of itself."""
    result = bytearray()
    try:
        while data:
            stream = zlib.decompressobj(wbits=31)
            while data and not stream.eof:
                result += stream.decompress(data, _CHUNK)
                data = stream.unconsumed_tail
                if len(result) > MAX_UNPACKED:
                    raise bomb(where)
            if not stream.eof:
                raise damaged(where)
            data = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise damaged(where) from error
    return bytes(result)


def accepted(entries: Iterable[Entry], where: str) -> list[bool]:
    """Which entries are candidates; an archive that no honest program wrote is refused as a whole."""
    chosen, nested = [], False
    for count, entry in enumerate(entries, 1):
        if count > MAX_ENTRIES:
            raise too_many(where)
        parts = entry.name.split("/")
        if ".." in parts or entry.name.startswith("/") or entry.name[1:2] == ":":
            raise _refused(_("It has a file in it that would lie outside of its folder: {name}."), entry, where)
        if entry.kind == "device":
            raise _refused(_("It has something in it that is no file: {name}."), entry, where)
        candidate = entry.kind != "folder" and is_candidate("/".join(part for part in parts if part not in ("", ".")))
        if candidate and entry.kind == "link":
            raise _refused(_("It has a link in it where a file is needed: {name}."), entry, where)
        nested = nested or kind(entry.name) in (*ARCHIVES, *OTHER_ARCHIVES)
        chosen.append(candidate)
    if nested and not any(chosen):
        what = _("There is only another archive in it.")
        raise BadInputError(what, where=where, hint=_("Unpack it, and hand in the notebook itself."))
    return chosen


def damaged(where: str) -> BadInputError:
    """The refusal of an archive that ends too early, or contradicts itself."""
    return BadInputError(_("The archive is damaged."), where=where, hint=_another_way())


def bomb(where: str) -> BadInputError:
    """The refusal of an archive that unpacks to more than anybody hands in."""
    return BadInputError(
        _("The archive unpacks to far more than a submission has."),
        where=where,
        hint=_("Hand in the notebook alone."),
    )


def _refused(text: str, entry: Entry, where: str) -> BadInputError:
    return BadInputError(text.format(name=entry.name[:100]), where=where, hint=_another_way())


def _another_way() -> str:
    return _("Hand in the notebook itself, or a new .zip of it.")
