"""Wrong answers to hw2 that are known by name: `d2d audit` demands that hidden cases fail each of them.

A variant is the reference with one place written otherwise, so it fails by that one thing. That the place is still
there is checked when this file is loaded: a variant must not become the reference in silence.
"""

from pathlib import Path

from grader.judge import Misconception

REFERENCE = (Path(__file__).parents[2] / "reference" / "hw2.py").read_text("utf-8")


def rewritten(right, wrong, times=1):
    """The reference's source with `wrong` in place of `right`, which stands there `times` times."""
    if REFERENCE.count(right) != times or right == wrong:
        raise ValueError(f"the reference has not {times} times: {right}")
    return REFERENCE.replace(right, wrong)


def variant(of, right, wrong, times=1):
    """The class or function `of`, as that source defines it."""
    names = {"__name__": "hw2_variant"}
    exec(compile(rewritten(right, wrong, times), f"<{of}>", "exec"), names)
    return names[of]


def mistake(id_, of, right, wrong, en, ko, seen, times=1):
    return Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=variant(of, right, wrong, times))


# Each of both engines: the line that adds to what an operand has, and its end of the walk

VALUE_ADDS = "gradients[operand] = gradients.get(operand, 0.0) + back(gradient)"
TENSOR_ADDS = "gradients[operand] = gradients.get(operand, 0.0) + _summed_to(back(gradient), operand.data.shape)"
VALUE_EDGES = f"            for operand, back in node._edges:\n                {VALUE_ADDS}"
VALUE_LEAF = "            if not node._edges:\n                node.grad += gradient"
TENSOR_LEAF = "            if node.requires_grad and not node._edges:\n"
TENSOR_LEAF_ADDS = f"""                {TENSOR_ADDS}
{TENSOR_LEAF}                before = 0.0 if node.grad is None else node.grad
                node.grad = before + gradient  # a new array: `gradient` may be another leaf's, or the caller's"""
# Arrays are handed on as they are, and what comes later is added to them where they lie
IN_PLACE = f"""                part = back(gradient)
                part = part if part.shape == operand.data.shape else _summed_to(part, operand.data.shape)
                gradients[operand] = gradients[operand] + part if operand in gradients else part
{TENSOR_LEAF}                if node.grad is None:
                    node.grad = gradient
                else:
                    node.grad += gradient"""
VALUE_WALK = """        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)  # complete"""
TENSOR_WALK = """        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)
"""
# Each node when it is first met, before all that uses it has had its turn
PREORDER = """        order, waiting = [], [self]
        while waiting:
            node = waiting.pop(0)
            if node not in order:
                order.append(node)
                waiting += [operand for operand, _ in node._edges]
        for node in order:
            gradient = gradients.get(node, 0.0 * gradients[self])"""
# Each node as often as there are paths to it, with the part of the gradient that comes along the path. It gives up
# early, since the search for a hint runs it as well, and there nothing else ends it.
PATHS = """        paths, visits = [(self, gradients[self])], 0
        while paths:
            visits += 1
            if visits > 10_000:
                raise TimeoutError("a walk along every path")
            node, gradient = paths.pop()
            paths += [(operand, {part}) for operand, back in node._edges]"""
VALUE_PATHS = PATHS.format(part="back(gradient)")
TENSOR_PATHS = PATHS.format(part="_summed_to(back(gradient), operand.data.shape)")
# What lies between keeps what it had from the call before
KEPT = """
            if node._edges:
                node.grad = gradient = gradient + (0.0 if node.grad is None else node.grad)
"""
SUMMED = "    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)"
VALUE_POWER = "        return Value._made(self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))"
VALUE_TANH = "        return Value._made(t, (self, lambda g: g * (1 - t**2)))"
VALUE_RELU = "        return Value._made(max(0.0, self.data), (self, lambda g: g * (self.data > 0)))"
VALUE_SIGMOID = """        e = math.exp(-abs(self.data))  # at most 1; for x < 0 the fraction is e^x / (e^x + 1)
        s = (1 if self.data >= 0 else e) / (1 + e)
"""
SHIFTED = "        shifted = self.data - self.data.max(axis=axis, keepdims=True)\n"
LOG_SOFTMAX_BACK = "(self, lambda g: g - np.exp(out) * g.sum(axis=axis, keepdims=True))"
COUNT = "        count = self.data.size if axis is None else self.data.shape[axis]\n"
MEAN = "        return self.sum(axis, keepdims) / count"
MEAN_BACK = """        total = self.sum(axis, keepdims)
        return Tensor._made(total.data / count, (total, lambda g: {}))"""
