"""hw3, the hidden cases: each operation at its edges, then operations put together.

A case is a script that runs on both sides, as in test_public.py. An edge whose answer is nothing much (all zeros, the
input, an exception) stands beside an ordinary value in the same case: what does nothing earns nothing. Where numbers
are random, what is read of them is not: the distinct values, or a mean over many, rounded. So the same mistake gives
the same answers whenever it is made, and its hint can be found.
"""

import numpy as np
import pytest

from grader.judge import TensorValue, case, close, raises, read, unchanged

ACTIVATIONS = ["Sigmoid", "Tanh", "ReLU", "LeakyReLU", "ELU"]
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TRUTH = {"and_gate": [0, 0, 0, 1], "or_gate": [0, 1, 1, 1], "xor_gate": [0, 1, 1, 0], "xnor_gate": [1, 0, 0, 1]}
ONES = np.ones((40, 50))


def tensor(values):
    """Floats as float32, which is what layers hold; labels as torch wants them."""
    values = np.asarray(values)
    return TensorValue(values.astype(np.float32 if values.dtype.kind == "f" else np.int64))


def near(actual, expected, rtol=1e-4, atol=1e-5):
    """As close as float32 is after some dozen steps in any order."""
    close(actual, expected, rtol=rtol, atol=atol)


def agree(student, reference, script, **tolerance):
    near(script(student), script(reference), **tolerance)


def put(module, *arrays):
    """Give a module's parameters these values, in the order in which it lists them."""
    parameters = list(module.parameters())
    close(len(parameters), len(arrays))
    for parameter, array in zip(parameters, arrays, strict=True):
        close(read(parameter.data.zero_()), tensor(np.zeros(np.shape(array))))  # the shape
        parameter.data.copy_(tensor(array))
    return module


def slopes(side, module, x, upstream):
    """What comes out for x, and the gradients of x and of every parameter when `upstream` comes back."""
    held = side.tensor(np.asarray(x, np.float32), requires_grad=True)
    y = module(held)
    (y * tensor(upstream)).sum().backward()
    return [read(y), read(held.grad), *(read(parameter.grad) for parameter in module.parameters())]


def rounded(remote, step):
    """The nearest multiple of `step`: wide enough for nine standard deviations, so that chance does not show."""
    return read((remote / step).round() * step)


def away_from_0(rng, *shape):
    """Numbers of both signs between 0.1 and 2."""
    return rng.uniform(0.1, 2, size=shape) * np.resize([1, -1], shape)


def cut(side, *arguments, **options):
    """The batches as tuples, also where they came as lists."""
    found = [read(batch) for batch in side.live.batches(*arguments, **options)]
    return [tuple(batch) if isinstance(batch, list) else batch for batch in found]


