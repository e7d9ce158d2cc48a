"""What the staff alone has: the secret that seeds the inputs of cases, and the key that signs reports."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.course import Term
from grader.errors import BadInputError, FileError, UsageError
from grader.files import read_named, write_new, write_whole
from grader.i18n import _

if TYPE_CHECKING:
    from grader.report.signature import SigningKey

VARIABLE = "D2D_SECRET"
KEY_VARIABLE = "D2D_KEY"
SECRET_FILE = Path(".d2d", "secret")  # of a course that names no file; made when it is first needed
_LEAST = 16  # characters: what is shorter could be found out from its commitment by trying
_MOST = 4096


def secret_of(course: Path, named: Path | None, configured: Path | None) -> tuple[bytes, Path | None]:
    """The secret of a grading run, and the file that was made for it if there was none.

    It is in the file that was named, else in `D2D_SECRET`, else in the course's file. The variable stays as it is:
    workers are started with an empty environment, and git and gh with one of the few variables that they need.
    """
    if named is not None:
        return _read(named), None
    if text := os.environ.get(VARIABLE):
        return _checked(text.encode("utf-8", "surrogateescape"), VARIABLE), None
    if configured is not None:
        return _read(configured), None
    file = course / SECRET_FILE
    made = _make(file)
    return _read(file), file if made else None


def commitment(secret: bytes) -> str:
    """What a report says of the secret: the same for the same, and slow, so that nobody finds it by trying."""
    return hashlib.scrypt(secret, salt=b"d2d.seed", n=1 << 14, r=8, p=1, dklen=32).hex()


@dataclass(frozen=True)
class Seal:
    """Marks what a run writes for a later one: only who knows the course's secret can."""

    key: bytes

    @classmethod
    def of(cls, secret: bytes) -> Seal:
        """The seal of a secret, which is not to be found from its marks by trying."""
        return cls(hashlib.scrypt(secret, salt=b"d2d.ledger", n=1 << 14, r=8, p=1, dklen=32))

    def mark(self, text: str) -> str:
        """The mark on a text."""
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    def has_marked(self, text: str, mark: str) -> bool:
        """Whether this is the mark on that text."""
        return hmac.compare_digest(self.mark(text).encode(), mark.encode("utf-8", "replace"))


def signing_key(named: Path | None, term: Term) -> SigningKey | None:
    """The private key that is named, that `D2D_KEY` names, or that lies beside the course's public key."""
    from_environment = os.environ.get(KEY_VARIABLE)
    file = named or (Path(from_environment).absolute() if from_environment else term.private_key)
    if file is None:
        return None
    from grader.report.signature import read_public_key, read_signing_key

    key = read_signing_key(file)
    if term.public_key is not None and read_public_key(term.public_key).id != key.public.id:
        text = _("This is not the private half of the course's key, {file}.").format(file=term.public_key)
        raise UsageError(text, where=file)
    return key


def _make(file: Path) -> bool:
    """Make the course's secret, once; whether it was not there."""
    if file.exists():
        return False
    try:
        write_whole(file.parent / ".gitignore", "*\n")
        write_new(file, f"{secrets.token_hex(32)}\n".encode(), 0o600)
    except FileError as error:
        if file.exists():  # another run made it this moment
            return False
        what = _("There is no secret to draw hidden inputs from, and none can be kept here.")
        hint = _("Give one: --secret-file FILE, or {variable}.").format(variable=VARIABLE)
        raise FileError(f"{what} {error.what}", where=file, hint=hint) from error
    return True


def _read(file: Path) -> bytes:
    return _checked(read_named(file, limit=_MOST), file)


def _checked(data: bytes, where: str | Path) -> bytes:
    """Without the line end that an editor adds: the same secret in a file and in the environment is the same."""
    secret = data.strip()
    if len(secret) < _LEAST:
        what = _("A secret has {count} characters at least.").format(count=_LEAST)
        raise BadInputError(what, where=where, hint=_("For instance: openssl rand -hex 32"))
    return secret