SHARE = "        share = largest / largest.sum(axis=axis, keepdims=True)\n"
SEED = "        seed = np.ones_like(self.data) if grad is None else np.asarray(grad, dtype=float)\n"
MATMUL = """            (self, lambda g: g @ other.data.swapaxes(-1, -2)),
            (other, lambda g: self.data.swapaxes(-1, -2) @ g),
"""
CLEARED = "    for tensor in checked:\n        tensor.zero_grad()\n"
ALL_SLOPES = "    return all(np.allclose(g, s, rtol=rtol, atol=atol) for g, s in zip(gradients, slopes, strict=True))"
BELOW = """        tensor.data[at] = x - eps
        below = f(*inputs).data.item()
        tensor.data[at] = x
        slopes[at] = (above - below) / (2 * eps)
"""
CHECKED = "    checked = [tensor for tensor in inputs if tensor.requires_grad]"
LOGS = """        p, t = z.sigmoid(), y[:, None]
        with np.errstate(all="ignore"):
            return -(p.log() * t + (1 - p).log() * (1 - t)).mean()
"""
ZEROED = "        w.zero_grad()\n        b.zero_grad()\n"
SQUARES = "lambda z: ((z - y[:, None]) ** 2).mean()"
BCE = "        return -((z @ np.array([[0.0, 1.0]])).log_softmax() * wanted).sum() / len(y)\n"

