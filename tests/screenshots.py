"""The pictures in `docs/`, taken of real pages in a real Chromium: `python tests/screenshots.py [NAME …]`.

A class of sample people is made of the reference with some of its functions put wrong, as the misconceptions of hw1 are
wrong, or left out; `d2d grade` judges it, and its page is what the picture shows.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from similarity.classroom import classroom

from grader.course.course import find_course
from grader.judge.hints import read_misconceptions

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PEOPLE = "kim lee park choi jung kang cho yoon jang lim han oh seo shin kwon hwang ahn song yoo hong jeon ko moon yang"
WRONG = (0, 1, 2, 4, 0, 3, 6, 14)  # functions that a member has wrong, in turn
MISSING = (0, 0, 0, 0, 0, 2, 0, 7)  # and left out


def notebooks(folder: Path) -> None:
    """What the class hands in."""
    assignment = find_course(ROOT).assignment("hw1")
    files = [assignment.folder / "variants.py", *assignment.misconceptions]
    helpers = "\n".join(file.read_text("utf-8").partition("MISCONCEPTIONS =")[0] for file in files)
    helpers = re.sub(r"^from (grader|variants) import .*\n", "", helpers, flags=re.M)
    known: dict[str, object] = {}
    exec(helpers, known)  # to see which variants have a name of their own
    wrong = [each for each in read_misconceptions(assignment) if each.variant.__name__ in known]
    dice = random.Random(4)
    for at, name in enumerate(PEOPLE.split()):
        cells = [(ROOT / "reference" / "hw1.py").read_text("utf-8"), helpers]
        weights = [1 / (1 + place % 7) for place in range(len(wrong))]  # some are common, most are rare
        chosen = dice.choices(wrong, weights, k=WRONG[at % 8])
        cells += [f"def {each.of}(*a, **k):\n    return {each.variant.__name__}(*a, **k)\n" for each in chosen]
        left_out = dice.sample(wrong, MISSING[at % 8])
        cells += [f"def {each.of}(*a, **k):\n    raise NotImplementedError\n" for each in left_out]
        notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(map(code, cells))}
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")


def code(source: str) -> dict[str, object]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def d2d(*arguments: object) -> None:
    """Run the command; only wrong usage and our own fault stop this."""
    done = subprocess.run([sys.executable, "-m", "grader", *map(str, arguments)], cwd=ROOT, check=False)
    if done.returncode > 1:
        sys.exit(done.returncode)


def pages(folder: Path) -> Iterator[tuple[str, Path, str, int, int]]:
    """Name of the picture, page, colours, width and height."""
    work = folder / "class"
    work.mkdir()
    notebooks(work)
    (folder / "roster.csv").write_text("\n".join(["member", *PEOPLE.split(), "baek", "nam"]), "utf-8")
    out = folder / "out"
    d2d("grade", "hw1", work, "--out", out, "--roster", folder / "roster.csv", "--pages", "--lang", "en")
    yield "class", out / "index.html", "light", 1200, 1400
    yield "members", out / "index.html", "light", 1440, 1000
    kim = ROOT / "tests" / "corpus" / "readme" / "kim.py"
    for language, colours in (("en", "light"), ("ko", "dark")):
        page = folder / f"kim.{language}.html"
        d2d("check", "hw1", kim, "--html", page, "--lang", language)
        yield f"member.{language}", page, colours, 900, 1350


def similar(folder: Path) -> Iterator[tuple[str, Path, str, int, int]]:
    """A made-up class of which some have copied: the list, and both sides of the one who copied half."""
    work = folder / "similar"
    work.mkdir()
    sources, _copies = classroom(2, 60)
    for name, source in sources.items():
        who = name.replace("honest", "m")  # nobody of the sample people is called a copier in a picture
        ending = "ipynb" if source.startswith("{") else "py"
        (work / f"{who}.{ending}").write_text(source, "utf-8")
    page = folder / "similar.html"
    d2d("similar", "hw1", work, "--html", page, "--lang", "en")
    yield "similar", page, "light", 1100, 1250
    yield "pair", page, "dark", 1300, 800


def promotion(folder: Path) -> Iterator[tuple[str, Path, str, int, int]]:
    """Decisions on four people."""
    from grader import i18n
    from grader.course.policy import Share, read_policy
    from grader.gradebook.promotion import Facts, decide, decisions_page

    i18n.use("ko")
    policy = read_policy()
    facts = [("choi", 1, 9, 14), ("kim", 5, 12, 12), ("lee", 3, 14, 10), ("park", 4, 11, 13)]
    decisions = [
        decide(Facts(name, policy.assignments[:passed], Share(attended, 14), Share(done, 14)), policy, {})
        for name, passed, attended, done in facts
    ]
    (folder / "decisions.html").write_text(decisions_page(decisions, policy, "2026-1"), "utf-8")
    yield "decisions", folder / "decisions.html", "light", 1200, 950


def picture(browser: Browser, name: str, page: Path, colours: str, width: int, height: int) -> None:
    context = browser.new_context(color_scheme=colours, viewport={"width": width, "height": height})  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(page.as_uri())
    if name == "members":
        opened.locator("section", has=opened.locator(".members")).screenshot(path=DOCS / f"{name}.png")
    elif name == "pair":
        half = opened.locator("details[id]", has=opened.locator("summary", has_text="half"))
        half.first.evaluate("each => { each.open = true; each.scrollIntoView() }")
        half.first.locator("pre").evaluate_all("sides => sides.forEach(side => side.scrollTop = 900)")
        opened.screenshot(path=DOCS / f"{name}.png")
    else:
        opened.screenshot(path=DOCS / f"{name}.png")
    context.close()


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for make in (pages, similar, promotion):
            if make.__name__ in (sys.argv[1:] or make.__name__):
                for each in make(Path(folder)):
                    picture(browser, *each)
        browser.close()
