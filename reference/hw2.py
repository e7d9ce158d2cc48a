"""Backpropagation in NumPy: an engine for single numbers (`Value`), the same for arrays (`Tensor`), and fits with it.

Every operation makes a node that keeps its operands, and for each of them a function which turns the gradient by
the node into the gradient by that operand. `backward` walks these edges once, from the result to the leaves.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np


def _operands_first(root):
    """All nodes that `root` was made of, each after its operands; a loop, so that depth is no matter."""
    order, done, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        waiting = [operand for operand, _ in node._edges if operand not in done]
        if waiting:
            stack += waiting
        else:
            stack.pop()
            if node not in done:  # it may have been waited for from several sides
                done.add(node)
                order.append(node)
    return order


class Value:
    """A number that knows what it was made of."""

    def __init__(self, data: float) -> None:
        self.data = data
        self.grad = 0.0
        self._edges = ()

    @staticmethod
    def _of(x):
        return x if isinstance(x, Value) else Value(x)

    @staticmethod
    def _made(data, *edges):
        node = Value(data)
        node._edges = edges
        return node

    def __add__(self, other: "Value | float") -> "Value":
        other = Value._of(other)
        return Value._made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other: "Value | float") -> "Value":
        other = Value._of(other)
        return Value._made(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * other**-1

    def __pow__(self, n: float) -> "Value":
        return Value._made(self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    def __neg__(self) -> "Value":
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        return self + -other

    def __radd__(self, other: float) -> "Value":
        return self + other

    def __rsub__(self, other: float) -> "Value":
        return -self + other

    def __rmul__(self, other: float) -> "Value":
        return self * other

    def __rtruediv__(self, other: float) -> "Value":
        return self**-1 * other

    def exp(self) -> "Value":
        """e^x."""
        e = math.exp(self.data)
        return Value._made(e, (self, lambda g: g * e))

    def log(self) -> "Value":
        """The natural logarithm."""
        return Value._made(math.log(self.data), (self, lambda g: g / self.data))

    def tanh(self) -> "Value":
        """The hyperbolic tangent."""
        t = math.tanh(self.data)
        return Value._made(t, (self, lambda g: g * (1 - t**2)))

    def sigmoid(self) -> "Value":
        """1 / (1 + e^-x), without overflow."""
        e = math.exp(-abs(self.data))  # at most 1; for x < 0 the fraction is e^x / (e^x + 1)
        s = (1 if self.data >= 0 else e) / (1 + e)
        return Value._made(s, (self, lambda g: g * s * (1 - s)))

    def relu(self) -> "Value":
        """max(0, x), with the derivative 0 at 0."""
        return Value._made(max(0.0, self.data), (self, lambda g: g * (self.data > 0)))

    def backward(self) -> None:
        """Add the derivative of this number by each leaf to the leaf's `grad`."""
        gradients = {self: 1.0}  # of this call alone: what lies between must start from 0 every time
        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)  # complete, since everything that uses the node came before
            for operand, back in node._edges:
                gradients[operand] = gradients.get(operand, 0.0) + back(gradient)
            if not node._edges:
                node.grad += gradient


def _summed_to(gradient, shape):
    """The gradient by an operand of this shape that was broadcast: every copy of an element adds to its gradient."""
    added = gradient.ndim - len(shape)
    stretched = tuple(added + axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)