MISTAKES = (
    (
        "value-grad-overwritten", "Value", VALUE_ADDS, "gradients[operand] = back(gradient)",
        "A number that is used twice has only the gradient of one use. What do the paths to it do together?",
        "두 번 쓰인 수에 한쪽 기울기만 남아 있어요. 여러 길로 온 기울기는 어떻게 합쳐야 할까요?",
        "course list; forums: `.grad =` in place of `.grad +=`",
    ),
    (
        "value-leaf-reset", "Value", VALUE_LEAF, VALUE_LEAF.replace("+=", "="),
        "A second backward puts the leaf's gradient in place of the first one. What has accumulated should stay.",
        "backward를 다시 부르면 잎의 기울기가 새 값으로 바뀌어 버려요. 이미 쌓인 값에 더해져야 해요.",
        "course list",
    ),
    (
        "value-preorder", "Value", VALUE_WALK, PREORDER + "  # complete",
        "A node hands its gradient on before it has all of it. In which order must the nodes have their turn?",
        "노드가 기울기를 다 받기도 전에 넘겨주고 있어요. 노드를 어떤 순서로 돌아야 할까요?",
        "course list: preorder in place of topological order",
    ),
    (
        "value-every-path", "Value", VALUE_WALK, VALUE_PATHS + "  # complete",
        "The walk goes along every path, and 30 doublings have a billion of them. How often need a node be visited?",
        "모든 길을 하나씩 따라가고 있어요. 두 배를 30번 하면 길이 10억 개예요. 노드는 몇 번 방문하면 될까요?",
        "course list: exponential path walk",
    ),
    (
        "value-interior-kept", "Value", VALUE_EDGES, KEPT.lstrip("\n") + VALUE_EDGES,
        "A second backward counts the first one again: what lies between still has its old gradient.",
        "backward를 두 번 부르면 첫 번째 값이 또 세어져요. 중간 노드에 예전 기울기가 남아 있지 않나요?",
        "course list: interior gradients kept between calls",
    ),
    (
        "value-rsub-swapped", "Value", '    def __rsub__(self, other: float) -> "Value":\n        return -self + other',
        '    def __rsub__(self, other: float) -> "Value":\n        return self - other',
        "With a plain number on the left of -, the answer is the other way round. Which operand is `self` there?",
        "뺄셈 왼쪽에 그냥 수가 오면 순서가 뒤집혀요. 그때 `self`는 어느 쪽 피연산자일까요?",
        "forums: reflected operators",
    ),
    (
        "value-rtruediv-swapped", "Value", '(self, other: float) -> "Value":\n        return self**-1 * other',
        '(self, other: float) -> "Value":\n        return self / other',
        "With a plain number on the left of /, the answer is upside down. Which operand is `self` there?",
        "나눗셈 왼쪽에 그냥 수가 오면 분자와 분모가 뒤집혀요. 그때 `self`는 어느 쪽 피연산자일까요?",
        "forums: reflected operators",
    ),
    (
        "value-power-not-lowered", "Value", VALUE_POWER, VALUE_POWER.replace("n - 1", "n"),
        "The derivative of a power has the factor, but what happens to the exponent?",
        "거듭제곱을 미분할 때 앞에 곱하는 수는 맞아요. 지수는 어떻게 되어야 할까요?",
        "common slip",
    ),
    (
        "value-sigmoid-overflow", "Value", VALUE_SIGMOID, "        s = 1 / (1 + math.exp(-self.data))\n",
        "Far below 0 your sigmoid raises OverflowError: it forms e to a large number, and need not.",
        "0보다 아주 작은 수에서 sigmoid가 OverflowError를 내요. e의 아주 큰 거듭제곱을 피할 수 있어요.",
        "hw1 and the textbook formula",
    ),
    (
        "value-tanh-of-input", "Value", VALUE_TANH, VALUE_TANH.replace("t**2", "self.data**2"),
        "In 1 - t^2, t is what tanh gives, and not what it is given.",
        "1 - t^2에서 t는 tanh에 들어간 값이 아니라 나온 값이에요.",
        "common slip",
    ),
    (
        "value-relu-at-0", "Value", VALUE_RELU, VALUE_RELU.replace("(self.data > 0)", "(self.data >= 0)"),
        "At exactly 0, relu has no slope of its own; the handout says which one we take.",
        "정확히 0인 곳에서는 relu의 기울기가 정해지지 않아요. 안내문에서 약속한 값을 확인해 보세요.",
        "course list: relu'(0) = 0",
    ),
    (
        "grad-overwritten", "Tensor", TENSOR_ADDS, TENSOR_ADDS.replace("gradients.get(operand, 0.0) + ", ""),
        "A tensor that is used twice has only the gradient of one use. What do the paths to it do together?",
        "두 번 쓰인 텐서에 한쪽 기울기만 남아 있어요. 여러 길로 온 기울기는 어떻게 합쳐야 할까요?",
        "course list",
    ),
    (
        "leaf-reset", "Tensor", "before = 0.0 if node.grad is None else node.grad", "before = 0.0",
        "A second backward puts the leaf's gradient in place of the first one. Only zero_grad should forget.",
        "backward를 다시 부르면 잎의 기울기가 새 값으로 바뀌어 버려요. 지우는 일은 zero_grad만 해야 해요.",
        "course list",
    ),
    (
        "preorder", "Tensor", TENSOR_WALK, PREORDER + "\n",
        "A node hands its gradient on before it has all of it. In which order must the nodes have their turn?",
        "노드가 기울기를 다 받기도 전에 넘겨주고 있어요. 노드를 어떤 순서로 돌아야 할까요?",
        "course list: preorder in place of topological order",
    ),
    (
        "every-path", "Tensor", TENSOR_WALK, TENSOR_PATHS + "\n",
        "The walk goes along every path, and 30 doublings have a billion of them. How often need a node be visited?",
        "모든 길을 하나씩 따라가고 있어요. 두 배를 30번 하면 길이 10억 개예요. 노드는 몇 번 방문하면 될까요?",
        "course list: exponential path walk",
    ),
    (
        "interior-kept", "Tensor", TENSOR_WALK, TENSOR_WALK.rstrip("\n") + KEPT,
        "A second backward counts the first one again: what lies between still has its old gradient.",
        "backward를 두 번 부르면 첫 번째 값이 또 세어져요. 중간 노드에 예전 기울기가 남아 있지 않나요?",
        "course list: interior gradients kept between calls",
    ),
    (
        "broadcast-not-summed", "Tensor", SUMMED, "    return gradient",
        "The gradient has the shape of the result, not that of the operand. One number was used in many places.",
        "기울기의 shape가 피연산자가 아니라 결과의 shape와 같아요. 수 하나가 여러 곳에 쓰였다는 걸 떠올려 보세요.",
        "course list: broadcast gradient not summed",
    ),
    (
        "broadcast-axis-0", "Tensor", SUMMED,
        "    return gradient if gradient.shape == shape else gradient.sum(axis=0).reshape(shape)",
        "A broadcast gradient is summed over the first axis, whichever was stretched. Compare the shapes axis by axis.",
        "어느 축이 늘어났든 늘 첫 번째 축으로만 더하고 있어요. shape를 축마다 비교해 보세요.",
        "course list: always over axis 0",
    ),
    (
        "bias-keeps-a-row", "Tensor", SUMMED, SUMMED.replace(").reshape(shape)", ", keepdims=True)"),
        "The gradient of a bias (H,) has the shape (1, H). An axis that was added in front should go again.",
        "편향 (H,)의 기울기가 (1, H)로 나와요. 앞에 덧붙은 축은 다시 없어져야 해요.",
        "course list: bias gradient (1, H) for (H,)",
    ),
    (
        "upstream-ignored", "Tensor", SEED, "        seed = np.ones_like(self.data)\n",
        "The gradient given to backward makes no difference: your walk always begins with ones.",
        "backward에 준 기울기가 결과에 반영되지 않아요. 항상 1에서 시작하고 있지 않나요?",
        "course list: upstream gradient ignored",
    ),
    (
        "gradient-added-in-place", "Tensor", TENSOR_LEAF_ADDS,
        IN_PLACE,
        "Adding to a gradient in place changes an array that is somebody else's too: another leaf's, or the caller's.",
        "기울기를 제자리에서 더하면 같은 배열을 쓰는 다른 곳까지 바뀌어요. 다른 잎이나 부른 쪽의 배열일 수 있어요.",
        "course list: upstream gradient changed in place",
    ),
    (
        "gradient-for-constants", "Tensor", " for operand, back in edges if operand.requires_grad)",
        " for operand, back in edges)\n        for operand, _ in edges:\n            operand.requires_grad = True",
        "A tensor that asked for no gradient has got one.",
        "기울기를 요청하지 않은 텐서에도 기울기가 생겼어요.",
        "course list: one operand without gradient",
    ),
    (
        "matmul-not-transposed", "Tensor", MATMUL, MATMUL.replace(".swapaxes(-1, -2)", ""),
        "The gradient of a matrix product multiplies by the other matrix as it is. Which way round do the shapes fit?",
        "행렬 곱의 기울기에 상대 행렬을 그대로 곱하고 있어요. shape를 맞춰 보면 어떤 모양이어야 할까요?",
        "common slip; hidden by square matrices",
    ),
    (
        "softmax-diagonal", "Tensor", LOG_SOFTMAX_BACK, "(self, lambda g: g * (1 - np.exp(out)))",
        "Every score moves every output of its row, but your log_softmax sends a gradient back to its own score alone.",
        "점수 하나는 그 행의 모든 출력을 움직여요. 지금 log_softmax는 자기 자리로만 기울기를 보내고 있어요.",
        "course list: softmax Jacobian's diagonal alone",
    ),
    (
        "log-softmax-unshifted", "Tensor", SHIFTED, "        shifted = self.data\n",
        "log_softmax of large scores overflows. One number added to a whole row changes nothing: choose it well.",
        "점수가 크면 log_softmax가 넘쳐요. 한 행에 같은 수를 더해도 결과는 그대로니, 그 수를 잘 골라 보세요.",
        "hw1's list: no max shift",
    ),
    (
        "mean-undivided", "Tensor", MEAN, MEAN_BACK.format("g"),
        "The gradient of the mean is that of the sum. Each element has only its part in a mean.",
        "평균의 기울기가 합의 기울기와 같아요. 평균에서 원소 하나의 몫은 얼마일까요?",
        "course list: a missing 1/N",
    ),
    (
        "mean-divided-twice", "Tensor", MEAN, MEAN_BACK.format("g / count**2"),
        "The gradient of the mean is divided by the number of elements once too often.",
        "평균의 기울기를 원소 개수로 한 번 더 나누고 있어요.",
        "course list: a doubled 1/N",
    ),
    (
        "mean-over-everything", "Tensor", COUNT, "        count = self.data.size\n",
        "A mean along one axis is divided by the number of all elements. How many are put together in one mean?",
        "한 축을 따라 구한 평균을 전체 원소 개수로 나누고 있어요. 평균 하나에 몇 개가 모이나요?",
        "common slip",
    ),
    (
        "max-ties-all", "Tensor", SHARE, "        share = largest * 1.0\n",
        "Where the maximum stands several times, each place has the whole gradient. Together they have one to share.",
        "최댓값이 여럿이면 자리마다 기울기를 통째로 받고 있어요. 하나를 나눠 가져야 해요.",
        "common slip; torch.amax shares equally",
    ),
    (
        "transpose-not-undone", "Tensor", "g.transpose(np.argsort(axes))", "g.transpose(axes)",
        "The gradient's axes are moved once more in the same order; for three axes that does not lead back.",
        "기울기의 축을 같은 순서로 한 번 더 옮기고 있어요. 축이 세 개면 그렇게는 원래대로 돌아오지 않아요.",
        "course list: transpose of three axes",
    ),
    (
        "leaky-slope-fixed", "Tensor",
        "factor = np.where(self.data > 0, 1, slope)", "factor = np.where(self.data > 0, 1, 0.01)",
        "leaky_relu has the same slope whatever it is told.",
        "leaky_relu에 어떤 slope를 줘도 기울기가 똑같아요.",
        "lecture 001 has 0.1, PyTorch 0.01",
    ),
    (
        "elu-alpha-forgotten", "Tensor", "np.where(positive, 1, alpha * e)", "np.where(positive, 1, e)",
        "The value of elu knows alpha, its gradient does not.",
        "elu의 값에는 alpha가 들어 있는데 기울기에는 빠져 있어요.",
        "common slip",
    ),
    (
        "gradcheck-one-sided", "gradcheck", BELOW,
        BELOW.replace("x - eps", "x").replace("(above - below) / (2", "(above - below) / (1"),
        "Your slope looks to one side only, so it is off by about the step. Look to both sides.",
        "한쪽 차분만 써서 기울기가 걸음 폭만큼 어긋나요. 양쪽을 모두 살펴보세요.",
        "common slip: forward difference",
    ),
    (
        "gradcheck-first-input", "gradcheck", CHECKED, CHECKED + "[:1]",
        "Only the first input is checked.", "첫 번째 입력만 확인하고 있어요.", "common slip",
    ),
    (
        "gradcheck-old-gradients", "gradcheck", CLEARED, "",
        "gradcheck is misled by a gradient that a tensor had before.",
        "텐서에 전부터 남아 있던 기울기 때문에 gradcheck가 잘못 판단해요.", "course list: leaf gradients accumulate",
    ),
    (
        "gradcheck-sums", "gradcheck", ALL_SLOPES,
        ALL_SLOPES.replace("np.allclose(g, s,", "np.allclose(g.sum(), s.sum(),"),
        "Sums of gradients are compared, and errors that cancel are not seen. Compare element by element.",
        "기울기의 합끼리 비교해서, 서로 지워지는 오차를 놓쳐요. 원소마다 비교해 보세요.", "common slip",
    ),
    (
        "gradcheck-absolute", "gradcheck", ALL_SLOPES, ALL_SLOPES.replace("rtol=rtol", "rtol=0"),
        "A large gradient fails for its last digits alone. What may be forgiven grows with the gradient.",
        "기울기가 크면 끝자리 차이만으로 틀렸다고 해요. 허용 오차는 기울기와 함께 커져야 해요.", "common slip",
    ),
    (
        "regression-summed", "linear_regression", SQUARES, SQUARES.replace("mean()", "sum()"),
        "Every step is as many times too long as there are rows: the loss is a mean.",
        "한 걸음이 행 개수만큼 너무 커요. 손실은 평균이에요.", "course list: a missing 1/N",
    ),
    (
        "regression-halved", "linear_regression", SQUARES, SQUARES.replace("mean()", "mean() / 2"),
        "Every step is half as long as it should be: lecture 004 has ½ in front of the square, this handout has not.",
        "걸음마다 절반만 움직여요. 004 강의에는 제곱 앞에 ½이 있지만 이 과제에는 없어요.", "lecture 004",
    ),
    (
        "regression-n-by-n", "linear_regression", SQUARES, SQUARES.replace("y[:, None]", "y"),
        "(N, 1) minus (N,) is a table of N by N. All predictions are drawn to the same mean.",
        "(N, 1)에서 (N,)을 빼면 N×N 표가 돼요. 그러면 모든 예측이 같은 평균으로 끌려가요.", "hw1's list",
    ),
    (
        "regression-no-zero-grad", "linear_regression", ZEROED, "",
        "The first step is right, and then the steps grow: the gradients of earlier steps are still there.",
        "첫걸음은 맞는데 그 뒤로 걸음이 점점 커져요. 앞에서 쓴 기울기가 그대로 남아 있어요.",
        "hw5's list: no zero_grad",
    ),
    (
        "regression-without-bias", "linear_regression", "        b.data -= lr * b.grad\n", "",
        "The bias stays where it began.", "편향이 처음 값에서 움직이지 않아요.", "common slip",
    ),
    (
        "logistic-squares", "logistic_regression", BCE, "        return ((z.sigmoid() - y[:, None]) ** 2).mean()\n",
        "The probabilities are fitted by their squared errors; the handout asks for another loss.",
        "확률을 제곱 오차로 맞추고 있어요. 안내문에서 말하는 손실은 다른 거예요.", "common slip",
    ),
    (
        "logistic-log-of-sigmoid", "logistic_regression", BCE, LOGS,
        "Where the model is entirely sure, the log of 0 makes everything NaN. Can the log be had from z itself?",
        "모델이 완전히 확신하면 0의 로그 때문에 전부 NaN이 돼요. z에서 곧바로 로그를 구할 수 없을까요?",
        "hw1's list: 0 * (-inf)",
    ),
    (
        "logistic-summed", "logistic_regression", BCE, BCE.replace(" / len(y)", ""),
        "Every step is as many times too long as there are rows: the loss is a mean.",
        "한 걸음이 행 개수만큼 너무 커요. 손실은 평균이에요.", "course list: a missing 1/N",
    ),
    (
        "logistic-no-zero-grad", "logistic_regression", ZEROED, "",
        "The first step is right, and then the steps grow: the gradients of earlier steps are still there.",
        "첫걸음은 맞는데 그 뒤로 걸음이 점점 커져요. 앞에서 쓴 기울기가 그대로 남아 있어요.",
        "hw5's list: no zero_grad",
    ),
)  # fmt: skip

MISCONCEPTIONS = tuple(mistake(*each) for each in MISTAKES)
