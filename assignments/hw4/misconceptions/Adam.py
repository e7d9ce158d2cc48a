"""Wrong answers to hw4: Adam."""

import math

from variants import SLIPPED, RightAdam, but

from grader import Misconception


class SharedCount(RightAdam):
    calls = 0

    def count(self, _t):
        self.calls += 1  # once for each parameter
        return self.calls


class GlobalCount(RightAdam):
    calls = 0

    def step(self):
        self.calls += 1
        super().step()

    def count(self, _t):
        return self.calls


MISCONCEPTIONS = (
    Misconception(
        id="no-bias-correction",
        of="Adam",
        en="Your averages are used as they are. What do they start from, and what does that do to the first steps?",
        ko="이동 평균을 그대로 썼어요. 평균이 어디에서 출발하는지, 그래서 첫 걸음들이 어떻게 되는지 생각해 보세요.",
        seen="common",
        variant=SLIPPED["Adam_uncorrected"],
    ),
    Misconception(
        id="correction-without-power",
        of="Adam",
        en="Your first step is right and the later ones are not: the bias correction must change with t.",
        ko="첫 걸음은 맞는데 그 뒤가 달라요. 편향 보정은 t에 따라 바뀌어야 해요.",
        seen="common",
        variant=SLIPPED["Adam_without_power"],
    ),
    Misconception(
        id="t-off-by-one",
        of="Adam",
        en="Your bias correction is one step ahead. What is t in the very first step?",
        ko="편향 보정이 한 걸음 앞서 있어요. 맨 첫 걸음에서 t는 얼마인가요?",
        seen="common",
        variant=SLIPPED["Adam_t_ahead"],
    ),
    Misconception(
        id="t-per-parameter",
        of="Adam",
        en="Your t grows by one for each parameter. When should it?",
        ko="t가 파라미터를 하나 지날 때마다 커져요. 언제 커져야 할까요?",
        seen="t += 1 inside the loop",
        variant=SharedCount,
    ),
    Misconception(
        id="t-of-the-optimizer",
        of="Adam",
        en="Your t counts steps that a parameter took no part in.",
        ko="파라미터가 쉬어 간 걸음까지 t에 세고 있어요.",
        seen="one counter for all parameters",
        variant=GlobalCount,
    ),
    Misconception(
        id="adam-eps-inside",
        of="Adam",
        en="Look where eps stands: under the root or beside it?",
        ko="eps가 제곱근 안에 있는지 밖에 있는지 확인해 보세요.",
        seen="common",
        variant=but(RightAdam, move=lambda s, m, v, c1, c2: m / c1 / (v / c2 + s.eps).sqrt()),
    ),
    Misconception(
        id="eps-before-correction",
        of="Adam",
        en="You add eps before the correction. The rearranged formula means another eps.",
        ko="보정하기 전에 eps를 더했어요. 식의 순서를 바꾸면 eps의 뜻도 달라져요.",
        seen="the efficient form in Adam's paper",
        variant=but(RightAdam, move=lambda s, m, v, c1, c2: m / c1 * math.sqrt(c2) / (v.sqrt() + s.eps)),
    ),
    Misconception(
        id="eps-after-division",
        of="Adam",
        en="Your eps is added after the division, where it can't keep anything from dividing by 0.",
        ko="나눗셈 뒤에 eps를 더했어요. 그러면 0으로 나누는 일을 막아 주지 못해요.",
        seen="a missing bracket",
        variant=but(RightAdam, move=lambda s, m, v, c1, c2: m / c1 / (v / c2).sqrt() + s.eps),
    ),
    Misconception(
        id="adam-uphill",
        of="Adam",
        en="Your steps are as long as they should be, and all of them go the wrong way.",
        ko="걸음의 크기는 맞는데 방향이 모두 반대예요.",
        seen="+= for -=",
        variant=SLIPPED["Adam_uphill"],
    ),
    Misconception(
        id="adam-no-root",
        of="Adam",
        en="You divide by the average of the squares itself. What is taken of it first?",
        ko="제곱의 평균으로 그대로 나눴어요. 나누기 전에 그 평균에 무엇을 해야 하나요?",
        seen="a missing sqrt",
        variant=SLIPPED["Adam_no_root"],
    ),
    Misconception(
        id="betas-swapped",
        of="Adam",
        en="Which of the two betas belongs to the gradient, and which to its square? Yours have changed places.",
        ko="두 beta 가운데 어느 것이 기울기의 것이고 어느 것이 제곱의 것인가요? 서로 바뀌었어요.",
        seen="common",
        variant=SLIPPED["Adam_betas_swapped"],
    ),
)
