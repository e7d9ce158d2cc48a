"""The secret that seeds the inputs of cases: where a course keeps it, and what may be known of it."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from grader.errors import BadInputError
from grader.i18n import _

VARIABLE = "D2D_SECRET"
FILE = Path(".d2d", "secret")  # of a course that names no file; made when it is first needed
_LEAST = 16  # characters: what is shorter could be found out from its commitment by trying
_MOST = 4096


def secret_of(course: Path, named: Path | None, configured: Path | None) -> tuple[bytes, Path | None]:
    """The secret of a grading run, and the file that was made for it if there was none.

    It is in the file that was named, else in `D2D_SECRET`, else in the course's file.
    """
    if named is not None:
        return _read(named), None
    # Taken out: whatever this process starts has no need of it.
    if (text := os.environ.pop(VARIABLE, "")) != "":
        return _checked(text.encode("utf-8", "surrogateescape"), VARIABLE), None
    if configured is not None:
        return _read(configured), None
    file = course / FILE
    made = _make(file)
    return _read(file), file if made else None


def commitment(secret: bytes) -> str:
    """What a report says of the secret: the same for the same, and slow, so that nobody finds it by trying."""
    return hashlib.scrypt(secret, salt=b"d2d.seed", n=1 << 14, r=8, p=1, dklen=32).hex()


def _make(file: Path) -> bool:
    """Make the course's secret, once; whether it was not there."""
    if file.exists():
        return False
    try:
        file.parent.mkdir(exist_ok=True)
        (file.parent / ".gitignore").write_text("*\n", "utf-8")
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_hex(32) + "\n")
    except FileExistsError:  # by another run, this moment
        return False
    except OSError as error:
        what = _("There is no secret to draw hidden inputs from, and none can be kept here: {reason}.")
        hint = _("Give one: --secret-file FILE, or {variable}.").format(variable=VARIABLE)
        raise BadInputError(what.format(reason=error.strerror), where=file, hint=hint) from error
    return True


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return _checked(opened.read(_MOST), file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadInputError(_("The file can't be read: {reason}.").format(reason=reason), where=file) from error


def _checked(data: bytes, where: str | Path) -> bytes:
    """Without the line end that an editor adds: the same secret in a file and in the environment is the same."""
    secret = data.strip()
    if len(secret) < _LEAST:
        what = _("A secret has {count} characters at least.").format(count=_LEAST)
        raise BadInputError(what, where=where, hint=_("For instance: openssl rand -hex 32"))
    return secret
