"""hw5: the data is what its script makes, its reference does what it says, and the bands are where they belong.

The functions are held against counting by hand and against torch; the pipeline is run as a member's notebook is.
"""

import ast
import importlib.util
import math
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
HOME = ROOT / "assignments" / "hw5"
quick = settings(max_examples=30, deadline=None, database=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
Functional = torch.nn.functional


def load(file):
    spec = importlib.util.spec_from_file_location(f"tested_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Where several tests run at once, threads of networks as small as these wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data():
    """The images of all sets, and their labels, as the script makes them."""
    images, labels = load(HOME / "make_data.py").make()
    return images, labels


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Everything that the reference defines when it is run as a notebook, with its data beside it."""
    return run(tmp_path_factory.mktemp("hw5"))


def run(folder, **changes):
    """The reference run in `folder`, with other numbers for what is named (`manual_seed=1`)."""
    text = (ROOT / "reference" / "hw5.py").read_text("utf-8")
    for name, value in changes.items():
        assert f"{name}(0)" in text
        text = text.replace(f"{name}(0)", f"{name}({value})")
    for file in (HOME / "train.npz", HOME / "hidden" / "test.npz"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "hw5.py").write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return runpy.run_path("hw5.py")


# -- the data ----------------------------------------------------------------------------------------------------------


def test_the_script_makes_the_files_and_the_labels_that_are_there(data):
    images, labels = data
    n = 2000
    with np.load(HOME / "train.npz") as file:
        assert sorted(file) == ["images", "labels"]
        assert file["images"].dtype == np.uint8
        assert file["labels"].dtype == np.int64
        np.testing.assert_array_equal(file["images"], images[:n])
        np.testing.assert_array_equal(file["labels"], labels[:n])
    for name, part in (("test.npz", images[n : n + 600]), ("hidden/test.npz", images[n + 600 :])):
        with np.load(HOME / name) as file:
            assert sorted(file) == ["images"]
            assert file["images"].dtype == np.uint8
            np.testing.assert_array_equal(file["images"], part)
    np.testing.assert_array_equal(hidden_labels(), labels[n + 600 :])


def hidden_labels():
    """The labels of the test set that hidden cases bring along, as they have them."""
    tree = ast.parse((HOME / "hidden" / "test_predictions.py").read_text("utf-8"))
    (text,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TEST_LABELS"
    ]
    return np.array([int(digit) for digit in text])


def test_no_image_is_there_twice_and_each_set_has_every_kind(data):
    images, labels = data
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)
    for part in np.split(labels, [2000, 2600]):
        counts = np.bincount(part, minlength=5) / len(part)
        np.testing.assert_allclose(counts, [0.3, 0.25, 0.2, 0.15, 0.1], atol=0.04)


def test_a_linear_model_fails(data):
    """Fitted as well as can be, with as much penalty as suits the test set best: that is more than a member can do."""
    images, labels = data
    x = torch.tensor(images.reshape(len(images), -1)).float()
    x = (x - x[:2000].mean(0)) / x[:2000].std(0)
    y = torch.tensor(labels)
    best = 0.0
    for decay in (0.0, 0.03):
        weight, bias = torch.zeros(256, 5, dtype=x.dtype), torch.zeros(5, dtype=x.dtype)
        held = [weight.requires_grad_(), bias.requires_grad_()]
        optimizer = torch.optim.LBFGS(held, max_iter=30)

        def loss(held=held, decay=decay, optimizer=optimizer):
            optimizer.zero_grad()
            value = Functional.cross_entropy(x[:2000] @ held[0] + held[1], y[:2000]) + decay * (held[0] ** 2).sum()
            value.backward()
            return value

        optimizer.step(loss)
        guess = (x[2000:] @ held[0] + held[1]).argmax(1)
        best = max(best, (guess == y[2000:]).double().mean().item())
    assert best < 0.45  # the lowest band


def test_the_reference_reaches_the_top_band(whole):
    assert (whole["predictions"].numpy() == hidden_labels()).mean() >= 0.94
    assert whole["evaluate"](whole["model"], (whole["hx"], whole["held_out"][1]))["recall"] > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
def test_the_top_band_is_no_luck(tmp_path, seed):
    found = run(tmp_path, manual_seed=seed)
    assert (found["predictions"].numpy() == hidden_labels()).mean() >= 0.93


# -- split and standardize ---------------------------------------------------------------------------------------------


@quick
@given(seeds, st.integers(1, 200), st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_split_is_a_partition_of_pairs(whole, seed, n, weights):
    ratios = [weight / sum(weights) for weight in weights]
    rows = torch.arange(n)
    if sum(round(ratio * n) for ratio in ratios[:-1]) > n:
        return  # of very few rows, rounding can ask for more than there are
    parts = whole["split"](rows[:, None].double(), rows, ratios, seed % 1000)
    assert torch.equal(torch.cat([y for _x, y in parts]).sort().values, rows)
    assert all(torch.equal(x[:, 0], y.double()) for x, y in parts)
    assert [len(y) for _x, y in parts[:-1]] == [round(ratio * n) for ratio in ratios[:-1]]


@quick
@given(seeds, st.integers(2, 30), st.integers(1, 5))
def test_standardize_is_what_numpy_computes(whole, seed, n, features):
    rng = np.random.default_rng(seed)
    training, other = rng.normal(3, 7, size=(n, features)), rng.normal(size=(4, features))
    training[:, 0], other[:, 0] = 0.1, rng.normal(size=4)
    found = [part.numpy() for part in whole["standardize"](torch.tensor(training), torch.tensor(other))]
    std = training.std(axis=0)
    std[0] = 1
    for part, array in zip(found, (training, other), strict=True):
        np.testing.assert_allclose(part, (array - training.mean(axis=0)) / std, atol=1e-12)


# -- evaluate ----------------------------------------------------------------------------------------------------------


@quick
@given(seeds, st.integers(1, 40), st.integers(1, 6), st.integers(1, 50))
def test_evaluate_is_what_counting_gives(whole, seed, n, classes, batch_size):
    rng = np.random.default_rng(seed)
    scores, y = rng.normal(size=(n, classes)), rng.integers(0, classes, size=n)
    model = torch.nn.Identity()
    found = whole["evaluate"](model, (torch.tensor(scores), torch.tensor(y)), batch_size)
    guess = scores.argmax(axis=1)
    shares = []
    for c in range(classes):
        right = sum(g == t == c for g, t in zip(guess, y, strict=True))
        shares.append([right / max((guess == c).sum(), 1), right / max((y == c).sum(), 1)])
    precision, recall = np.mean(shares, axis=0)
    loss = Functional.cross_entropy(torch.tensor(scores), torch.tensor(y)).item()
    expected = {"loss": loss, "accuracy": (guess == y).mean(), "precision": precision, "recall": recall}
    assert found == pytest.approx(expected, rel=1e-6)
    assert model.training


# -- train -------------------------------------------------------------------------------------------------------------


def toy(seed, n=60):
    """Rows of which the hidden rule is a ring: no line tells it."""
    x = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
    return x, (x.norm(dim=1) > 1.1).long()


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(2, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Linear(16, 2)
    )


def test_train_is_the_loop_of_torch(whole):
    """Batches in the order that torch draws, AdamW, and the weights of the lowest validation loss, to the bit."""
    pairs = [toy(1), toy(2)]
    ours = network()
    history = whole["train"](ours, *pairs, epochs=12, lr=0.05, batch_size=16, patience=3)

    theirs = network()
    optimizer = torch.optim.AdamW(theirs.parameters(), lr=0.05)
    states, losses = [], []
    for _ in range(12):
        theirs.train()
        for rows in torch.randperm(60).split(16):
            optimizer.zero_grad()
            Functional.cross_entropy(theirs(pairs[0][0][rows]), pairs[0][1][rows]).backward()
            optimizer.step()
        theirs.eval()
        with torch.no_grad():
            losses.append(Functional.cross_entropy(theirs(pairs[1][0]), pairs[1][1]).item())
        states.append({name: tensor.clone() for name, tensor in theirs.state_dict().items()})
        if len(losses) > 3 and min(losses[-3:]) >= min(losses[:-3]):
            break
    assert history["validation"] == losses
    assert len(history["train"]) == len(losses)
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, states[int(np.argmin(losses))][name]), name


def test_train_learns_a_ring_and_memorises_noise(whole):
    """What can be learnt helps on rows that are new; what means nothing is learnt by heart."""
    (x, y), others = toy(3, 300), toy(4, 300)
    model = network()
    whole["train"](model, (x, y), others, epochs=40, lr=0.03, batch_size=32, patience=40)
    assert whole["evaluate"](model, others)["accuracy"] > 0.9
    noise = torch.randint(0, 2, (300,), generator=torch.Generator().manual_seed(5))
    wide, theirs = torch.randn(300, 400), torch.randn(300, 400)
    model = torch.nn.Linear(400, 2)
    history = whole["train"](model, (wide, noise), (theirs, noise.flip(0)), epochs=20, lr=0.01, patience=20)
    assert history["train"][-1] < 0.1
    assert min(history["validation"]) > 0.6


def test_losses_that_are_not_numbers_are_no_better(whole):
    """A validation loss of NaN is never the best, and training that meets nothing else leaves the model as it ended."""
    x, y = toy(6, 8)
    for others, epochs in (((x * math.nan, y), 2), ((x, y), 3)):
        model = torch.nn.Linear(2, 2)
        history = whole["train"](model, (x, y), others, epochs=3, patience=2)
        assert len(history["validation"]) == epochs
        assert all(bool(parameter.isfinite().all()) for parameter in model.parameters())
