"""What a template writes is harmless, and a page allows its own style and script alone."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

import pytest

import grader
from grader.gradebook.decisions import condition
from grader.render.templating import asset, framed

HOME = Path(grader.__file__).parent


def test_a_page_allows_its_own_style_and_script_by_their_hashes() -> None:
    page = framed(
        "gradebook/decisions.html",
        scripts=["render/templates/members.js"],
        decisions=[],
        rules=[],
        mandatory=[],
        term="<b>\x1b[0m",
        counts=[],
        word=str,
        colour=str,
        condition=condition,
    )
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html.unescape(page)
    assert "&lt;b&gt;" in page
    assert "\x1b" not in page


@pytest.mark.parametrize("file", sorted(HOME.glob("*/**/*.css")), ids=lambda file: file.name)
def test_every_style_is_found_by_its_path(file: Path) -> None:
    assert asset(file.relative_to(HOME).as_posix()) == file.read_text("utf-8")
