"""The language in use: where it comes from, and that it can be another one for a while."""

from __future__ import annotations

import pytest

from grader import i18n


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("ko_KR.UTF-8", "ko"),
        ("ko", "ko"),
        ("ko:en", "ko"),
        ("en_US", "en"),
        ("C", "en"),
        ("kok_IN", "en"),
        ("ja", "en"),
    ],
)
def test_the_environment_s_language(monkeypatch: pytest.MonkeyPatch, value: str, language: str) -> None:
    monkeypatch.setenv("LANGUAGE", value)
    assert i18n.from_locale() == language


def test_another_language_for_a_while() -> None:
    before = i18n.language()
    with i18n.speaking("ko"):
        assert i18n._("There is no such file.") == "그런 파일이 없어요."
    assert i18n.language() == before
    assert i18n._("There is no such file.") == "There is no such file."


def test_what_no_catalog_has_stays_english() -> None:
    with i18n.speaking("ko"):
        assert i18n._("Nobody has ever said this.") == "Nobody has ever said this."
