"""hw3: a multilayer perceptron on torch tensors, without torch.nn and torch.optim.

hw3: torch.nn과 torch.optim 없이 torch 텐서로 만드는 다층 퍼셉트론이에요.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Module:
    """What layers and networks have in common.

    층과 네트워크가 공통으로 가지는 것들이에요.
    """

    def __init__(self) -> None:
        """A new module is in training: self.training is True.

        새로 만든 모듈은 학습 모드예요. self.training이 True예요.
        """
        raise NotImplementedError

    def __call__(self, x: Tensor) -> Tensor:
        """The same as forward(x).

        forward(x)와 같아요.
        """
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Left to each kind of module: this one stays as it is.

        모듈마다 따로 써요. 여기는 이대로 두면 돼요.
        """
        raise NotImplementedError

    def state(self) -> list[Tensor]:
        """Every tensor held here or in a module held here, also in lists, tuples and dicts; each once.

        여기와 안쪽 모듈이 가진 모든 텐서예요. 리스트, 튜플, 딕셔너리 안도 찾고, 같은 텐서는 한 번만 넣어요.
        """
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        """The tensors of state() that require a gradient.

        state() 중에서 기울기가 필요한 텐서들이에요.
        """
        raise NotImplementedError

    def train(self, mode: bool = True) -> "Module":
        """Set self.training to mode, here and in every module inside; return self.

        self.training을 mode로 바꿔요. 안쪽 모듈도 모두 바꾸고 self를 돌려줘요.
        """
        raise NotImplementedError

    def eval(self) -> "Module":
        """train(False).

        train(False)와 같아요.
        """
        raise NotImplementedError


class Sequential(Module):
    """Layers one after another.

    층을 차례로 이어요.
    """

    def __init__(self, *layers: Module) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Linear(Module):
    """x W^T + b; weight has the shape (n_out, n_in), bias (n_out,).

    x W^T + b를 계산해요. weight의 shape는 (n_out, n_in), bias는 (n_out,)이에요.
    """

    def __init__(self, n_in: int, n_out: int, init: str = "xavier", bias: bool = True) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Sigmoid(Module):
    """1 / (1 + e^-x), value and gradient finite at any x.

    1 / (1 + e^-x)예요. 어떤 x에서도 값과 기울기가 유한해야 해요.
    """

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Tanh(Module):
    """(1 - e^-2x) / (1 + e^-2x), value and gradient finite at any x.

    (1 - e^-2x) / (1 + e^-2x)예요. 어떤 x에서도 값과 기울기가 유한해야 해요.
    """

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class ReLU(Module):
    """max(x, 0); the gradient at 0 is 0.

    max(x, 0)이에요. 0에서 기울기는 0이에요.
    """

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class LeakyReLU(Module):
    """x where x > 0, else slope * x.

    x > 0이면 x, 아니면 slope * x예요.
    """

    def __init__(self, slope: float = 0.01) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class ELU(Module):
    """x where x > 0, else alpha * (e^x - 1).

    x > 0이면 x, 아니면 alpha * (e^x - 1)이에요.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Maxout(Module):
    """The largest of several Linear(n_in, n_out), output by output; they stand in the list self.pieces.

    Linear(n_in, n_out) 여러 개의 출력에서 자리마다 가장 큰 값을 골라요. 그 층들은 리스트 self.pieces에 둬요.
    """

    def __init__(self, n_in: int, n_out: int, pieces: int = 2) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Dropout(Module):
    """Drops each value with probability p in training and scales the others by 1 / (1 - p).

    학습할 때 값을 확률 p로 버리고, 남은 값은 1 / (1 - p)배 해요.
    """

    def __init__(self, p: float = 0.5) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class BatchNorm1d(Module):
    """Normalizes each feature of (N, n) over the batch; weight, bias, running_mean and running_var are (n,).

    (N, n)을 특성마다 배치에 대해 정규화해요. weight, bias, running_mean, running_var는 (n,)이에요.
    """

    def __init__(self, n: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class MLP(Module):
    """Linear layers of these sizes: after each but the last batch norm, activation and dropout, in this order.

    주어진 크기의 Linear 층들이에요. 마지막을 뺀 층 뒤에 배치 정규화, 활성화, 드롭아웃이 이 순서로 와요.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[], Module] = ReLU,
        dropout: float = 0.0,
        batch_norm: bool = False,
        init: str = "kaiming",
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


