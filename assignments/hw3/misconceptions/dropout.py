"""Wrong answers to hw3: Dropout."""

from variants import FORUM, LECTURE, dropping, kept, misconceptions, scaled

MISCONCEPTIONS = misconceptions(
    ("dropout-unscaled", "Dropout", dropping(lambda x, p: x * kept(x, p)), LECTURE,
     "What is kept is not scaled, so the expected value falls in training. What does inverted dropout do about it?",
     "남긴 값을 키우지 않아서 학습할 때 기댓값이 줄어요. inverted dropout은 이걸 어떻게 맞추나요?"),
    ("dropout-scaled-in-evaluation", "Dropout", dropping(scaled, lambda x, p: x * (1 - p)), "the paper of 2014",
     "Evaluation scales too. With inverted dropout, which of the two modes does the scaling?",
     "평가할 때도 값을 바꿔요. inverted dropout에서는 두 모드 중 어디에서 크기를 맞추나요?"),
    ("dropout-as-in-the-paper", "Dropout", dropping(lambda x, p: x * kept(x, p), lambda x, p: x * (1 - p)),
     "the paper of 2014",
     "This is dropout as first published, which scales in evaluation. The handout asks for the inverted one.",
     "평가할 때 크기를 맞추는 원래 논문의 드롭아웃이에요. 안내문은 inverted dropout을 써요."),
    ("dropout-p-is-kept", "Dropout", dropping(lambda x, p: x * (1 - kept(x, p)) / p if p > 0 else 0 * x), FORUM,
     "p is taken for the probability of keeping. Which of the two is it in the handout?",
     "p를 남길 확률로 썼어요. 안내문에서 p가 어느 쪽 확률인지 확인해 보세요."),
    ("dropout-always", "Dropout", dropping(scaled, scaled), FORUM,
     "Dropout drops in evaluation too. Which flag should it look at?",
     "평가할 때도 값을 버려요. 어떤 플래그를 봐야 할까요?"),
    ("dropout-same-for-all-rows", "Dropout", dropping(lambda x, p: x * kept(x[:1], p) / (1 - p) if p < 1 else 0 * x),
     FORUM,
     "All rows of a batch lose the same features. Of what shape should the random numbers be?",
     "배치의 모든 행이 같은 자리를 잃어요. 난수의 shape가 어때야 할까요?"),
)  # fmt: skip
