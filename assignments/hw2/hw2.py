"""hw2 · Backpropagation: fill in every body; the handout says what each should do.

hw2 · 역전파: 안내문을 보고 모든 함수의 본문을 채워 주세요.
"""

from collections.abc import Callable, Sequence

import numpy as np


class Value:
    """A number that knows what it was made of.

    무엇으로 만들어졌는지 기억하는 수예요.
    """

    def __init__(self, data: float) -> None:
        raise NotImplementedError

    def __add__(self, other: "Value | float") -> "Value":
        raise NotImplementedError

    def __mul__(self, other: "Value | float") -> "Value":
        raise NotImplementedError

    def __truediv__(self, other: "Value | float") -> "Value":
        raise NotImplementedError

    def __pow__(self, n: float) -> "Value":
        raise NotImplementedError

    def __neg__(self) -> "Value":
        raise NotImplementedError

    def __sub__(self, other: "Value | float") -> "Value":
        raise NotImplementedError

    def __radd__(self, other: float) -> "Value":
        raise NotImplementedError

    def __rsub__(self, other: float) -> "Value":
        raise NotImplementedError

    def __rmul__(self, other: float) -> "Value":
        raise NotImplementedError

    def __rtruediv__(self, other: float) -> "Value":
        raise NotImplementedError

    def exp(self) -> "Value":
        """e^x.

        e^x를 구해요.
        """
        raise NotImplementedError

    def log(self) -> "Value":
        """The natural logarithm.

        자연로그를 구해요.
        """
        raise NotImplementedError

    def tanh(self) -> "Value":
        """The hyperbolic tangent.

        쌍곡탄젠트를 구해요.
        """
        raise NotImplementedError

    def sigmoid(self) -> "Value":
        """1 / (1 + e^-x), for any x.

        1 / (1 + e^-x)를 넘침 없이 구해요.
        """
        raise NotImplementedError

    def relu(self) -> "Value":
        """max(0, x), with the derivative 0 at 0.

        max(0, x)를 구해요. 0에서 미분은 0이에요.
        """
        raise NotImplementedError

    def backward(self) -> None:
        """Add the derivative of this number by each leaf to the leaf's `grad`.

        이 수를 잎(leaf)마다 미분한 값을 그 잎의 grad에 더해요.
        """
        raise NotImplementedError


class Tensor:
    """An array of float64 that knows what it was made of.

    무엇으로 만들어졌는지 기억하는 float64 배열이에요.
    """

    def __init__(self, data: "np.ndarray | Sequence | float", requires_grad: bool = False) -> None:
        raise NotImplementedError

    def __add__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __mul__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __truediv__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __pow__(self, n: float) -> "Tensor":
        raise NotImplementedError

    def __neg__(self) -> "Tensor":
        raise NotImplementedError

    def __sub__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __radd__(self, other: "np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __rsub__(self, other: "np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __rmul__(self, other: "np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __rtruediv__(self, other: "np.ndarray | float") -> "Tensor":
        raise NotImplementedError

    def __matmul__(self, other: "Tensor | np.ndarray") -> "Tensor":
        raise NotImplementedError

    def maxout(self, other: "Tensor | np.ndarray") -> "Tensor":
        """The larger of the two, element by element; where they are equal, each has half of the gradient.

        둘 중 큰 쪽을 원소마다 골라요. 같으면 기울기를 반씩 나눠요.
        """
        raise NotImplementedError

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The sum over an axis, or over all.

        한 축을 따라, 또는 전체를 더해요.
        """
        raise NotImplementedError

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The mean over an axis, or over all.

        한 축을 따라, 또는 전체의 평균을 구해요.
        """
        raise NotImplementedError

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The maximum over an axis, or over all; those who share it share the gradient equally.

        한 축을 따라, 또는 전체의 최댓값을 구해요. 최댓값이 여럿이면 기울기를 똑같이 나눠요.
        """
        raise NotImplementedError

    def log_softmax(self, axis: int = -1) -> "Tensor":
        """log(softmax(x)) along an axis, finite where softmax rounds to 0.

        한 축을 따라 log(softmax(x))를 구해요. softmax가 0이 되는 곳에서도 유한해요.
        """
        raise NotImplementedError

    def reshape(self, *shape: int) -> "Tensor":
        """The elements in the same order, in another shape.

        원소 순서는 그대로 두고 shape만 바꿔요.
        """
        raise NotImplementedError

    def transpose(self, *axes: int) -> "Tensor":
        """The axes in the order given; without one, turned round.

        축을 주어진 순서로 바꿔요. 주어지지 않으면 거꾸로 뒤집어요.
        """
        raise NotImplementedError

    def exp(self) -> "Tensor":
        """e^x.

        e^x를 구해요.
        """
        raise NotImplementedError

    def log(self) -> "Tensor":
        """The natural logarithm.

        자연로그를 구해요.
        """
        raise NotImplementedError

    def tanh(self) -> "Tensor":
        """The hyperbolic tangent.

        쌍곡탄젠트를 구해요.
        """
        raise NotImplementedError

    def sigmoid(self) -> "Tensor":
        """1 / (1 + e^-x), for any x.

        1 / (1 + e^-x)를 넘침 없이 구해요.
        """
        raise NotImplementedError

    def relu(self) -> "Tensor":
        """max(0, x), with the derivative 0 at 0.

        max(0, x)를 구해요. 0에서 미분은 0이에요.
        """
        raise NotImplementedError

    def leaky_relu(self, slope: float = 0.01) -> "Tensor":
        """Like relu, but slope * x where x is not positive.

        relu와 같지만, x가 양수가 아니면 slope * x예요.
        """
        raise NotImplementedError

    def elu(self, alpha: float = 1.0) -> "Tensor":
        """Like relu, but alpha * (e^x - 1) where x is not positive.

        relu와 같지만, x가 양수가 아니면 alpha * (e^x - 1)이에요.
        """
        raise NotImplementedError

    def backward(self, grad: "np.ndarray | float | None" = None) -> None:
        """Add the gradient of sum(grad * self) by each leaf to the leaf's `grad`.

        sum(grad * self)를 잎(leaf)마다 미분한 값을 그 잎의 grad에 더해요.
        """
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Forget the gradient.

        기울기를 지워요.
        """
        raise NotImplementedError


def gradcheck(
    f: Callable[..., Tensor], *inputs: Tensor, eps: float = 1e-6, rtol: float = 1e-4, atol: float = 1e-6
) -> bool:
    """Whether `backward` of f(*inputs), a single number, agrees with central differences.

    수 하나를 내는 f(*inputs)의 backward가 중앙 차분과 맞는지 알려 줘요.
    """
    raise NotImplementedError


def linear_regression(x: np.ndarray, y: np.ndarray, lr: float = 0.1, steps: int = 1000) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias for which mean((xw + b - y)^2) is small.

    mean((xw + b - y)^2)가 작아지는 가중치 (D,)와 편향을 경사하강법으로 찾아요.
    """
    raise NotImplementedError


def logistic_regression(x: np.ndarray, y: np.ndarray, lr: float = 0.1, steps: int = 1000) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias for which the mean BCE of sigmoid(xw + b) is small.

    sigmoid(xw + b)의 평균 BCE가 작아지는 가중치 (D,)와 편향을 경사하강법으로 찾아요.
    """
    raise NotImplementedError
