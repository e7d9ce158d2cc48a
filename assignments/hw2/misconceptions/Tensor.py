"""Wrong answers to hw2: Tensor."""

from variants import KEPT, PATHS, PREORDER, misconceptions

TENSOR_ADDS = "gradients[operand] = gradients.get(operand, 0.0) + _summed_to(back(gradient), operand.data.shape)"
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
TENSOR_WALK = """        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)
"""
TENSOR_PATHS = PATHS.format(part="_summed_to(back(gradient), operand.data.shape)")
SUMMED = "    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)"
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

MISCONCEPTIONS = misconceptions(
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
)  # fmt: skip
