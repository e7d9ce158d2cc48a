"""Makes hw5's data: signs seen by day (bright on dark) and by night (dark on bright), five kinds, 16 by 16 pixels.

    python assignments/hw5/make_data.py     writes the three sets, and prints the labels of hidden/test.npz

Members have train.npz and test.npz. Where hidden cases judge, hidden/test.npz lies in place of test.npz: images that no
member has seen, so that labels which no model of the notebook makes are worth nothing. The labels of those belong into
hidden/test_predictions.py; `tests/reference/test_hw5.py` holds all of it against this script. The script stays with the
staff, as the labels do: with its seed anybody could make them.

A sign is as often dark as bright. So the mean image of every kind is the same grey, and a linear model learns next to
nothing from the pixels. A hidden layer can know both sides of the grey, so a network with one learns the kinds.
"""

import sys
from pathlib import Path

import numpy as np

SEED = 0xB2A7_61C4_9E0D_583F_47D1_8C6A_F203_95EB  # of 128 bits: nobody finds it by trying
TRAINING, TEST = 2000, 600
SIDE, REACH = 16, 3  # pixels of an image; places a way where a sign may begin
SHARES = (0.30, 0.25, 0.20, 0.15, 0.10)  # how frequent each kind is
SIGNS = (
    """
    ...##...
    ...##...
    ...##...
    ########
    ########
    ...##...
    ...##...
    ...##...
    """,
    """
    ##....##
    ###..###
    .######.
    ..####..
    ..####..
    .######.
    ###..###
    ##....##
    """,
    """
    ..####..
    .######.
    ##....##
    ##....##
    ##....##
    ##....##
    .######.
    ..####..
    """,
    """
    ...##...
    ...##...
    ..####..
    ..####..
    .##..##.
    .##..##.
    ########
    ########
    """,
    """
    ########
    ########
    ##....##
    ##....##
    ##....##
    ##....##
    ########
    ########
    """,
)


def draw(rng: np.random.Generator, label: int) -> np.ndarray:
    """One image.

    Only `random()` and plain arithmetic: those give the same bits with every NumPy and on every machine.
    """
    sign = np.array([[pixel == "#" for pixel in line] for line in SIGNS[label].split()])
    first = (SIDE - len(sign) - REACH + 1) // 2
    top, left = (first + int(REACH * rng.random()) for _ in range(2))
    contrast = (0.5 + 0.5 * rng.random()) * (1 if rng.random() < 0.5 else -1)
    image = 0.8 * (rng.random((SIDE, SIDE)) + rng.random((SIDE, SIDE)) - 1)
    image[top : top + len(sign), left : left + len(sign)] += contrast * sign
    return np.clip(np.rint(128 + 64 * image), 0, 255).astype(np.uint8)


def some(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """So many images, and their labels."""
    edges = np.cumsum(SHARES[:-1])
    labels = np.array([int((rng.random() >= edges).sum()) for _ in range(count)], np.int64)
    return np.stack([draw(rng, label) for label in labels]), labels


def make() -> tuple[np.ndarray, np.ndarray]:
    """All images and their labels: the training set, the test set that members have, and the one of the judge."""
    rng = np.random.default_rng(SEED)
    seen, unseen = some(rng, TRAINING + TEST), some(rng, TEST)
    return np.concatenate([seen[0], unseen[0]]), np.concatenate([seen[1], unseen[1]])


def main() -> None:
    """Write the files; print the labels as hidden/test_predictions.py has them."""
    images, labels = make()
    folder, given = Path(__file__).parent, TRAINING + TEST
    np.savez_compressed(folder / "train.npz", images=images[:TRAINING], labels=labels[:TRAINING])
    np.savez_compressed(folder / "test.npz", images=images[TRAINING:given])
    np.savez_compressed(folder / "hidden" / "test.npz", images=images[given:])
    digits = "".join(map(str, labels[given:]))
    sys.stdout.write("\n".join(f'    "{digits[at : at + 100]}"' for at in range(0, TEST, 100)) + "\n")


if __name__ == "__main__":
    main()