class Tensor:
    """An array of float64 that knows what it was made of."""

    __array_ufunc__ = None  # else `array * tensor` would be an array of tensors, one for each element

    def __init__(self, data: "np.ndarray | Sequence | float", requires_grad: bool = False) -> None:
        self.data = np.array(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad: np.ndarray | None = None
        self._edges = ()

    @staticmethod
    def _of(x):
        return x if isinstance(x, Tensor) else Tensor(x)

    @staticmethod
    def _made(data, *edges):
        node = Tensor(data)
        node._edges = tuple((operand, back) for operand, back in edges if operand.requires_grad)
        node.requires_grad = bool(node._edges)
        return node

    # Two operands, which NumPy may broadcast; _summed_to undoes that in backward

    def __add__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        other = Tensor._of(other)
        return Tensor._made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        other = Tensor._of(other)
        return Tensor._made(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __truediv__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        return self * Tensor._of(other) ** -1  # as a tensor: NumPy refuses negative powers of whole numbers

    def __pow__(self, n: float) -> "Tensor":
        return Tensor._made(self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    def __neg__(self) -> "Tensor":
        return self * -1

    def __sub__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        return self + -Tensor._of(other)

    def __radd__(self, other: "np.ndarray | float") -> "Tensor":
        return self + other

    def __rsub__(self, other: "np.ndarray | float") -> "Tensor":
        return -self + other

    def __rmul__(self, other: "np.ndarray | float") -> "Tensor":
        return self * other

    def __rtruediv__(self, other: "np.ndarray | float") -> "Tensor":
        return self**-1 * other

    def __matmul__(self, other: "Tensor | np.ndarray") -> "Tensor":
        other = Tensor._of(other)
        return Tensor._made(
            self.data @ other.data,
            (self, lambda g: g @ other.data.swapaxes(-1, -2)),
            (other, lambda g: self.data.swapaxes(-1, -2) @ g),
        )

    def maxout(self, other: "Tensor | np.ndarray") -> "Tensor":
        """The larger of the two, element by element; where they are equal, each has half of the gradient."""
        other = Tensor._of(other)
        return Tensor._made(
            np.maximum(self.data, other.data),
            (self, lambda g: g * np.heaviside(self.data - other.data, 0.5)),
            (other, lambda g: g * np.heaviside(other.data - self.data, 0.5)),
        )

    # Along an axis, or over everything

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The sum over an axis, or over all."""
        back = lambda g: np.broadcast_to(_with_axis(g, axis, keepdims), self.data.shape)  # noqa: E731
        return Tensor._made(self.data.sum(axis=axis, keepdims=keepdims), (self, back))

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The mean over an axis, or over all."""
        count = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis, keepdims) / count

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """The maximum over an axis, or over all; those who share it share the gradient equally."""
        largest = self.data == self.data.max(axis=axis, keepdims=True)
        share = largest / largest.sum(axis=axis, keepdims=True)
        back = lambda g: share * _with_axis(g, axis, keepdims)  # noqa: E731
        return Tensor._made(self.data.max(axis=axis, keepdims=keepdims), (self, back))

    def log_softmax(self, axis: int = -1) -> "Tensor":
        """log(softmax(x)) along an axis, finite where softmax rounds to 0."""
        shifted = self.data - self.data.max(axis=axis, keepdims=True)
        out = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return Tensor._made(out, (self, lambda g: g - np.exp(out) * g.sum(axis=axis, keepdims=True)))

    # The same numbers in another shape

    def reshape(self, *shape: int) -> "Tensor":
        """The elements in the same order, in another shape."""
        return Tensor._made(self.data.reshape(*shape), (self, lambda g: g.reshape(self.data.shape)))

    def transpose(self, *axes: int) -> "Tensor":
        """The axes in the order given; without one, turned round."""
        axes = axes or tuple(reversed(range(self.data.ndim)))
        return Tensor._made(self.data.transpose(axes), (self, lambda g: g.transpose(np.argsort(axes))))

    # Element by element

    def exp(self) -> "Tensor":
        """e^x."""
        e = np.exp(self.data)
        return Tensor._made(e, (self, lambda g: g * e))

    def log(self) -> "Tensor":
        """The natural logarithm."""
        return Tensor._made(np.log(self.data), (self, lambda g: g / self.data))

    def tanh(self) -> "Tensor":
        """The hyperbolic tangent."""
        t = np.tanh(self.data)
        return Tensor._made(t, (self, lambda g: g * (1 - t**2)))

    def sigmoid(self) -> "Tensor":
        """1 / (1 + e^-x), without overflow."""
        e = np.exp(-np.abs(self.data))
        s = np.where(self.data >= 0, 1, e) / (1 + e)
        return Tensor._made(s, (self, lambda g: g * s * (1 - s)))

    def relu(self) -> "Tensor":
        """max(0, x), with the derivative 0 at 0."""
        return Tensor._made(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def leaky_relu(self, slope: float = 0.01) -> "Tensor":
        """Like relu, but slope * x where x is not positive."""
        factor = np.where(self.data > 0, 1, slope)
        return Tensor._made(factor * self.data, (self, lambda g: g * factor))

    def elu(self, alpha: float = 1.0) -> "Tensor":
        """Like relu, but alpha * (e^x - 1) where x is not positive."""
        e = np.exp(np.minimum(self.data, 0))  # np.where works out both sides, and e^1000 is inf
        positive = self.data > 0
        out = np.where(positive, self.data, alpha * (e - 1))
        return Tensor._made(out, (self, lambda g: g * np.where(positive, 1, alpha * e)))

    def backward(self, grad: "np.ndarray | float | None" = None) -> None:
        """Add the gradient of sum(grad * self) by each leaf to the leaf's `grad`."""
        if grad is None and self.data.size != 1:
            raise RuntimeError("backward() without a gradient is for a single number")
        seed = np.ones_like(self.data) if grad is None else np.asarray(grad, dtype=float)
        gradients = {self: seed}
        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)
            for operand, back in node._edges:
                gradients[operand] = gradients.get(operand, 0.0) + _summed_to(back(gradient), operand.data.shape)
            if node.requires_grad and not node._edges:
                before = 0.0 if node.grad is None else node.grad
                node.grad = before + gradient  # a new array: `gradient` may be another leaf's, or the caller's

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = None


def _with_axis(gradient, axis, keepdims):
    """The gradient by a reduced array, with the reduced axis back as one of length 1."""
    return gradient if keepdims or axis is None else np.expand_dims(gradient, axis)


def gradcheck(
    f: Callable[..., Tensor], *inputs: Tensor, eps: float = 1e-6, rtol: float = 1e-4, atol: float = 1e-6
) -> bool:
    """Whether `backward` of f(*inputs), a single number, agrees with central differences."""
    checked = [tensor for tensor in inputs if tensor.requires_grad]
    for tensor in checked:
        tensor.zero_grad()
    f(*inputs).backward()
    gradients = [np.zeros_like(t.data) if t.grad is None else t.grad for t in checked]
    slopes = [_slopes(f, inputs, tensor, eps) for tensor in checked]
    return all(np.allclose(g, s, rtol=rtol, atol=atol) for g, s in zip(gradients, slopes, strict=True))


def _slopes(f, inputs, tensor, eps):
    """(f(x + eps) - f(x - eps)) / (2 eps) for each element of `tensor` in turn."""
    slopes = np.zeros_like(tensor.data)
    for at in np.ndindex(tensor.data.shape):
        x = tensor.data[at]
        tensor.data[at] = x + eps
        above = f(*inputs).data.item()
        tensor.data[at] = x - eps
        below = f(*inputs).data.item()
        tensor.data[at] = x
        slopes[at] = (above - below) / (2 * eps)
    return slopes


def linear_regression(x: np.ndarray, y: np.ndarray, lr: float = 0.1, steps: int = 1000) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias for which mean((xw + b - y)^2) is small."""
    return _descend(x, lr, steps, lambda z: ((z - y[:, None]) ** 2).mean())


def logistic_regression(x: np.ndarray, y: np.ndarray, lr: float = 0.1, steps: int = 1000) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias for which the mean BCE of sigmoid(xw + b) is small."""
    wanted = np.stack([1 - y, y], axis=1)

    def bce(z):
        # The logs of 1 - p and p are the log-softmax of the logits 0 and z, and that is finite for every z.
        return -((z @ np.array([[0.0, 1.0]])).log_softmax() * wanted).sum() / len(y)

    return _descend(x, lr, steps, bce)


def _descend(x, lr, steps, loss):
    """Gradient descent from zero on `loss` of the column xw + b."""
    w, b = Tensor(np.zeros((x.shape[1], 1)), requires_grad=True), Tensor(0.0, requires_grad=True)
    for _ in range(steps):
        w.zero_grad()
        b.zero_grad()
        loss(Tensor(x) @ w + b).backward()
        w.data -= lr * w.grad
        b.data -= lr * b.grad
    return w.data[:, 0], float(b.data)
