"""A signature holds for one report and one key, however the report is laid out, and for nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import BadInputError
from grader.fields import FormError
from grader.report.reader import read_bytes, read_value
from grader.report.report import Report
from grader.report.signature import (
    Check,
    PublicKey,
    SigningKey,
    keygen,
    read_public_key,
    read_signing_key,
    sentence,
)

Make = Callable[..., Report]
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@pytest.fixture(scope="session")
def signed(make: Make, signing_key: SigningKey) -> Report:
    return signing_key.sign(make())


def check(report: Report, key: PublicKey) -> Check:
    return key.check(read_value(json.loads(json.dumps(report.as_json()))))


def test_a_signed_report_is_valid(signed: Report, signing_key: SigningKey) -> None:
    assert check(signed, signing_key.public) is Check.VALID


def test_layout_and_order_do_not_matter(signed: Report, signing_key: SigningKey) -> None:
    value = dict(reversed(signed.as_json().items()))
    for indent in (None, 2, "\t"):
        data = json.dumps(value, indent=indent, ensure_ascii=indent is None).encode()
        assert signing_key.public.check(read_bytes(data, "")) is Check.VALID


def test_without_a_signature(make: Make, signing_key: SigningKey) -> None:
    assert check(make(), signing_key.public) is Check.UNSIGNED


def test_another_key(signed: Report, tmp_path: Path) -> None:
    assert check(signed, keygen(tmp_path / "other")) is Check.OTHER_KEY


def test_another_key_that_says_it_is_this_one(make: Make, signing_key: SigningKey) -> None:
    other = SigningKey(Ed25519PrivateKey.generate()).sign(make())
    assert other.signature is not None
    forged = f"ed25519:{signing_key.public.id}:{other.signature.split(':')[2]}"
    assert check(replace(other, signature=forged), signing_key.public) is Check.CHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"member": "lee"},
        {"assignment": "hw2"},
        {"assignment_version": "1.0.1"},
        {"submission_sha256": "cd" * 32},
        {"cases_sha256": "cd" * 32},
        {"visibility": "public"},
        {"pass_percent": 61},
        {"cases": ()},
        {"notes": ()},
        {"layers": ()},
        {"limits": {}},
        {"grader_version": "0.1.1"},
        {"graded_at": "2026-03-20T12:00:01+00:00"},
        {"title": "losses"},
    ],
)
def test_another_member_and_every_other_field(
    signed: Report, signing_key: SigningKey, change: dict[str, object]
) -> None:
    assert check(replace(signed, **change), signing_key.public) is Check.CHANGED  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_one_byte_changed(signed: Report, signing_key: SigningKey, data: st.DataObject) -> None:
    """Whichever byte it is, the report says the same as before, or it is no longer valid."""
    text = json.dumps(signed.as_json(), ensure_ascii=False).encode()
    at = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    try:
        document = read_bytes(text[:at] + bytes([byte]) + text[at + 1 :], "")
    except BadInputError:
        return
    assert document.value == signed.as_json() or signing_key.public.check(document) is not Check.VALID


def test_every_digit_of_the_signature_counts(signed: Report, signing_key: SigningKey) -> None:
    assert signed.signature is not None
    head, id_, text = signed.signature.split(":")
    for at in range(85):  # the last digit but `==` carries bits that base64 does not use
        other = "A" if text[at] != "A" else "B"
        forged = replace(signed, signature=f"{head}:{id_}:{text[:at]}{other}{text[at + 1 :]}")
        assert check(forged, signing_key.public) is Check.CHANGED


@pytest.mark.parametrize("signature", ["", "x", "ed25519::", "ed25519:" + "0" * 16 + ":" + "=" * 88])
def test_what_is_no_signature_is_no_report(signed: Report, signature: str) -> None:
    with pytest.raises(FormError, match="signature"):
        read_value(replace(signed, signature=signature).as_json())


def test_demand_says_which_it_is(signed: Report, make: Make, signing_key: SigningKey) -> None:
    signing_key.public.demand(read_value(signed.as_json()), "kim.json")
    with pytest.raises(BadInputError, match=r"^kim\.json: not signed"):
        signing_key.public.demand(read_value(make().as_json()), "kim.json")
    with pytest.raises(BadInputError, match=r"^kim\.json: changed after it was signed by"):
        signing_key.public.demand(read_value(replace(signed, member="lee").as_json()), "kim.json")
    assert len({sentence(each, signing_key.public) for each in Check}) == len(Check)


def test_keygen_writes_for_the_owner_alone_and_never_again(tmp_path: Path) -> None:
    file = tmp_path / "d2d.key"
    old = os.umask(0)
    try:
        key = keygen(file)
    finally:
        os.umask(old)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_signing_key(file).public.id == key.id == read_public_key(tmp_path / "d2d.key.pub").id
    before = file.read_bytes()
    with pytest.raises(BadInputError, match="There is a file already"):
        keygen(file)
    file.rename(tmp_path / "moved")
    with pytest.raises(BadInputError, match="There is a file already"):
        keygen(file)  # the public half of another private key lies there
    assert (tmp_path / "moved").read_bytes() == before
    assert not file.exists()


def test_keygen_does_not_follow_a_link(tmp_path: Path) -> None:
    (tmp_path / "d2d.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInputError, match="There is a file already"):
        keygen(tmp_path / "d2d.key")
    assert not (tmp_path / "elsewhere").exists()


def test_keygen_where_no_file_can_be(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="can't be written"):
        keygen(tmp_path / "no" / "folder")


def test_a_private_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    keygen(tmp_path / "d2d.key")
    (tmp_path / "d2d.key").chmod(0o640)
    with pytest.raises(BadInputError, match="Others on this machine"):
        read_signing_key(tmp_path / "d2d.key")


def test_files_that_are_no_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(BadInputError, match="no such file"):
        read_public_key(file)
    for data in (b"", b"\0\xff", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        file.write_bytes(data)
        file.chmod(0o600)
        with pytest.raises(BadInputError, match="no public key"):
            read_public_key(file)
        with pytest.raises(BadInputError, match="no private key"):
            read_signing_key(file)


def test_keys_of_another_kind(tmp_path: Path) -> None:
    file = tmp_path / "key"
    other = rsa.generate_private_key(65537, 2048)
    file.write_bytes(other.private_bytes(PEM, PKCS8, serialization.NoEncryption()))
    file.chmod(0o600)
    with pytest.raises(BadInputError, match="not of the kind Ed25519"):
        read_signing_key(file)
    file.write_bytes(other.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(BadInputError, match="not of the kind Ed25519"):
        read_public_key(file)
    locked = Ed25519PrivateKey.generate().private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"x"))
    file.write_bytes(locked)
    with pytest.raises(BadInputError, match="password"):
        read_signing_key(file)
