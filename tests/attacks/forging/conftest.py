"""Leave a conftest.py and a pytest.ini wherever the judge might look.

line = "Forging: conftest.py, pytest plugins"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def put(folder):
    with open(os.path.join(folder, "conftest.py"), "w") as file:
        file.write("def pytest_runtest_makereport(): ...\n")


def attack(x):
    put(".")
    return tried(lambda: put(os.path.dirname(WORLD["cases"])))
