from __future__ import annotations

from pathlib import Path

import pytest

from grader.worker.layers.compose import LAYERS, layer
from grader.worker.layers.folders import Readable
from grader.worker.layers.layer import N_, Ground, Layer
from tests import catalogs

GROUND = Ground((), Readable((), (), (), (), ()))


def test_a_layer_has_the_name_of_its_file_and_does_nothing_by_itself() -> None:
    assert Layer.name() == "layer"
    plain = Layer(GROUND)
    plain.before_fork({})
    plain.enter({})
    assert (plain.label, plain.clone_flags, plain.unreadable, plain.after_end()) == ("layer", 0, None, False)
    with pytest.raises(NotImplementedError):
        Layer.available()


def test_what_a_layer_gives_is_collected_for_the_catalogs() -> None:
    files = Path(__file__).parents[3].glob("grader/worker/layers/*.py")
    messages = {message for file in files for message in catalogs.messages_of_code(file)}
    assert {layer(name).gives for name in LAYERS} <= messages
    assert N_("as it is") == "as it is"
