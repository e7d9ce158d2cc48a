"""A report in the output of a notebook: whatever the notebook says of tables, lists and code, it looks the same.

JupyterLab and Jupyter's classic notebook are tried as they are (test_jupyter.py). Here stand rules of the kind that
each notebook has for its outputs, and one page that is worse than all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader import i18n
from grader.render.page import fragment
from tests.browser.layout import complaints
from tests.browser.test_page import a_full_report

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What is around an output, and the style of that.
NOTEBOOKS = {
    "lab": """<body data-jp-theme-light="THEME"><div class="jp-ThemedContainer"><div class="jp-RenderedHTMLCommon">
        <style>.jp-RenderedHTMLCommon { line-height: 1.6; padding-right: 20px }
        .jp-RenderedHTMLCommon dl dt { float: left; width: 8%; font-weight: bold; word-break: break-all }
        :not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon :is(td, th, tr) { text-align: right; max-width: none }
        .jp-RenderedHTMLCommon table { table-layout: fixed; margin: 0 auto 1em; font-size: 11px }
        .jp-ThemedContainer .jp-RenderedHTMLCommon :not(pre) > code { background: #eee; padding: 1px 5px }
        .jp-RenderedHTMLCommon svg { max-width: 100%; height: auto }</style>OUTPUT</div></div></body>""",
    "classic": """<body><div class="output_subarea rendered_html" style="font-size: 14px">
        <style>html { font-size: 10px } .rendered_html { color: #000; white-space: pre }
        .rendered_html table { margin-left: auto; margin-right: auto; table-layout: fixed; font-size: 12px }
        .rendered_html tr, .rendered_html th, .rendered_html td { text-align: right; padding: 0.5em; max-width: none }
        .rendered_html dl dt, dt { font-weight: bold; line-height: 1.4 } dd { margin-left: 20px }
        .rendered_html pre, .rendered_html code { border: 0; background: #fff; font-size: 100% }
        details, summary { display: block }</style>OUTPUT</div></body>""",
    "colab": """<html theme="THEME"><body><div id="output-area"><div id="output-body" class="rendered_html">
        <style>body { font: 14px Roboto; margin: 0 } #output-body { white-space: pre-wrap; overflow-x: auto }
        #output-area table { border: none } #output-area :is(th, td) { text-align: right; font-size: 12px }
        #output-area pre, code { font-family: monospace; white-space: pre } ul { list-style: disc }</style>
        OUTPUT</div></div></body></html>""",
    "vscode": """<body class="vscode-THEME"><div id="container"><div><div class="output">
        <style>table, thead, tr, th, td, tbody { border: none !important; border-spacing: 0 }
        table, th, tr { text-align: left !important; vertical-align: middle } table { width: 100% }
        #container > div div { width: 100% } thead { background: rgba(130, 130, 130, 0.16) } th, td { padding: 4px 8px }
        tr:nth-child(even) { background: rgba(130, 130, 130, 0.08) } tbody th { font-weight: normal }
        #container .output code { font-size: 1em; line-height: 1.357em }</style>OUTPUT</div></div></div></body>""",
    "worse": """<body><div id="a"><div id="b"><div id="c"><style>
        #a #b #c *:not(svg *) { text-align: right !important; word-break: break-all !important;
        white-space: normal !important; float: left !important; width: 1em !important; overflow-wrap: anywhere;
        letter-spacing: 3px !important; text-transform: uppercase }</style>OUTPUT</div></div></div></body>""",
}
DARK = {"lab": ("false", "true"), "colab": ("dark", "light"), "vscode": ("dark", "light")}
PROPERTIES = """
background-color border color cursor display fill float font letter-spacing list-style margin max-height max-width
opacity overflow overflow-wrap padding position stroke table-layout text-align text-decoration text-indent
text-transform vertical-align white-space word-break
""".split()
# The place and the style of everything in the report, pictures included.
LOOKS = """root => Array.from(root.querySelectorAll('*:not(style)'), element => {
    const [own, box] = [root.getBoundingClientRect(), element.getBoundingClientRect()];
    const style = getComputedStyle(element);
    const places = [box.left - own.left, box.top - own.top, box.width, box.height].map(Math.round);
    return [element.tagName, ...places, ...NAMES.map(name => `${name}: ${style.getPropertyValue(name)}`)].join('; ');
})""".replace("NAMES", str(PROPERTIES))


def in_notebook(page_of: str, output: str, theme: str) -> str:
    """The page of a notebook with this output in it."""
    return "<!doctype html>" + page_of.replace("THEME", theme).replace("OUTPUT", f'<div id="place">{output}</div>')


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [700, 380])
def test_no_notebook_changes_it(new_page: Pages, language: str, width: int) -> None:
    i18n.use(language)
    page = new_page(viewport={"width": 1000, "height": 800}, color_scheme="dark")
    output = fragment(a_full_report())
    fixed = f"#place {{ all: initial !important; display: block !important; width: {width}px !important }}"
    looks = {}
    for name, page_of in {"bare": "<body>OUTPUT</body>", **NOTEBOOKS}.items():
        for theme in dict.fromkeys(DARK.get(name, ("", ""))):
            page.set_content(in_notebook(page_of, output, theme))
            page.add_style_tag(content=f"#a #b #c {fixed} {fixed}")
            report = page.locator(".d2d")
            assert complaints(report) == [], name
            looks[name, theme] = report.evaluate(LOOKS)
            background = report.evaluate("element => getComputedStyle(element).backgroundColor")
            is_dark = name in DARK and theme == DARK[name][0]
            assert background == ("rgb(13, 17, 23)" if is_dark else "rgb(255, 255, 255)"), (name, theme)
    light = {name: look for (name, theme), look in looks.items() if name not in DARK or theme != DARK[name][0]}
    for name, look in light.items():
        different = [pair for pair in zip(light["bare"], look, strict=True) if pair[0] != pair[1]]
        assert different == [], name


def test_a_complaint_is_made_of_what_is_bad(new_page: Pages) -> None:
    """Without its own style the same report is as bad as a notebook makes it."""
    page = new_page()
    output = fragment(a_full_report())
    bare = output[: output.index("<style>")] + output[output.index("</style>") + len("</style>") :]
    page.set_content(in_notebook(NOTEBOOKS["worse"], bare, ""))
    found = " ".join(complaints(page.locator(".d2d")))
    for complaint in ("a letter a line", "broken", "not at the left"):
        assert complaint in found
