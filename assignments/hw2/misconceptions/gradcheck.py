"""Wrong answers to hw2: gradcheck."""

from variants import misconceptions

CLEARED = "    for tensor in checked:\n        tensor.zero_grad()\n"
ALL_SLOPES = "    return all(np.allclose(g, s, rtol=rtol, atol=atol) for g, s in zip(gradients, slopes, strict=True))"
BELOW = """        tensor.data[at] = x - eps
        below = f(*inputs).data.item()
        tensor.data[at] = x
        slopes[at] = (above - below) / (2 * eps)
"""
CHECKED = "    checked = [tensor for tensor in inputs if tensor.requires_grad]"

MISCONCEPTIONS = misconceptions(
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
)  # fmt: skip
