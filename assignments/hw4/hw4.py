"""hw4: optimizers and learning-rate schedules on torch tensors.

hw4: torch 텐서 위에서 직접 만드는 옵티마이저와 학습률 스케줄러예요.
"""

from collections.abc import Iterable

import torch


class SGD:
    """Gradient descent with momentum, dampening, Nesterov's look ahead and weight decay.

    경사 하강법에 모멘텀, dampening, Nesterov, weight decay를 더한 옵티마이저예요.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None.

        모든 기울기를 None으로 만들어요.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter that has a gradient.

        기울기가 있는 파라미터를 모두 갱신해요.
        """
        raise NotImplementedError


class Adagrad:
    """Steps divided by the root of the sum of all squared gradients.

    지금까지의 기울기 제곱을 모두 더해서, 그 제곱근으로 걸음을 나눠요.
    """

    def __init__(
        self, params: Iterable[torch.Tensor], lr: float = 1e-2, eps: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None.

        모든 기울기를 None으로 만들어요.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter that has a gradient.

        기울기가 있는 파라미터를 모두 갱신해요.
        """
        raise NotImplementedError


class RMSprop:
    """Steps divided by the root of a running average of squared gradients.

    기울기 제곱의 이동 평균을 구해서, 그 제곱근으로 걸음을 나눠요.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None.

        모든 기울기를 None으로 만들어요.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter that has a gradient.

        기울기가 있는 파라미터를 모두 갱신해요.
        """
        raise NotImplementedError


class Adam:
    """Running averages of the gradient and its square, both bias corrected.

    기울기와 기울기 제곱의 이동 평균을 편향 보정해서 써요.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None.

        모든 기울기를 None으로 만들어요.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter that has a gradient.

        기울기가 있는 파라미터를 모두 갱신해요.
        """
        raise NotImplementedError


class AdamW:
    """Adam with a weight decay of its own, apart from the gradient.

    weight decay를 기울기와 따로 적용하는 Adam이에요.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None.

        모든 기울기를 None으로 만들어요.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Update every parameter that has a gradient.

        기울기가 있는 파라미터를 모두 갱신해요.
        """
        raise NotImplementedError


def clip_grad_norm(params: Iterable[torch.Tensor], max_norm: float) -> torch.Tensor:
    """Shorten the gradients together to max_norm where their norm is larger; give the norm that it was.

    기울기 전체의 norm이 max_norm보다 크면 함께 줄이고, 줄이기 전의 norm을 돌려줘요.
    """
    raise NotImplementedError


class StepLR:
    """optimizer.lr times gamma after every step_size steps.

    step_size번마다 optimizer.lr에 gamma를 곱해요.
    """

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one step and set optimizer.lr.

        한 걸음 나아가서 optimizer.lr을 정해요.
        """
        raise NotImplementedError


class ExponentialLR:
    """optimizer.lr times gamma after every step.

    매번 optimizer.lr에 gamma를 곱해요.
    """

    def __init__(self, optimizer, gamma: float) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one step and set optimizer.lr.

        한 걸음 나아가서 optimizer.lr을 정해요.
        """
        raise NotImplementedError


class CosineAnnealingLR:
    """optimizer.lr along a cosine, down to eta_min in T_max steps.

    optimizer.lr을 코사인 곡선을 따라 T_max번에 걸쳐 eta_min까지 내려요.
    """

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one step and set optimizer.lr.

        한 걸음 나아가서 optimizer.lr을 정해요.
        """
        raise NotImplementedError


class WarmupLR:
    """optimizer.lr in a straight line up to the base rate, then the base rate.

    optimizer.lr을 기본 학습률까지 곧게 올린 다음 그대로 둬요.
    """

    def __init__(self, optimizer, warmup_steps: int) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one step and set optimizer.lr.

        한 걸음 나아가서 optimizer.lr을 정해요.
        """
        raise NotImplementedError
