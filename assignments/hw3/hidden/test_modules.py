"""hw3, hidden cases: modules inside modules."""

import numpy as np
from common import put, slopes, some_dropped, tensor
from inputs import agree, draw

from grader import case, close, read


def nest(side, *layers):
    """A module that holds the first two layers in lists and a dict, and the others in a tuple."""
    module = side.live.Module()
    module.blocks = [[layers[0]], {"deep": [layers[1]]}]
    module.rest = tuple(layers[2:])
    return module


@case("modules", points=1, concept="train-and-eval")
def test_modes_reach_nested_lists(student, reference):
    """train() and eval() reach modules in lists, tuples and dicts."""
    ones, rows = np.ones((10, 10)), np.array([[0.0, 2.0], [4.0, 2.5]])

    def script(side):
        deep, drops, norm = side.live.BatchNorm1d(2), side.live.Dropout(), side.live.BatchNorm1d(2)
        parts = [drops, norm, side.live.Sequential(side.live.Sequential(deep))]
        module, modes = nest(side, *parts), []
        for switch in (module.eval, module.train, parts[2].eval, lambda: module.train(False), norm.train):
            switch()
            modes.append([read(part.training) for part in (module, *parts, deep)])
            modes += [some_dropped(drops, ones), *(read(layer(tensor(rows))) for layer in (norm, deep))]
        return modes

    agree(student, reference, script)


@case("modules", points=1, concept="parameters")
def test_parameters_in_nested_lists(student, reference, rng):
    """parameters() finds those of modules in lists, tuples and dicts."""
    arrays = draw(rng, (3, 2), (3,), (1, 3), (1,), (2, 2), (2,))

    def script(side):
        inner = [side.live.Linear(2, 3), side.live.Linear(3, 1), side.live.Linear(2, 2)]
        put(nest(side, *inner), *arrays)
        return [read(tensor) for layer in inner for tensor in (layer.weight, layer.bias)]

    agree(student, reference, script)


@case("modules", points=1, concept="shared-parameters")
def test_shared_layer(student, reference, rng):
    """A layer used twice has its parameters once, and both uses add to their gradient."""
    weight, bias, x, upstream = draw(rng, (3, 3), (3,), (4, 3), (4, 3))

    def script(side):
        layer = side.live.Linear(3, 3)
        return slopes(side, put(side.live.Sequential(layer, side.live.Tanh(), layer), weight, bias), x, upstream)

    agree(student, reference, script)


@case("modules", points="1/2", concept="parameters")
def test_state_and_parameters(student, reference, rng):
    """Running statistics belong to state(), not to parameters()."""
    *arrays, x = draw(rng, (3, 2), (3,), (3,), (3,), (4, 2))

    def script(side):
        net = put(side.live.Sequential(side.live.Linear(2, 3), side.live.BatchNorm1d(3)), *arrays)
        net(tensor(x))
        state = [read(part) for part in net.state()]
        close(state, [tensor(np.zeros(shape)) for shape in ((3, 2), *[(3,)] * 5)], atol=1e6)  # the shapes
        # In which order a layer makes what it holds is its own choice.
        held = sorted((part.array for part in state[2:]), key=lambda numbers: float(numbers[0]))
        return [*state[:2], *held, *(read(parameter) for parameter in net.parameters())]

    agree(student, reference, script)


@case("modules", points="1/2", concept="parameters")
def test_state_is_a_list(student, reference, rng):
    """state() is a list of tensors; what is held twice stands in it once."""
    arrays = draw(rng, (3, 3), (3,))

    def script(side):
        layer = side.live.Linear(3, 3)
        net = put(side.live.Sequential(layer, side.live.Sequential(layer)), *arrays)
        return read(net.state())

    agree(student, reference, script)


@case("modules", points=1, concept="composition")
def test_sequential_of_sequentials(student, reference, rng):
    """Sequentials inside Sequentials, values and gradients."""
    arrays, (x, upstream) = draw(rng, (4, 2), (4,), (3, 4), (3,), (2, 3), (2,)), draw(rng, (5, 2), (5, 2))

    def script(side):
        live = side.live
        inner = live.Sequential(live.Sigmoid(), live.Linear(4, 3), live.Sequential(live.ELU()))
        return slopes(side, put(live.Sequential(live.Linear(2, 4), inner, live.Linear(3, 2)), *arrays), x, upstream)

    agree(student, reference, script)
