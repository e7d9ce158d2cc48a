"""Wrong answers to hw3: Linear."""

from variants import FORUM, TEXTBOOK, linear, misconceptions


def none(_n_in, _n_out):
    return 0


MISCONCEPTIONS = misconceptions(
    ("linear-zeros", "Linear", linear(none, none), TEXTBOOK,
     "All weights begin with 0, so all neurons of a layer learn the same. Look at the initialisation again.",
     "가중치가 모두 0에서 시작해요. 그러면 한 층의 뉴런이 모두 똑같이 배워요. 초기화를 다시 살펴보세요."),
    ("linear-transposed", "Linear", linear(transposed=True), "course forums, and other frameworks",
     "The weight lies the other way round. Compare its shape with the handout's.",
     "가중치 행렬이 뒤집혀 있어요. 안내문의 shape와 비교해 보세요."),
    ("xavier-one-fan", "Linear", linear(xavier=lambda n_in, _n_out: 1 / n_in), FORUM,
     "The variance under Xavier looks at the inputs alone. Which two numbers does Xavier put together?",
     "Xavier의 분산에 입력 개수만 들어갔어요. Xavier는 어떤 두 수를 함께 쓰는지 떠올려 보세요."),
    ("kaiming-without-2", "Linear", linear(kaiming=lambda n_in, _n_out: 1 / n_in), FORUM,
     "The variance under Kaiming is half of what it should be. What does ReLU do to half of its inputs?",
     "Kaiming의 분산이 절반이에요. ReLU가 입력의 절반을 어떻게 하는지 생각해 보세요."),
    ("kaiming-fan-out", "Linear", linear(kaiming=lambda _n_in, n_out: 2 / n_out), FORUM,
     "The variance under Kaiming counts the outputs. Over what does a neuron sum?",
     "Kaiming의 분산에 출력 개수를 썼어요. 뉴런 하나가 무엇을 더하는지 생각해 보세요."),
    ("variance-as-std", "Linear", linear(lambda a, b: (2 / (a + b)) ** 2, lambda a, _b: (2 / a) ** 2), FORUM,
     "The weights are spread far too little: a variance may have been used as a standard deviation.",
     "가중치가 너무 좁게 퍼져 있어요. 분산을 표준편차 자리에 쓰지 않았나요?"),
)  # fmt: skip
