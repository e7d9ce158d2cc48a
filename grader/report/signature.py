"""Signatures of reports: Ed25519 over the canonical form of everything but the signature itself.

The staff's machine holds the private key and signs what it graded; anybody with the public key can tell that a
report is theirs and that not a byte of its meaning has changed. A signature reads
`ed25519:<key id>:<base64>`; the key id is the start of the SHA-256 of the public key's 32 bytes, so that
«changed» and «signed by somebody else» can be told apart. Keys are PEM files, as other programs read them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grader.errors import BadInputError, FileError
from grader.files import read_named, write_new
from grader.i18n import _
from grader.report.canonical import canonical
from grader.report.reader import Document
from grader.report.report import Report

PUBLIC_SUFFIX = ".pub"
_PEM = serialization.Encoding.PEM
_LARGEST_KEY_FILE = 1 << 16
_NO_REPORT = b"d2d.mark/1\n"  # before a text that is no report: the canonical form of one begins with a brace


class Check(str, Enum):
    """What a look at a signature tells."""

    VALID = "valid"
    UNSIGNED = "unsigned"
    OTHER_KEY = "other-key"
    CHANGED = "changed"


@dataclass(frozen=True)
class PublicKey:
    """What checks signatures; may be given to anybody."""

    key: Ed25519PublicKey

    @property
    def id(self) -> str:
        """The start of the key's SHA-256."""
        return hashlib.sha256(self.key.public_bytes_raw()).hexdigest()[:16]

    def check(self, document: Document) -> Check:
        """Whether `document` is signed by this key, and unchanged since."""
        signature = document.report.signature
        if signature is None:
            return Check.UNSIGNED
        _algorithm, id_, text = signature.split(":")
        if id_ != self.id:
            return Check.OTHER_KEY
        try:
            self.key.verify(base64.b64decode(text), canonical(document.unsigned))
        except InvalidSignature:
            return Check.CHANGED
        return Check.VALID

    def has_marked(self, text: str, mark: str) -> bool:
        """Whether the key's owner has marked this text."""
        try:
            self.key.verify(base64.b64decode(mark, validate=True), _NO_REPORT + text.encode("utf-8", "surrogatepass"))
        except (InvalidSignature, ValueError):
            return False
        return True

    def demand(self, document: Document, where: str | Path) -> None:
        """Go on only if `check` finds nothing wrong."""
        result = self.check(document)
        if result is not Check.VALID:
            hint = _("Take the file as the staff's machine wrote it, or grade the submission again.")
            raise BadInputError(sentence(result, self), where=where, hint=hint)


@dataclass(frozen=True)
class SigningKey:
    """What makes signatures; belongs to the staff alone."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key.public_key())

    def sign(self, report: Report) -> Report:
        """`report` with a signature over all that it says."""
        value = report.as_json()
        del value["signature"]
        text = base64.b64encode(self.key.sign(canonical(value))).decode("ascii")
        return replace(report, signature=f"ed25519:{self.public.id}:{text}")

    def mark(self, text: str) -> str:
        """A signature over a text of ours that is no report, and can't be taken for one."""
        return base64.b64encode(self.key.sign(_NO_REPORT + text.encode("utf-8", "surrogatepass"))).decode("ascii")

    def has_marked(self, text: str, mark: str) -> bool:
        """Whether this is its signature over that text."""
        return self.public.has_marked(text, mark)


def sentence(check: Check, key: PublicKey) -> str:
    """What `check` means, for a person."""
    return {
        Check.VALID: _("signed by {key}, unchanged"),
        Check.UNSIGNED: _("not signed"),
        Check.OTHER_KEY: _("signed by another key than {key}"),
        Check.CHANGED: _("changed after it was signed by {key}"),
    }[check].format(key=key.id)


def keygen(path: Path, secret: bytes | None = None) -> PublicKey:
    """Make a pair of keys: the private one in `path`, for its owner alone, the public one beside it.

    From a secret always the same pair is made, slowly: the public one must not be a way to find the secret by trying.

    Nothing is ever overwritten: with a private key that is gone, no signature could be made again.
    """
    public = path.with_name(path.name + PUBLIC_SUFFIX)
    for file in (path, public):
        if os.path.lexists(file):
            hint = _("Name another file; a key in use must not be replaced.")
            raise BadInputError(_("There is a file already."), where=file, hint=hint)
    if secret is None:
        key = Ed25519PrivateKey.generate()
    else:
        seed = hashlib.scrypt(secret, salt=b"d2d.signing-key", n=1 << 14, r=8, p=1, dklen=32)
        key = Ed25519PrivateKey.from_private_bytes(seed)
    private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    known = key.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    # The public key first: killed in between, no private key lies about that nobody can check.
    write_new(public, known, 0o644)
    try:
        write_new(path, private, 0o600)
    except FileError:
        public.unlink()
        raise
    return PublicKey(key.public_key())


def read_signing_key(path: Path) -> SigningKey:
    """The private key in a file that only its owner may read."""
    data = _read_key(path)
    try:
        key = serialization.load_pem_private_key(data, None)
    except TypeError as error:
        raise BadInputError(_("The key is locked by a password; d2d takes keys without one."), where=path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInputError(_("This is no private key."), where=path, hint=_made_by()) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInputError(_("The key is not of the kind Ed25519."), where=path, hint=_made_by())
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        hint = _("Close it: chmod 600 {file}").format(file=path)
        raise BadInputError(_("Others on this machine may read the private key."), where=path, hint=hint)
    return SigningKey(key)


def read_public_key(path: Path) -> PublicKey:
    """The public key in a file, which may also be that of the private one."""
    data = _read_key(path)
    if b"PRIVATE KEY" in data:
        return read_signing_key(path).public
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInputError(_("This is no public key."), where=path, hint=_made_by()) from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadInputError(_("The key is not of the kind Ed25519."), where=path, hint=_made_by())
    return PublicKey(key)


def _made_by() -> str:
    return _("`d2d keygen` makes a pair of keys.")


def _read_key(path: Path) -> bytes:
    return read_named(path, limit=_LARGEST_KEY_FILE, hint=_made_by())
