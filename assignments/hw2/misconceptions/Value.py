"""Wrong answers to hw2: Value."""

from variants import KEPT, PATHS, PREORDER, misconceptions

VALUE_ADDS = "gradients[operand] = gradients.get(operand, 0.0) + back(gradient)"
VALUE_EDGES = f"            for operand, back in node._edges:\n                {VALUE_ADDS}"
VALUE_LEAF = "            if not node._edges:\n                node.grad += gradient"
VALUE_WALK = """        for node in reversed(_operands_first(self)):
            gradient = gradients.pop(node)  # complete"""
VALUE_PATHS = PATHS.format(part="back(gradient)")
VALUE_POWER = "        return Value._made(self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))"
VALUE_TANH = "        return Value._made(t, (self, lambda g: g * (1 - t**2)))"
VALUE_RELU = "        return Value._made(max(0.0, self.data), (self, lambda g: g * (self.data > 0)))"
VALUE_SIGMOID = """        e = math.exp(-abs(self.data))  # at most 1; for x < 0 the fraction is e^x / (e^x + 1)
        s = (1 if self.data >= 0 else e) / (1 + e)
"""

MISCONCEPTIONS = misconceptions(
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
)  # fmt: skip