def draw(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


def yes(remote):
    """A truth value that torch worked out in the worker."""
    close(read(remote), TensorValue(np.array(True)))


# Modules


def nest(side, *layers):
    """A module that holds the first two layers in lists and a dict, and the others in a tuple."""
    module = side.live.Module()
    module.blocks = [[layers[0]], {"deep": [layers[1]]}]
    module.rest = tuple(layers[2:])
    return module


@case("modules", points=1, concept="train-and-eval")
def test_modes_reach_nested_lists(student, reference):
    """train() and eval() reach modules in lists, tuples and dicts."""

    def script(side):
        deep = side.live.ReLU()
        inner = [side.live.Dropout(), side.live.BatchNorm1d(2), side.live.Sequential(side.live.Sequential(deep))]
        module, modes = nest(side, *inner), []
        for switch in (module.eval, module.train, lambda: module.train(False)):
            switch()
            modes.append([read(part.training) for part in (module, *inner, deep)])
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


@case("modules", points=1, concept="parameters")
def test_state_and_parameters(student, reference, rng):
    """Running statistics belong to state(), not to parameters()."""
    arrays = draw(rng, (3, 2), (3,), (3,), (3,))

    def script(side):
        net = put(side.live.Sequential(side.live.Linear(2, 3), side.live.BatchNorm1d(3)), *arrays)
        return [len(list(net.state())), *(read(parameter) for parameter in net.parameters())]

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


# Linear


@case("linear", points=1, concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_linear_begins(student, init):
    """Linear begins with random weights of the right mean and variance, another time with others."""
    layer, other = (student.live.Linear(400, 100, init=init) for _ in range(2))
    variance = 2 / 500 if init == "xavier" else 2 / 400
    yes(layer.weight.ne(0.0).any())
    close(rounded(layer.weight.var(), variance / 8), tensor(variance))
    close(rounded(layer.weight.mean().abs(), 0.1 * variance**0.5), tensor(0.0))
    close([read(layer.weight * 0), read(layer.bias)], [tensor(np.zeros((100, 400))), tensor(np.zeros(100))])
    yes(layer.weight.ne(other.weight).any())
    close([read(flag) for flag in (layer.weight.requires_grad, layer.bias.requires_grad, layer.training)], [True] * 3)


@case("linear", points="1/2", concept="batch-of-one")
@pytest.mark.parametrize("shape", [(1, 5, 2), (6, 1, 4)], ids=["one-row", "one-input"])
def test_linear_shapes(student, reference, rng, shape):
    """Linear for a batch of one, and for one input."""
    n, n_in, n_out = shape
    *arrays, x = draw(rng, (n_out, n_in), (n_out,), (n, n_in))
    agree(student, reference, lambda side: [read(put(side.live.Linear(n_in, n_out), *arrays)(tensor(x)))])


@case("linear", points=1, concept="bias")
def test_linear_without_bias(student, reference, rng):
    """Linear without a bias has the weight alone."""
    weight, x, upstream = draw(rng, (3, 2), (4, 2), (4, 3))

    def script(side):
        layer = put(side.live.Linear(2, 3, bias=False), weight)
        return [*slopes(side, layer, x, upstream), read(layer.bias)]

    agree(student, reference, script)


@case("linear", points=1, concept="initialisation")
def test_linear_unknown_init(student, reference, rng):
    """Linear refuses an initialisation that it does not know."""
    *arrays, x = draw(rng, (3, 2), (3,), (4, 2))
    agree(student, reference, lambda side: [read(put(side.live.Linear(2, 3), *arrays)(tensor(x)))])
    with raises(ValueError):
        student.live.Linear(2, 3, init="ones")


@case("linear", points=1, concept="gradient")
def test_linear_gradients_add_up(student, reference, rng):
    """Gradients of a Linear add up over two batches."""
    weight, bias, *batches = draw(rng, (3, 2), (3,), (4, 2), (4, 3), (1, 2), (1, 3))

    def script(side):
        layer = put(side.live.Linear(2, 3), weight, bias)
        return [*slopes(side, layer, *batches[:2]), *slopes(side, layer, *batches[2:])]

    agree(student, reference, script)


# Activations


@case("activations", points="1/2", concept="overflow")
@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ELU"])
def test_activation_far(student, reference, rng, name):
    """The activation far from 0, in both precisions."""
    x = np.concatenate([rng.normal(size=3), [-1000.0, -100.0, 100.0, 1000.0]])
    agree(student, reference, lambda side: [read(getattr(side.live, name)()(of(x))) for of in (tensor, TensorValue)])


@case("activations", points="2/3", concept="overflow")
@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ELU"])
def test_activation_far_gradient(student, reference, rng, name):
    """The activation's gradient far from 0 is a number."""
    x, upstream = np.concatenate([rng.normal(size=3), [-1000.0, -100.0, 100.0, 1000.0]]), rng.normal(size=7)
    agree(student, reference, lambda side: slopes(side, getattr(side.live, name)(), x, upstream))


@case("activations", points="2/5", concept="kink")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_at_0(student, reference, rng, name):
    """The activation and its gradient at exactly 0."""
    x, upstream = np.array([-1.0, 0.0, 0.0, 2.0]), rng.uniform(0.5, 2, size=4)
    argument = [0.3] if name in ("LeakyReLU", "ELU") else []
    agree(student, reference, lambda side: slopes(side, getattr(side.live, name)(*argument), x, upstream))


@case("activations", points="1/2", concept="argument")
@pytest.mark.parametrize("name", ["LeakyReLU", "ELU"])
def test_activation_argument(student, reference, rng, name):
    """LeakyReLU follows its slope, ELU its alpha; values and gradients."""
    argument, x, upstream = float(rng.uniform(0.2, 0.6)), away_from_0(rng, 4, 3), rng.normal(size=(4, 3))

    def script(side):
        layer = getattr(side.live, name)(argument)
        return [*slopes(side, layer, x, upstream), read(layer.training)]

    agree(student, reference, script)


@case("activations", points="1/10", concept="input-untouched")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_untouched(student, reference, rng, name):
    """The activation leaves its input as it was."""
    x = away_from_0(rng, 4, 3).astype(np.float32)
    held = student.tensor(x)
    near(read(getattr(student.live, name)()(held)), read(getattr(reference.live, name)()(tensor(x))))
    unchanged(held, x)


@case("activations", points="1/5", concept="dtype")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_doubles(student, reference, rng, name):
    """The activation takes any shape, and float64 stays float64."""
    x = away_from_0(rng, 2, 3, 4)
    found, expected = (read(getattr(side.live, name)()(TensorValue(x))) for side in (student, reference))
    close(found, expected, dtype=True)


# Maxout


@case("maxout", points=1, concept="gradient")
def test_maxout_three_pieces(student, reference, rng):
    """Maxout of three pieces, values and gradients."""
    arrays, (x, upstream) = draw(rng, *[(2, 4), (2,)] * 3), draw(rng, (6, 4), (6, 2))

    def script(side):
        layer = put(side.live.Maxout(4, 2, 3), *arrays)
        return [*slopes(side, layer, x, upstream), read(layer.training)]

    agree(student, reference, script)


@case("maxout", points=1, concept="composition")
def test_maxout_in_a_network(student, reference, rng):
    """Maxout inside a Sequential, all outputs negative among them."""
    arrays, x = draw(rng, (5, 3), (5,), (5, 3), (5,), (1, 5), (1,)), rng.normal(size=(4, 3))
    arrays[1], arrays[3] = arrays[1] - 4, arrays[3] - 4

    def script(side):
        net = put(side.live.Sequential(side.live.Maxout(3, 5), side.live.Linear(5, 1)), *arrays)
        return [read(net(tensor(x)))]

    agree(student, reference, script)


# Dropout


def powers_of_2(rng, *shape):
    """Inputs that no scaling rounds, so that what is kept shows exactly by how much it was scaled."""
    return np.ldexp(rng.choice([-1.0, 1.0], size=shape), rng.integers(-3, 4, size=shape))


@case("dropout", points="1/2", concept="scale")
@pytest.mark.parametrize("p", [0.25, 0.8])
def test_dropout_exact_scale(student, rng, p):
    """Each value that Dropout keeps is exactly 1 / (1 - p) times its input."""
    x = tensor(powers_of_2(rng, 40, 50))
    close(read((student.live.Dropout(p)(x) / x).unique()), tensor([0.0, 1 / (1 - p)]), rtol=1e-6, atol=0)


@case("dropout", points="1/2", concept="rate")
@pytest.mark.parametrize("p", [0.1, 0.7])
def test_dropout_rates(student, p):
    """Dropout drops a share of p, not of 1 - p."""
    dropped = student.live.Dropout(p)(tensor(np.ones((200, 200)))).eq(0.0)
    close(rounded(dropped.float().mean(), 0.05), tensor(p))


@case("dropout", points="1/2", concept="nothing-or-all")
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_dropout_ends(student, rng, p):
    """Dropout of p = 0 lets all pass, of p = 1 nothing."""
    near(read(student.live.Dropout(0.5)(tensor(ONES)).unique()), tensor([0.0, 2.0]))
    x = rng.normal(size=(4, 5))
    x[0, 0] = 0.0
    near(read(student.live.Dropout(p)(tensor(x)).abs()), tensor(np.abs(x) * (1 - p)))


@case("dropout", points=1, concept="train-and-eval")
def test_dropout_in_evaluation(student, rng):
    """Dropout in evaluation is neither scaled nor random; in training again it is."""
    layer, x = student.live.Dropout(0.75), rng.normal(size=(40, 50))
    found = [read(layer.train(mode)(tensor(ONES)).unique()) for mode in (False, True, False, True)]
    near(found, [tensor([1.0]), tensor([0.0, 4.0])] * 2)
    near(read(layer.eval()(tensor(x))), tensor(x))


@case("dropout", points=1, concept="independence")
def test_dropout_draws_each_value(student):
    """Dropout decides for each value by itself, and anew at every call."""
    layer, ones = student.live.Dropout(), tensor(np.ones((64, 64)))
    first, second = layer(ones), layer(ones)
    near([read(first.unique()), read(second.unique())], [tensor([0.0, 2.0])] * 2)
    for spread in (first.std(0).min(), first.std(1).min(), (first - second).abs().max()):
        yes(spread.gt(0.1))


@case("dropout", points="1/2", concept="gradient")
def test_dropout_gradient(student, rng):
    """Gradients come back through Dropout where it kept, scaled alike."""
    x = student.live.tensor(powers_of_2(rng, 40, 50).astype(np.float32), requires_grad=True)
    y = student.live.Dropout(0.2)(x)
    y.sum().backward()
    near(read(x.grad.unique()), tensor([0.0, 1.25]))
    near(read((x * x.grad - y).abs().max()), tensor(0.0))


@case("dropout", points="1/2", concept="argument")
def test_dropout_bad_p(student):
    """Dropout refuses a p that is no probability."""
    near(read(student.live.Dropout(0.5)(tensor(ONES)).unique()), tensor([0.0, 2.0]))
    for p in (-0.1, 1.5):
        with raises(ValueError):
            student.live.Dropout(p)


# Batch normalisation


def normed(side, x, *more, **options):
    """What comes out of a BatchNorm1d in training, batch by batch, and what it has taken note of then."""
    layer = side.live.BatchNorm1d(np.shape(x)[1], **options)
    return [*(read(layer(tensor(part))) for part in (x, *more)), read(layer.running_mean), read(layer.running_var)]


@case("batch_norm", points="3/2", concept="batch-of-two")
def test_batch_norm_of_two(student, reference, rng):
    """BatchNorm1d of a batch of two, and what it takes note of."""
    x = np.array([0.0, 5.0])[:, None] + 3 * rng.uniform(size=(2, 4))
    agree(student, reference, lambda side: normed(side, x))


@case("batch_norm", points=1, concept="running-statistics")
def test_batch_norm_over_batches(student, reference, rng):
    """The running statistics of BatchNorm1d over several batches, with another momentum."""
    parts = [rng.normal(at, 1 + at, size=(5, 3)) for at in range(4)]
    agree(student, reference, lambda side: normed(side, *parts, momentum=0.3))


@case("batch_norm", points=1, concept="argument")
def test_batch_norm_eps(student, reference, rng):
    """BatchNorm1d of features that hardly vary: eps stands inside the root."""
    x = np.array([0.0, 0.3, 1.0]) * rng.normal(size=(6, 3)) + 2
    agree(student, reference, lambda side: normed(side, x, eps=0.04), atol=1e-4)  # a constant's mean may round
    hardly = 0.003 * away_from_0(rng, 6, 3)  # a variance of the size of the default eps
    agree(student, reference, lambda side: normed(side, hardly))


@case("batch_norm", points=1, concept="train-and-eval")
def test_batch_norm_evaluates(student, reference, rng):
    """BatchNorm1d in evaluation: a batch of one will do, and nothing is taken note of."""
    parts = [rng.normal(3, 2, size=(5, 3)) for _ in range(3)]

    def script(side):
        layer = put(side.live.BatchNorm1d(3), [1.0, 2.0, -1.0], [0.5, 0.0, 1.0])
        found = [read(layer(tensor(part))) for part in parts[:2]]
        layer.eval()
        found += [read(layer(tensor(part))) for part in (parts[2], parts[2][:1])]
        layer.train()
        return [*found, read(layer.running_mean), read(layer.running_var), read(layer(tensor(parts[0])))]

    agree(student, reference, script)


@case("batch_norm", points=1, concept="gradient")
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_batch_norm_gradient(student, reference, rng, mode):
    """Gradients come back through BatchNorm1d, through its mean and variance too."""
    x, upstream, *arrays = draw(rng, (5, 3), (5, 3), (3,), (3,))
    agree(
        student, reference, lambda side: slopes(side, put(side.live.BatchNorm1d(3), *arrays).train(mode), x, upstream)
    )


@case("batch_norm", points="1/2", concept="graph")
def test_batch_norm_holds_no_graph(student, reference, rng):
    """The running statistics of BatchNorm1d are numbers, without a graph behind them."""
    x = rng.normal(3, 2, size=(5, 3))

    def script(side):
        layer = side.live.BatchNorm1d(3)
        layer(side.live.tensor(x.astype(np.float32), requires_grad=True))
        kept = [layer.running_mean, layer.running_var]
        return [*map(read, kept), *(read(tensor.requires_grad) for tensor in kept)]

    agree(student, reference, script)


@case("batch_norm", points="1/2", concept="batch-of-one")
def test_batch_norm_of_one(student, reference, rng):
    """BatchNorm1d refuses a batch of one in training."""
    x = rng.normal(size=(2, 3))
    agree(student, reference, lambda side: normed(side, x))
    with raises(ValueError):
        student.live.BatchNorm1d(3)(tensor(x[:1]))


@case("batch_norm", points="1/2", concept="input-untouched")
def test_batch_norm_untouched(student, reference, rng):
    """BatchNorm1d leaves its input as it was."""
    x = rng.normal(3, 2, size=(5, 3)).astype(np.float32)
    held = student.tensor(x)
    near(read(student.live.BatchNorm1d(3)(held)), read(reference.live.BatchNorm1d(3)(tensor(x))))
    unchanged(held, x)


# MLP


@case("mlp", points=1, concept="composition")
@pytest.mark.parametrize("batch_norm", [False, True], ids=["plain", "batch-norm"])
def test_mlp_deep(student, reference, rng, batch_norm):
    """An MLP of three layers, with batch norm or without: no activation after the last."""
    first = [(5, 3), (5,)] + [(5,), (5,)] * batch_norm
    arrays = draw(rng, *first, (4, 5), (4,), *[(4,), (4,)] * batch_norm, (2, 4), (2,))
    x, upstream = draw(rng, (6, 3), (6, 2))

    def script(side):
        net = put(side.live.MLP([3, 5, 4, 2], activation=side.live.ELU, batch_norm=batch_norm), *arrays)
        return [read(net.training), *slopes(side, net, x, upstream), read(net.eval()(tensor(x)))]

    agree(student, reference, script, rtol=1e-3, atol=1e-4)  # two batch norms magnify the last bits


@case("mlp", points="1/2", concept="train-and-eval")
def test_mlp_dropout(student, reference, rng):
    """An MLP with dropout drops in training, not in evaluation."""
    arrays, x = draw(rng, (30, 2), (30,), (1, 30), (1,)), rng.normal(size=(20, 2))
    nets = [put(side.live.MLP([2, 30, 1], dropout=0.5), *arrays) for side in (student, reference)]
    near(read(nets[0].eval()(tensor(x))), read(nets[1].eval()(tensor(x))))
    nets[0].train()
    yes((nets[0](tensor(x)) - nets[0](tensor(x))).abs().max().gt(1e-3))


@case("mlp", points="1/2", concept="composition")
def test_mlp_of_one_layer(student, reference, rng):
    """An MLP without hidden layers is linear, dropout or not."""
    *arrays, x = draw(rng, (2, 3), (2,), (4, 3))
    agree(student, reference, lambda side: [read(put(side.live.MLP([3, 2], dropout=0.5), *arrays)(tensor(x)))])


@case("mlp", points="1/2", concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_mlp_begins(student, init):
    """An MLP hands the initialisation on to each of its layers; Kaiming is the default."""
    net = student.live.MLP([100, 400, 100]) if init == "kaiming" else student.live.MLP([100, 400, 100], init=init)
    parameters = list(net.parameters())
    shapes = (400, 100), (400,), (100, 400), (100,)
    close([read(parameter * 0) for parameter in parameters], [tensor(np.zeros(shape)) for shape in shapes])
    for weight, n_in in zip(parameters[::2], (100, 400), strict=True):
        variance = 2 / 500 if init == "xavier" else 2 / n_in
        close(rounded(weight.var(), variance / 8), tensor(variance))


@case("mlp", points=1, concept="gradient")
def test_mlp_finite_differences(student, rng):
    """Gradients of a whole MLP are the slopes that finite differences measure."""
    arrays, (x, upstream) = draw(rng, (3, 2), (3,), (2, 3), (2,)), draw(rng, (4, 2), (4, 2))

    def total():
        weight, bias, last, end = arrays
        return (upstream * (np.tanh(x @ weight.T + bias) @ last.T + end)).sum()

    expected = [np.zeros_like(array) for array in arrays]
    for array, slope in zip(arrays, expected, strict=True):
        for place in np.ndindex(array.shape):
            kept, ends = array[place], []
            for step in (1e-5, -1e-5):
                array[place] = kept + step
                ends.append(total())
            array[place], slope[place] = kept, (ends[0] - ends[1]) / 2e-5
    net = put(student.live.MLP([2, 3, 2], activation=student.live.Tanh), *arrays)
    near(slopes(student, net, x, upstream)[2:], [tensor(slope) for slope in expected])


# Gates


@case("gates", points="3/5", concept="wiring")
@pytest.mark.parametrize("name", [*TRUTH, "not_gate"])
def test_gate_wiring(student, reference, name):
    """The gate's weights alone give its truth table, in the layers that were asked for."""
    x, truth = ([[0.0], [1.0]], [1, 0]) if name == "not_gate" else (CORNERS, TRUTH[name])
    gate, ours = (getattr(side.live, name)() for side in (student, reference))
    weights = [read(parameter) for parameter in gate.parameters()]
    close(weights, [read(parameter) for parameter in ours.parameters()], atol=1e6)  # the shapes
    put(ours, *(weight.array for weight in weights))
    for wired in (ours, gate):
        close(read(wired(tensor(x))), tensor(np.array(truth, float)[:, None]), limit=0.05)


# Losses and penalties


@case("classifier", points=1, concept="overflow")
def test_softmax_classifier_far(student, reference, rng):
    """softmax_classifier of scores in the thousands, rows apart."""
    x = 1000 * np.array([[1.0], [-1.0], [0.0]]) + rng.normal(size=(3, 4))
    arguments = tensor(x), tensor(np.eye(4)), tensor(np.ones(4))
    # The last bit of a score of 1000 is 6e-5.
    agree(student, reference, lambda side: [side.softmax_classifier(*arguments)], rtol=1e-3, atol=1e-4)


@case("classifier", points=1, concept="gradient")
def test_softmax_classifier_gradient(student, reference, rng):
    """Gradients come back through softmax_classifier."""
    x, weight, bias, upstream = draw(rng, (5, 4), (3, 4), (3,), (5, 3))

    def script(side):
        held = [side.live.tensor(array.astype(np.float32), requires_grad=True) for array in (x, weight, bias)]
        (side.live.softmax_classifier(*held) * tensor(upstream)).sum().backward()
        return [read(array.grad) for array in held]

    agree(student, reference, script)


@case("classifier", points=1, concept="overflow")
def test_cross_entropy_far(student, reference, rng):
    """cross_entropy of a model that is wrong by a thousand, value and gradient."""
    x, labels = rng.normal(size=(4, 3)) + np.array([[1000.0], [0], [0], [0]]) * np.eye(3)[0], np.array([1, 0, 2, 1])

    def script(side):
        held = side.live.tensor(x.astype(np.float32), requires_grad=True)
        loss = side.live.cross_entropy(held, tensor(labels))
        loss.backward()
        return [read(loss), read(held.grad)]

    agree(student, reference, script)


@case("classifier", points=1, concept="shape-check")
def test_mse_loss_shapes(student, reference, rng):
    """mse_loss is a mean over all elements, and refuses shapes that differ."""
    x, y = draw(rng, (4, 3), (4, 3))
    agree(student, reference, lambda side: [side.mse_loss(tensor(x), tensor(y))])
    with raises(ValueError):
        student.live.mse_loss(tensor(x[:, :1]), tensor(y[:, 0]))


@case("penalties", points=1, concept="bias")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_spares_biases(student, reference, rng, name):
    """The penalty is on weights: not on biases, nor on what batch norm learns."""
    arrays = draw(rng, (4, 2), (4,), (4,), (4,), (3, 4), (3,))

    def script(side):
        return [getattr(side, name)(put(side.live.MLP([2, 4, 3], batch_norm=True), *arrays), 0.3)]

    agree(student, reference, script)


@case("penalties", points=1, concept="gradient")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_gradient(student, reference, rng, name):
    """The penalty and its gradient, on every weight of a nested network with Maxout."""
    arrays = [away_from_0(rng, *shape) for shape in ((4, 2), (4,), (4, 2), (4,), (1, 4), (1,))]

    def script(side):
        inner, last = side.live.Maxout(2, 4), side.live.Linear(4, 1)
        net = put(side.live.Sequential(side.live.Sequential(inner), last), *arrays)
        penalty = getattr(side.live, name)(net, 0.3)
        penalty.backward()
        return [read(penalty), *(read(parameter.grad) for parameter in list(net.parameters())[::2])]

    agree(student, reference, script)


# Training


@case("batches", points="1/3", concept="last-batch")
@pytest.mark.parametrize("size", [4, 30, 1], ids=["partial-last", "one-batch", "one-row"])
def test_batches_rest(student, reference, rng, size):
    """The last batch has the rows that are left; a size beyond the data gives one batch."""
    x, y = draw(rng, (10, 3), (10,))
    agree(student, reference, lambda side: cut(side, tensor(x), tensor(y), size, shuffle=False))


def shuffled(side, n, size):
    """The numbers of the rows in the order in which batches gave them, once each has been found with its label."""
    rows = np.arange(float(n))
    found = cut(side, tensor(rows[:, None] * [1, 2]), tensor(-rows), size)
    sizes = [min(size, n - at) for at in range(0, n, size)]
    close(found, [(tensor(np.zeros((k, 2))), tensor(np.zeros(k))) for k in sizes], atol=1e6)  # the shapes
    x, y = (np.concatenate([batch[part].array for batch in found]) for part in (0, 1))
    close(np.sort(x[:, 0]), np.float32(rows))
    close([x[:, 1], y], [2 * x[:, 0], -x[:, 0]])
    return x[:, 0].astype(int)


@case("batches", points=1, concept="pairs")
def test_batches_keep_pairs(student):
    """Shuffled batches have every row once, with its own label, in another order each time."""
    first, second = shuffled(student, 43, 5), shuffled(student, 43, 5)
    assert not np.array_equal(first, second)


@case("batches", points=1, concept="shuffling")
def test_batches_mix(student):
    """Shuffling mixes rows, not whole batches, and any row may come first."""
    assert any(np.ptp(part) >= 4 for part in shuffled(student, 40, 4).reshape(10, 4))
    firsts = np.bincount([shuffled(student, 5, 5)[0] for _ in range(150)], minlength=5)
    assert firsts.min() >= 4  # 30 are expected of each row; fewer than 4 happens once in 10^9 times


@case("batches", points="1/2", concept="shape-check")
@pytest.mark.parametrize(("rows", "size"), [(5, 2), (6, 0)], ids=["uneven", "size-0"])
def test_batches_refuse(student, rows, size):
    """A size below 1, or labels that do not fit the inputs, are refused."""
    shuffled(student, 6, 4)
    with raises(ValueError):
        cut(student, tensor(np.ones((6, 2))), tensor(np.ones(rows)), size)


@case("fit", points=1, concept="gradient-descent")
@pytest.mark.parametrize("l2", [0.0, 0.05], ids=["plain", "l2"])
def test_fit_trajectory(student, reference, rng, l2):
    """Batches of a fit: losses and weights after some epochs, the last batch partial; with a penalty and without."""
    arrays, (x, y) = draw(rng, (4, 2), (4,), (1, 4), (1,)), draw(rng, (10, 2), (10, 1))

    def script(side):
        net = put(side.live.MLP([2, 4, 1], activation=side.live.Tanh), *arrays)
        data = tensor(x), tensor(y), side.live.mse_loss
        history = side.fit(net, *data, 4, 0.1, batch_size=4, shuffle=False, l1=l2 / 2, l2=l2)
        return [history, *(read(parameter) for parameter in net.parameters())]

    agree(student, reference, script)


@case("fit", points=1, concept="train-and-eval")
def test_fit_validates(student, reference, rng):
    """The validation loss of fit is that of evaluation; training begins and goes on in training mode."""
    arrays, (x, y, vx, vy) = draw(rng, (2,), (2,), (1, 2), (1,)), draw(rng, (40, 2), (40, 1), (6, 2), (6, 1))

    def script(side):
        net = put(side.live.Sequential(side.live.BatchNorm1d(2), side.live.Linear(2, 1)), *arrays)
        data, validation = (tensor(x), tensor(y), side.live.mse_loss), (tensor(vx), tensor(vy))
        history = side.fit(net.eval(), *data, 4, 0.1, shuffle=False, validation=validation)
        return [history, *(read(tensor) for tensor in net.parameters())]

    agree(student, reference, script)


@case("fit", points=1, concept="train-and-eval")
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_evaluate_restores(student, reference, rng, mode):
    """What evaluate leaves behind: the mode as before, weights, gradients and running statistics untouched."""
    *arrays, x = draw(rng, (2,), (2,), (3, 2), (3,), (6, 2))
    labels = tensor(rng.permutation(np.arange(6) % 3))

    def script(side):
        norm, last = side.live.BatchNorm1d(2), side.live.Linear(2, 3)
        net = put(side.live.Sequential(norm, last), *arrays)
        net.train(mode)
        found = [side.evaluate(net, tensor(x), labels, side.live.cross_entropy), read(last.weight.grad)]
        found += [read(part.training) for part in (net, norm)]
        return found + [read(tensor) for tensor in (last.weight, norm.running_mean, norm.running_var)]

    agree(student, reference, script)


@case("fit", points=1, concept="early-stopping")
def test_fit_stops_early(student, reference, rng):
    """A fit that stops early: as many epochs as patience allows, then the best weights; validation must be there."""
    x = rng.uniform(1, 2, size=(8, 1))

    def run(side, **validation):
        line = put(side.live.Linear(1, 1), [[0.5]], [0.0])
        options = {"batch_size": 8, "shuffle": False, "stopping": side.live.EarlyStopping(patience=3)}
        history = side.fit(line, tensor(x), tensor(2 * x), side.live.mse_loss, 50, 0.01, **options, **validation)
        return [history, read(line.weight), read(line.bias)]

    agree(student, reference, lambda side: run(side, validation=(tensor(x), tensor(0.8 * x))))
    with raises(ValueError):
        run(student)


@case("fit", points="1/2", concept="shuffling")
def test_fit_shuffles(student, rng):
    """Unless it is told otherwise, fit shuffles: the same beginning ends elsewhere another time."""
    x, y = draw(rng, (40, 1), (40, 1))
    lines = [put(student.live.Linear(1, 1), [[0.5]], [0.0]) for _ in range(2)]
    for line in lines:
        student.fit(line, tensor(x), tensor(y), student.live.mse_loss, 1, 0.1, batch_size=4)
    yes((lines[0].weight - lines[1].weight).abs().max().gt(1e-6))


@case("fit", points="1/2", concept="composition")
def test_fit_learns_with_everything(student):
    """Batch norm, ReLU, shuffled batches and fit together learn XOR, in the best of five tries."""
    x, labels = np.tile(CORNERS, (8, 1)), np.tile(TRUTH["xor_gate"], 8)
    for _ in range(5):
        net = student.live.MLP([2, 8, 2], batch_norm=True)
        student.fit(net, tensor(x), tensor(labels), student.live.cross_entropy, 30, 0.3, batch_size=8)
        scores = read(net.eval()(tensor(CORNERS)))
        close(scores, tensor(np.zeros((4, 2))), atol=1e6)
        learnt = scores.array.argmax(axis=1)
        if np.array_equal(learnt, TRUTH["xor_gate"]):
            return
    close(learnt, np.array(TRUTH["xor_gate"]))


# Early stopping


def told(side, losses, **options):
    """What EarlyStopping says, up to and with its first True."""
    stopping, said = side.EarlyStopping(**options), []
    for loss in losses:
        said.append(stopping.step(float(loss)))
        if said[-1] is True:
            break
    return said


@case("early_stopping", points="1/3", concept="patience")
@pytest.mark.parametrize("options", [{"patience": 1}, {"patience": 3}, {}], ids=["one", "three", "default"])
def test_early_stopping_waits(student, reference, rng, options):
    """Patience counts epochs in a row without a better loss; an equal loss is none."""
    falling = 3 - np.cumsum(rng.uniform(0.1, 0.3, size=6))
    losses = [*falling[:3], falling[2], *falling[3:], *falling[5] + rng.uniform(0, 1, size=8)]
    agree(student, reference, lambda side: told(side, losses, **options))


@case("early_stopping", points="1/2", concept="min-delta")
def test_early_stopping_min_delta(student, reference, rng):
    """Small gains do not count, but they add up: min_delta is measured from the best."""
    losses = np.array([1.0, 0.94, 0.87, 0.86, 0.84, 0.8, 0.76]) + rng.uniform(0, 0.01)
    agree(student, reference, lambda side: told(side, losses, patience=2, min_delta=0.1))


@case("early_stopping", points="1/2", concept="nan")
def test_early_stopping_nan(student, reference, rng):
    """A loss of NaN is no better loss, and what comes after it is compared with the best before."""
    high, low = rng.uniform(1, 2), rng.uniform(0.1, 0.9)
    losses = [np.nan, high, np.nan, low, np.nan, high, low]
    agree(student, reference, lambda side: [told(side, some, patience=3) for some in (losses, [np.nan] * 4)])


@case("early_stopping", points=1, concept="best-weights")
def test_early_stopping_restores_all(student, reference, rng):
    """The best epoch's weights are a copy, running statistics come back with them; if none were kept, nothing does."""
    parts, arrays = [rng.normal(at, 1 + at, size=(5, 2)) for at in range(3)], draw(rng, *[(2,)] * 6)

    def script(side):
        norm, stopping = side.live.BatchNorm1d(2), side.live.EarlyStopping(patience=2)
        stopping.restore(norm)
        for at, loss in enumerate((2.0, 1.0, 1.5)):
            put(norm, *arrays[2 * at : 2 * at + 2])(tensor(parts[at]))
            stopping.step(loss, norm)
        stopping.restore(norm)
        return [read(tensor) for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var)]

    agree(student, reference, script)
