"""`d2d verify`: whose reports are whole."""

from __future__ import annotations

import json
from pathlib import Path

from grader.report.signature import keygen, read_signing_key
from tests.cli.staff import Staff, report


def test_keygen_and_verify(staff: Staff, group: Path) -> None:
    run = staff("keygen", "staff.key")
    assert run.code == 0
    assert (group / "staff.key").stat().st_mode & 0o777 == 0o600
    assert staff("keygen", "staff.key").code == 2
    key = read_signing_key(group / "staff.key")
    reports = group / "reports"
    reports.mkdir()
    signed = key.sign(report("kim", "hw1", 70))
    (reports / "kim.json").write_text(json.dumps(signed.as_json()), "utf-8")
    (group / "first.json").write_text(json.dumps(signed.as_json()), "utf-8")
    run = staff("verify", "reports/kim.json", "first.json", "--key", "staff.key.pub")
    assert run.code == 0
    assert run.out.count("✓") == 2
    assert f"kim, hw1, 70 %: signed by {key.public.id}, unchanged" in run.out
    (reports / "lee.json").write_text(json.dumps(signed.as_json()), "utf-8")
    run = staff("verify", "reports/lee.json", "--key", "staff.key.pub")
    assert (run.code, "but the file is called lee.json" in run.out) == (1, True)
    run = staff("verify", "reports/kim.json", "--key", "staff.key.pub", "--member", "lee")
    assert (run.code, "but it is not lee's" in run.out) == (1, True)
    (group / "forged.json").write_text(json.dumps({**signed.as_json(), "title": "x"}), "utf-8")
    run = staff("verify", "forged.json", "reports/kim.json", "--key", "staff.key.pub")
    assert (run.code, "✗ forged.json" in run.out, "✓" in run.out) == (1, True, True)
    keygen(group / "other.key")
    run = staff("verify", "reports/kim.json", "--key", "other.key.pub")
    assert (run.code, "signed by another key" in run.out) == (1, True)
    (group / "no.json").write_text("{}", "utf-8")
    run = staff("verify", "no.json", "reports/kim.json", "--key", "staff.key.pub")
    assert (run.code, "✓ reports/kim.json" in run.out) == (2, True)
    run = staff("verify", "reports/kim.json")
    assert (run.code, "No key is known" in run.err) == (2, True)
