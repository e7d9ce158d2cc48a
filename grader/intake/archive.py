"""The files of an archive that may be the submission: read in memory, never unpacked to a disk."""

from __future__ import annotations

import zlib

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.candidate import Candidate
from grader.intake.members import another_way, bomb, damaged

MAX_ARCHIVE = 128 << 20  # bytes of the archive: data sets lie in it beside the notebook
MAX_UNPACKED = 256 << 20  # bytes of a .tar.gz; a .zip is unpacked file by file, the candidates alone
_CHUNK = 1 << 20


def candidates_of_archive(data: bytes, where: str) -> tuple[Candidate, ...]:
    """Every candidate in an archive, told by its first bytes: the ending of its name may be wrong."""
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"ALZ\x01", b"EGGA", b"BZh", b"\xfd7zXZ")):
        raise BadInputError(_("This kind of archive can't be read."), where=where, hint=another_way())
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
