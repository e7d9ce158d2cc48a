"""hw5: a project of your own on images of signs, from splitting the data to predicting labels that nobody gave you.

hw5: 표지판 이미지로 하는 자유 프로젝트예요. 데이터를 나누는 것부터 모르는 레이블을 예측하는 것까지 직접 해요.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

Pair = tuple[torch.Tensor, torch.Tensor]


def split(x: Tensor, y: Tensor, ratios: Sequence[float] = (0.7, 0.15, 0.15), seed: int = 0) -> list[Pair]:
    """The rows of x and y, shuffled by the seed, in parts of these shares; the last part gets what is left.

    x와 y의 행을 seed로 섞어 주어진 비율대로 나눠요. 마지막 부분은 남은 행을 모두 가져요.
    """
    raise NotImplementedError


def standardize(training: Tensor, *others: Tensor) -> list[Tensor]:
    """(x - mean) / std for each feature, of training and of others, by the mean and std of training.

    training의 평균과 표준편차로 training과 others를 특성마다 (x - 평균) / 표준편차로 바꿔요.
    """
    raise NotImplementedError


def build_model(n_in: int, n_classes: int) -> nn.Module:
    """An untrained network that gives one score a class for each row of n_in features.

    특성 n_in개인 행마다 클래스별 점수를 하나씩 내는, 아직 학습하지 않은 네트워크예요.
    """
    raise NotImplementedError


def evaluate(model: nn.Module, data: Pair, batch_size: int = 256) -> dict[str, float]:
    """{'loss': …, 'accuracy': …, 'precision': …, 'recall': …} of (x, y); the model is left as it was.

    (x, y)에 대한 {'loss': …, 'accuracy': …, 'precision': …, 'recall': …}예요. 모델은 원래 상태 그대로 둬요.
    """
    raise NotImplementedError


def train(
    model: nn.Module,
    training: Pair,
    validation: Pair,
    epochs: int = 30,
    lr: float = 1e-3,
    batch_size: int = 64,
    patience: int = 5,
) -> dict[str, list[float]]:
    """Train on mini-batches, stop early, end with the best epoch's weights; {'train': […], 'validation': […]}.

    미니배치로 학습하고 일찍 멈춰서 가장 좋았던 에폭의 가중치로 끝내요. {'train': […], 'validation': […]}을 돌려줘요.
    """
    raise NotImplementedError


# The whole way, from train.npz to one label for each image of test.npz.
# train.npz에서 시작해 test.npz의 이미지마다 레이블 하나를 붙이는 데까지예요.
predictions: Tensor
