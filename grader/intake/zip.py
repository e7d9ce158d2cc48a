"""The candidates in a .zip."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from itertools import compress

from grader.errors import BadInputError
from grader.files import MAX_BYTES, too_large
from grader.i18n import _
from grader.intake.candidate import MAX_ENTRIES, ArchiveMember, Candidate, accepted, bomb, damaged, too_many
from grader.intake.text import decode_name, shown

# End of central directory: signature, 4 numbers of disks and entries, size and offset of the directory, comment.
_END = struct.Struct("<4s4H2LH")
_END64 = b"PK\x06\x07"
_DIRECTORY_ENTRY = 512  # bytes a generous entry takes; the directory is bounded before it is read
_UTF8, _ENCRYPTED = 0x800, 0x1
_LINK, _FORMAT, _FILE, _FOLDER = 0o120000, 0o170000, 0o100000, 0o040000
# Deflate bounds what a read gives; the others unpack a block at once, which may be gigabytes.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_RATIO, _RATIO_FROM = 200, 4 << 20  # text shrinks to a tenth, outputs full of zeros to a hundredth
# What the library raises for damaged archives; a NotImplementedError is a RuntimeError.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError),
    *(RuntimeError, IndexError, OverflowError, MemoryError),
)


def candidates_of_zip(data: bytes, where: str) -> tuple[Candidate, ...]:
    """Every candidate in a .zip; nothing is unpacked before it is asked for."""
    _check_directory(data, where)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise damaged(where) from error
    named = [(entry, _name(entry)) for entry in archive.infolist()]
    chosen = accepted((ArchiveMember(name, _kind(entry, name)) for entry, name in named), where)
    return tuple(_candidate(archive, entry, name, f"{where}/{name}") for entry, name in compress(named, chosen))


def _check_directory(data: bytes, where: str) -> None:
    """Refuse a list of entries by its size: the library reads all of it into objects before it can be asked."""
    at = len(data) - _END.size
    if at < 0 or data[at : at + 4] != b"PK\x05\x06" or data[-2:] != b"\0\0":
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - (1 << 16) - _END.size))
    if at < 0 or at + _END.size > len(data):
        raise damaged(where)
    size = _END.unpack_from(data, at)[5]
    if size > MAX_ENTRIES * _DIRECTORY_ENTRY or data.startswith(_END64, max(0, at - 20)):
        raise too_many(where)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: without the flag for UTF-8 the library takes it for the code page of old DOS."""
    name = entry.filename
    if not entry.flag_bits & _UTF8 and not name.isascii():
        with suppress(UnicodeEncodeError):
            name = decode_name(name.encode("cp437"), name)
    return shown(name.replace("\\", "/").removeprefix("./"))


def _kind(entry: zipfile.ZipInfo, name: str) -> str:
    mode = entry.external_attr >> 16 & _FORMAT
    if mode == _LINK:
        return "link"
    if mode not in (0, _FILE, _FOLDER):
        return "device"
    return "folder" if name.endswith("/") else "file"


def _candidate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, where: str) -> Candidate:
    def load() -> bytes:
        if entry.flag_bits & _ENCRYPTED:
            what = _("The archive is protected by a password.")
            raise BadInputError(what, where=where, hint=_("Pack it again without a password."))
        if entry.compress_type not in _METHODS:
            raise damaged(where)
        if entry.file_size > MAX_BYTES:
            raise too_large(entry.file_size, where)
        try:
            with archive.open(entry) as stream:
                data = stream.read(MAX_BYTES + 1)
        except _BROKEN as error:
            raise damaged(where) from error
        if len(data) > MAX_BYTES or (len(data) > _RATIO_FROM and len(data) > _RATIO * max(1, entry.compress_size)):
            raise bomb(where)
        return data

    return Candidate(name, where, load)