def and_gate() -> Module:
    """x1 AND x2 as one Linear(2, 1) and a Sigmoid, weights set by hand.

    x1 AND x2예요. Linear(2, 1) 하나와 Sigmoid로, 가중치를 직접 정해요.
    """
    raise NotImplementedError


def or_gate() -> Module:
    """x1 OR x2 as one Linear(2, 1) and a Sigmoid.

    x1 OR x2예요. Linear(2, 1) 하나와 Sigmoid예요.
    """
    raise NotImplementedError


def not_gate() -> Module:
    """NOT x as one Linear(1, 1) and a Sigmoid.

    NOT x예요. Linear(1, 1) 하나와 Sigmoid예요.
    """
    raise NotImplementedError


def xor_gate() -> Module:
    """x1 XOR x2 as Linear(2, 2), Sigmoid, Linear(2, 1), Sigmoid.

    x1 XOR x2예요. Linear(2, 2), Sigmoid, Linear(2, 1), Sigmoid예요.
    """
    raise NotImplementedError


def xnor_gate() -> Module:
    """x1 XNOR x2 as Linear(2, 2), Sigmoid, Linear(2, 1), Sigmoid.

    x1 XNOR x2예요. Linear(2, 2), Sigmoid, Linear(2, 1), Sigmoid예요.
    """
    raise NotImplementedError


def mse_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean of the squared errors over all elements; ValueError if the shapes differ.

    모든 원소에 대한 제곱 오차의 평균이에요. shape가 다르면 ValueError예요.
    """
    raise NotImplementedError


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """The mean of -log softmax(scores) at the labels.

    정답 자리의 -log softmax(scores)를 평균해요.
    """
    raise NotImplementedError


def softmax_classifier(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The probability of each class for each row: softmax(x W^T + b).

    행마다 각 클래스의 확률 softmax(x W^T + b)를 구해요.
    """
    raise NotImplementedError


def l1_penalty(model: Module, lam: float) -> Tensor:
    """The sum of |W| over the weights, not the biases, times lam.

    가중치에 대한 lam * sum |W|예요. 편향은 빼요.
    """
    raise NotImplementedError


def l2_penalty(model: Module, lam: float) -> Tensor:
    """The sum of W^2 over the weights, not the biases, times lam / 2.

    가중치에 대한 lam / 2 * sum W^2이에요. 편향은 빼요.
    """
    raise NotImplementedError


def batches(x: Tensor, y: Tensor, size: int, shuffle: bool = True) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of at most size rows; every row once, the last batch may be smaller.

    최대 size개의 행으로 된 쌍들이에요. 모든 행이 한 번씩 나오고 마지막 배치는 더 작을 수 있어요.
    """
    raise NotImplementedError


def evaluate(model: Module, x: Tensor, y: Tensor, loss: Loss) -> float:
    """The loss in evaluation mode as a float; the model's mode is the same afterwards as before.

    평가 모드에서 잰 손실을 float으로 돌려줘요. 끝나면 모델의 모드는 원래대로예요.
    """
    raise NotImplementedError


class EarlyStopping:
    """Stops after patience epochs in a row that do not better the best loss by more than min_delta.

    가장 좋은 손실보다 min_delta 넘게 좋아지지 않는 에폭이 patience번 이어지면 멈춰요.
    """

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        raise NotImplementedError

    def step(self, loss: float, model: Module | None = None) -> bool:
        """Take note of an epoch's loss, and copy the model if it is the best; True means stop.

        에폭의 손실을 기록하고 가장 좋으면 모델을 복사해 둬요. 멈춰야 하면 True예요.
        """
        raise NotImplementedError

    def restore(self, model: Module) -> None:
        """Put the best epoch's tensors back into the model.

        가장 좋았던 에폭의 텐서를 모델에 되돌려 놓아요.
        """
        raise NotImplementedError


def fit(
    model: Module,
    x: Tensor,
    y: Tensor,
    loss: Loss,
    epochs: int,
    lr: float,
    batch_size: int = 32,
    shuffle: bool = True,
    l1: float = 0.0,
    l2: float = 0.0,
    validation: tuple[Tensor, Tensor] | None = None,
    stopping: EarlyStopping | None = None,
) -> dict[str, list[float]]:
    """Gradient descent on mini-batches; {'train': [...], 'validation': [...]} with a float for each epoch.

    미니배치 경사하강법이에요. 에폭마다 float 하나씩 {'train': [...], 'validation': [...]}을 돌려줘요.
    """
    raise NotImplementedError
