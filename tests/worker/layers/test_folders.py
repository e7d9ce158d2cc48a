from __future__ import annotations

import os
from pathlib import Path

from grader.worker.layers.folders import readable


def test_a_library_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    for name in ("lib", "lib.libs", "lib-1.0.dist-info", "library", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "lib.cpython-311.so").touch()
    found = readable(["lib"], [str(tmp_path)])
    names = {Path(path).name for path in found.inside}
    assert names == {"lib", "lib.libs", "lib-1.0.dist-info", "lib.cpython-311.so"}
    assert str(tmp_path) in found.listed
    assert set(found.inside) <= set(found.paths)


def test_of_the_standard_library_everything_but_what_is_installed_beside_it() -> None:
    found = readable([], [])
    home = str(Path(os.__file__).parent)
    assert os.__file__ in found.paths
    assert home not in found.paths
    assert not [path for path in found.paths if path.startswith(f"{home}/site-packages")]
    assert home in found.bound
    assert all(Path(path).name in ("site-packages", "dist-packages") for path in found.covered)


def test_what_is_hidden_of_a_package_is_in_no_rule_and_covered(tmp_path: Path) -> None:
    for folder in ("lib/inner/away", "lib/inner/stays", "lib/other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lib" / "code.py").write_text("", "utf-8")
    lib, away = tmp_path / "lib", tmp_path / "lib" / "inner" / "away"
    found = readable(["lib"], [str(tmp_path)], ["lib.inner.away", "lib.none"])
    shown = {path for path in found.paths if path.startswith(str(tmp_path))}
    assert shown == {str(lib / "code.py"), str(lib / "other"), str(lib / "inner" / "stays")}
    assert {str(lib), str(lib / "inner")} <= set(found.listed)
    assert str(away) in found.covered
    assert found.inside == (str(lib),)
