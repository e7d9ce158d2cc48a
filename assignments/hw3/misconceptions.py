"""Wrong answers to hw3 that are known by name: `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone. It takes the place of one name of the reference, whose own modules go on living
beside it, so `Part` here holds tensors and other modules just as `Module` does there.
"""

import math
from itertools import pairwise

import torch

from grader.judge import Misconception


def parts(value, deep=True):
    if isinstance(value, torch.Tensor) or hasattr(value, "parameters"):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts(item, deep) if deep or not isinstance(item, (dict, list, tuple)) else ()


class Part:
    """The reference's Module once more."""

    training = True
    deep = True

    def __call__(self, x):
        return self.forward(x)

    def inside(self):
        return [part for value in vars(self).values() for part in parts(value, self.deep)]

    def state(self):
        lists = [[part] if isinstance(part, torch.Tensor) else part.state() for part in self.inside()]
        return list({id(tensor): tensor for tensors in lists for tensor in tensors}.values())

    def parameters(self):
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode=True):
        self.training = mode
        for part in self.inside():
            if not isinstance(part, torch.Tensor):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)


class FlatModule(Part):
    """Looks into lists, but not into lists in lists."""

    deep = False


class ShallowSequential(Part):
    """Switches its layers, but not what lies in them."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def train(self, mode=True):
        for layer in [self, *self.layers]:
            layer.training = mode
        return self


# Layers


def linear(xavier=lambda n_in, n_out: 2 / (n_in + n_out), kaiming=lambda n_in, _n_out: 2 / n_in, transposed=False):
    """A Linear whose weights begin with these variances, or lie the other way round."""

    class Linear(Part):
        def __init__(self, n_in, n_out, init="xavier", bias=True):
            std = math.sqrt({"xavier": xavier, "kaiming": kaiming}[check(init)](n_in, n_out))
            shape = (n_in, n_out) if transposed else (n_out, n_in)
            self.weight = (std * torch.randn(shape)).requires_grad_()
            self.bias = torch.zeros(n_out, requires_grad=True) if bias else None

        def forward(self, x):
            y = x @ (self.weight if transposed else self.weight.T)
            return y if self.bias is None else y + self.bias

    return Linear


def check(init):
    if init not in ("xavier", "kaiming"):
        raise ValueError(init)
    return init


def none(_n_in, _n_out):
    return 0


def activation(formula, argument=None):
    """A layer of one formula, with an argument where there is a default for it."""

    class Activation(Part):
        def __init__(self, value=argument):
            self.value = value

        def forward(self, x):
            return formula(x) if argument is None else formula(x, self.value)

    return Activation


relu = activation(lambda x: torch.where(x <= 0, 0.0, x))


class MaxoutOfTwo(Part):
    """Two pieces, whatever is asked for."""

    def __init__(self, n_in, n_out, pieces=2):  # noqa: ARG002 (that is the misconception)
        self.pieces = [linear()(n_in, n_out) for _ in range(2)]

    def forward(self, x):
        return torch.maximum(self.pieces[0](x), self.pieces[1](x))


def kept(x, p):
    return (torch.rand(x.shape) >= p).to(x.dtype)


def scaled(x, p):
    return x * kept(x, p) / (1 - p) if p < 1 else 0 * x


def dropping(training, evaluation=lambda x, _p: x):
    class Dropout(Part):
        def __init__(self, p=0.5):
            if not 0 <= p <= 1:
                raise ValueError(p)
            self.p = p

        def forward(self, x):
            return (training if self.training else evaluation)(x, self.p)

    return Dropout


def norming(own=0, noted=1, reverse=False, always=False, outside=False):
    """Batch norm with these corrections of the variance, and with what else may be mixed up."""

    class BatchNorm1d(Part):
        def __init__(self, n, eps=1e-5, momentum=0.1):
            self.eps, self.momentum = eps, 1 - momentum if reverse else momentum
            self.weight, self.bias = torch.ones(n, requires_grad=True), torch.zeros(n, requires_grad=True)
            self.running_mean, self.running_var = torch.zeros(n), torch.ones(n)

        def forward(self, x):
            if self.training and len(x) < 2:
                raise ValueError("one row")
            mean, var = self.running_mean, self.running_var
            if self.training or (always and len(x) > 1):
                mean, var = x.mean(0), x.var(0, correction=own)
            if self.training:
                self.running_mean = torch.lerp(self.running_mean, mean.detach(), self.momentum)
                self.running_var = torch.lerp(self.running_var, x.detach().var(0, correction=noted), self.momentum)
            root = torch.sqrt(var) + self.eps if outside else torch.sqrt(var + self.eps)
            return self.weight * (x - mean) / root + self.bias

    return BatchNorm1d


def network(last=False, between=True, norm_first=True):
    """An MLP with an activation after the last layer, or without any, or with batch norm after it."""

    def build(sizes, activation=relu, dropout=0.0, batch_norm=False, init="kaiming"):
        layers, ends = [], len(sizes) - 2
        for at, (n_in, n_out) in enumerate(pairwise(sizes)):
            layers.append(linear()(n_in, n_out, init))
            if at < ends:
                extra = [norming()(n_out)] * batch_norm, [activation()] * between
                layers += [*extra[0], *extra[1]] if norm_first else [*extra[1], *extra[0]]
                layers += [dropping(scaled)(dropout)] * (dropout > 0)
            elif last:
                layers.append(activation())
        return Chain(*layers)

    return build


class Chain(ShallowSequential):
    """A Sequential that is right."""

    train = Part.train


def gate(*layers):
    """A gate of these (weight, bias) pairs, each with a sigmoid behind it."""

    def build():
        chain = []
        for weight, bias in layers:
            layer = linear()(len(weight[0]), len(weight))
            layer.weight, layer.bias = (torch.tensor(values, requires_grad=True) for values in (weight, bias))
            chain += [layer, activation(torch.sigmoid)()]
        return Chain(*chain)

    return build


# Losses and penalties


def cross_entropy_of_logs(scores, labels):
    p = torch.exp(scores) / torch.exp(scores).sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


def classifier(axis, shift=True):
    def softmax_classifier(x, weight, bias):
        scores = x @ weight.T + bias
        e = torch.exp(scores - scores.amax(axis, keepdim=True) if shift else scores)
        return e / e.sum(axis, keepdim=True)

    return softmax_classifier


def penalty(of_one, smallest=2):
    def penalize(model, lam):
        return lam * sum(of_one(weight) for weight in model.parameters() if weight.ndim >= smallest)

    return penalize


# Training


def batching(inputs=True, labels=True, whole=False, last=True):
    """Batches whose inputs and labels are shuffled each by itself, or as whole batches; or without the last."""

    def batches(x, y, size, shuffle=True):
        if size < 1 or len(x) != len(y):
            raise ValueError(size)
        order = torch.randperm(len(x)) if shuffle and inputs else torch.arange(len(x))
        other = order if labels else torch.randperm(len(x)) if shuffle else order
        found = [(x[rows], y[too]) for rows, too in zip(order.split(size), other.split(size), strict=True)]
        found = found if last or len(x) % size == 0 else found[:-1]
        return iter([found[at] for at in torch.randperm(len(found))] if whole and shuffle else found)

    return batches


def evaluating(switch=True, restore=True):
    def evaluate(model, x, y, loss):
        mode = model.training
        if switch:
            model.eval()
        with torch.no_grad():
            value = loss(model(x), y).item()
        if restore:
            model.train(mode)
        return value

    return evaluate


def fitting(zero=True, weighted=True, with_penalty=False, train_again=True, best=True):
    """A fit that forgets one thing."""

    def fit(model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None):
        if stopping is not None and validation is None:
            raise ValueError("no validation")
        history = {"train": [], "validation": []}
        model.train()
        for _ in range(epochs):
            if train_again:
                model.train()
            seen = []
            for inputs, targets in batching()(x, y, batch_size, shuffle):
                data = loss(model(inputs), targets)
                whole = data + penalty(lambda w: l1 * w.abs().sum() + l2 / 2 * (w**2).sum())(model, 1)
                for parameter in model.parameters() if zero else ():
                    parameter.grad = None
                whole.backward()
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter.sub_(lr * parameter.grad)
                seen.append(((whole if with_penalty else data).item(), len(inputs) if weighted else 1))
            history["train"].append(sum(value * n for value, n in seen) / sum(n for _, n in seen))
            if validation is not None:
                history["validation"].append(evaluating(restore=train_again)(model, *validation, loss))
                if stopping is not None and stopping.step(history["validation"][-1], model):
                    break
        if stopping is not None and best:
            stopping.restore(model)
        return history

    return fit


def stopping(late=0, forgiving=True, previous=False, copies=True):
    """Early stopping that waits longer, never forgives, compares with the epoch before, or copies nothing."""

    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0):
            self.patience, self.min_delta = patience + late, min_delta
            self.best, self.waited, self.kept = math.inf, 0, None

        def step(self, loss, model=None):
            better = loss < self.best - self.min_delta
            self.waited = self.waited + (not better) if not (better and forgiving) else 0
            if better and model is not None:
                self.kept = [tensor.detach().clone() if copies else tensor.detach() for tensor in model.state()]
            self.best = loss if better or previous else self.best
            return self.waited >= self.patience

        def restore(self, model):
            for tensor, old in zip(model.state(), self.kept or (), strict=self.kept is not None):
                tensor.data.copy_(old)

    return EarlyStopping


TEXTBOOK, FORUM, LECTURE = "textbooks' exercises", "course forums", "the lectures' slides"
WRONG = (
    ("modes-not-in-lists", "Module", FlatModule, FORUM,
     "Modules that lie in a list inside a list are not reached. How deep does your search go?",
     "리스트 안의 리스트에 있는 모듈까지 닿지 않아요. 어디까지 들어가서 찾는지 살펴보세요."),
    ("modes-one-level", "Sequential", ShallowSequential, FORUM,
     "train() and eval() reach the layers, but not the layers inside those. Whose train() should be called?",
     "train()과 eval()이 바로 아래 층까지만 닿고 그 안쪽에는 닿지 않아요. 누구의 train()을 불러야 할까요?"),
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
    ("sigmoid-nan-gradient", "Sigmoid", activation(lambda x: 1 / (1 + torch.exp(-x))), FORUM,
     "Far from 0 the value is right, but its gradient is NaN. What does autograd multiply there?",
     "0에서 먼 곳의 값은 맞지만 기울기가 NaN이에요. 거기서 autograd가 무엇을 곱하는지 따라가 보세요."),
    ("tanh-overflow", "Tanh", activation(lambda x: (1 - torch.exp(-2 * x)) / (1 + torch.exp(-2 * x))), LECTURE,
     "The slide's formula is inf / inf far below 0. Work it out on paper into another form.",
     "슬라이드의 식은 아주 작은 x에서 inf / inf가 돼요. 종이에서 다른 모양으로 바꿔 보세요."),
    ("relu-gradient-at-0", "ReLU", activation(lambda x: torch.maximum(x, torch.zeros_like(x))), FORUM,
     "The value is right, but the gradient at exactly 0 is not 0. What does your function do with a tie?",
     "값은 맞지만 정확히 0에서 기울기가 0이 아니에요. 두 값이 같을 때 그 함수가 어떻게 하는지 보세요."),
    ("leaky-fixed-slope", "LeakyReLU", activation(lambda x, _slope: torch.where(x > 0, x, 0.01 * x), 0.01), FORUM,
     "LeakyReLU has the same slope whatever it is given. Is the argument used?",
     "어떤 slope를 줘도 기울기가 똑같아요. 인자를 쓰고 있나요?"),
    ("elu-nan-gradient", "ELU", activation(lambda x, a: torch.where(x > 0, x, a * (torch.exp(x) - 1)), 1.0), FORUM,
     "For large x the gradient is NaN, though the branch with the exponential is not chosen there.",
     "x가 크면 지수 쪽을 고르지 않는데도 기울기가 NaN이에요. 고르지 않은 쪽의 기울기는 어떻게 될까요?"),
    ("elu-without-alpha", "ELU", activation(lambda x, _a: torch.where(x > 0, x, torch.expm1(x.clamp(max=0))), 1.0),
     FORUM,
     "ELU gives the same whatever alpha is. Is the argument used?",
     "alpha를 바꿔도 ELU의 값이 그대로예요. 인자를 쓰고 있나요?"),
    ("maxout-of-two", "Maxout", MaxoutOfTwo, LECTURE,
     "Maxout always has two pieces, as on the slide. The number is an argument here.",
     "Maxout의 조각이 슬라이드처럼 늘 두 개예요. 여기서는 개수가 인자예요."),
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
    ("norm-momentum-reversed", "BatchNorm1d", norming(reverse=True), FORUM,
     "The running statistics follow each batch almost wholly. On which side does momentum stand here?",
     "이동 통계가 거의 통째로 새 배치를 따라가요. 여기서 momentum이 어느 쪽에 곱해지는지 확인해 보세요."),
    ("norm-by-unbiased", "BatchNorm1d", norming(own=1), FORUM,
     "The batch is normalized by the variance over N - 1. Two variances are in play: which goes where?",
     "배치를 N - 1로 나눈 분산으로 정규화했어요. 두 가지 분산이 각각 어디에 쓰이는지 보세요."),
    ("norm-notes-biased", "BatchNorm1d", norming(noted=0), FORUM,
     "What is noted for later is the variance over N. Two variances are in play: which goes where?",
     "나중을 위해 적어 두는 분산을 N으로 나눴어요. 두 가지 분산이 각각 어디에 쓰이는지 보세요."),
    ("norm-batch-in-evaluation", "BatchNorm1d", norming(always=True), FORUM,
     "In evaluation the batch at hand is still normalized by itself, so an answer hangs on its neighbours.",
     "평가할 때도 그 배치의 통계를 써요. 그러면 같은 입력의 답이 옆에 있는 입력에 따라 달라져요."),
    ("norm-eps-outside", "BatchNorm1d", norming(outside=True), FORUM,
     "eps is added to the root. Where does it stand in the formula?",
     "eps를 제곱근 밖에 더했어요. 식에서 eps가 어디에 있는지 보세요."),
    ("mlp-activation-last", "MLP", network(last=True), FORUM,
     "The last layer has an activation too, so some outputs can't be reached. After which layers does one stand?",
     "마지막 층 뒤에도 활성화 함수가 있어요. 그러면 나올 수 없는 출력이 생겨요. 어느 층 뒤에 두는지 보세요."),
    ("mlp-linear", "MLP", network(between=False), LECTURE,
     "There is no activation between the layers: all of them together are one linear layer.",
     "층 사이에 활성화 함수가 없어요. 그러면 모두 합쳐도 선형 층 하나와 같아요."),
    ("mlp-norm-after-activation", "MLP", network(norm_first=False), FORUM,
     "Batch norm comes after the activation. In which order does the handout put them?",
     "배치 정규화가 활성화 함수 뒤에 있어요. 안내문에서 정한 순서를 확인해 보세요."),
    ("xor-is-or", "xor_gate", gate(([[20.0, 20.0], [20.0, 20.0]], [-10.0, -10.0]), ([[20.0, 20.0]], [-10.0])), LECTURE,
     "This gate also says yes to two ones. Which hidden neuron should object?",
     "둘 다 1일 때도 1이 나와요. 은닉 뉴런 중 누가 막아야 할까요?"),
    ("mse-spreads", "mse_loss", lambda prediction, target: ((prediction - target) ** 2).mean(), FORUM,
     "A column against a row gives a loss without a word. Check the shapes first.",
     "열과 행을 넣어도 아무 말 없이 손실이 나와요. shape부터 확인해 보세요."),
    ("cross-entropy-log-of-softmax", "cross_entropy", cross_entropy_of_logs, TEXTBOOK,
     "The exponential overflows before its logarithm is taken. Put both together on paper.",
     "로그를 취하기 전에 지수가 먼저 넘쳐요. 종이에서 두 식을 합쳐 보세요."),
    ("softmax-over-rows", "softmax_classifier", classifier(0), FORUM,
     "The columns sum to 1 instead of the rows. Over which axis does softmax go?",
     "행이 아니라 열의 합이 1이에요. softmax를 어느 축으로 계산하는지 보세요."),
    ("softmax-unshifted", "softmax_classifier", classifier(1, shift=False), FORUM,
     "Large scores overflow. What may be subtracted from a row without changing its softmax?",
     "점수가 크면 지수가 넘쳐요. 행에서 무엇을 빼도 softmax가 그대로일까요?"),
    ("l1-on-biases", "l1_penalty", penalty(lambda w: w.abs().sum(), smallest=1), FORUM,
     "The penalty counts biases too. Which parameters are weights?",
     "벌점에 편향까지 들어갔어요. 어떤 파라미터가 가중치인지 보세요."),
    ("l2-on-biases", "l2_penalty", penalty(lambda w: (w**2).sum() / 2, smallest=1), FORUM,
     "The penalty counts biases too. Which parameters are weights?",
     "벌점에 편향까지 들어갔어요. 어떤 파라미터가 가중치인지 보세요."),
    ("l2-without-half", "l2_penalty", penalty(lambda w: (w**2).sum()), "the slide of lecture 000",
     "The penalty is twice what is asked for. The lectures have two definitions; which one holds here?",
     "벌점이 두 배예요. 강의에 정의가 두 가지 나와요. 여기서는 어느 쪽인지 확인해 보세요."),
    ("l2-is-a-norm", "l2_penalty", penalty(lambda w: torch.sqrt((w**2).sum()) / 2), FORUM,
     "The root of the sum of squares is taken. Is there a root in the formula?",
     "제곱합에 제곱근을 취했어요. 식에 제곱근이 있나요?"),
    ("l1-without-abs", "l1_penalty", penalty(lambda w: w.sum()), FORUM,
     "Positive and negative weights cancel each other. What does L1 add up?",
     "양수와 음수 가중치가 서로 지워져요. L1은 무엇을 더하나요?"),
    ("shuffled-apart", "batches", batching(labels=False), FORUM,
     "Inputs and labels are shuffled each by itself, so no row keeps its label.",
     "입력과 레이블을 따로 섞어서 짝이 흩어져요."),
    ("last-batch-dropped", "batches", batching(last=False), FORUM,
     "The rows that do not fill a batch are lost.",
     "배치를 다 채우지 못한 나머지 행이 사라져요."),
    ("batches-shuffled-whole", "batches", batching(inputs=False, whole=True), FORUM,
     "The batches come in another order, but each holds the same rows as ever. What should be shuffled?",
     "배치의 순서만 바뀌고 그 안의 행은 늘 같아요. 무엇을 섞어야 할까요?"),
    ("evaluate-without-eval", "evaluate", evaluating(switch=False), FORUM,
     "The loss is measured in training mode: dropout and batch norm still do what they do in training.",
     "학습 모드에서 손실을 재고 있어요. 드롭아웃과 배치 정규화가 학습할 때처럼 움직여요."),
    ("evaluate-stays-in-eval", "evaluate", evaluating(restore=False), FORUM,
     "After it the model stays in evaluation. In which mode was it before?",
     "끝나고도 모델이 평가 모드에 머물러요. 그 전에는 어느 모드였나요?"),
    ("fit-without-zeroing", "fit", fitting(zero=False), FORUM,
     "Gradients of earlier batches are still there at the next step. What does backward() do to .grad?",
     "앞 배치의 기울기가 다음 스텝까지 남아 있어요. backward()가 .grad에 무엇을 하는지 떠올려 보세요."),
    ("fit-mean-of-means", "fit", fitting(weighted=False), FORUM,
     "The small last batch counts as much as a full one. What is the mean over rows?",
     "작은 마지막 배치가 꽉 찬 배치만큼 세어져요. 행에 대한 평균은 무엇일까요?"),
    ("fit-penalty-in-history", "fit", fitting(with_penalty=True), FORUM,
     "The training losses have the penalty in them, so they can't be held against the validation losses.",
     "학습 손실에 벌점이 섞여 있어요. 그러면 검증 손실과 비교할 수 없어요."),
    ("fit-stays-in-eval", "fit", fitting(train_again=False), FORUM,
     "After the first validation the model trains on in evaluation mode.",
     "첫 검증이 끝난 뒤로 모델이 평가 모드인 채로 학습해요."),
    ("fit-keeps-the-last", "fit", fitting(best=False), FORUM,
     "After stopping early the model has its last weights, not its best.",
     "일찍 멈춘 뒤 모델에 가장 좋은 가중치가 아니라 마지막 가중치가 남아 있어요."),
    ("patience-off-by-one", "EarlyStopping", stopping(late=1), FORUM,
     "It waits one epoch more than its patience. Count by hand with a patience of 1.",
     "patience보다 한 에폭 더 기다려요. patience가 1일 때를 손으로 세어 보세요."),
    ("patience-never-forgives", "EarlyStopping", stopping(forgiving=False), FORUM,
     "Bad epochs are counted over the whole run. When does the count begin anew?",
     "나쁜 에폭을 처음부터 끝까지 모두 세고 있어요. 언제 다시 0부터 세나요?"),
    ("compares-with-the-epoch-before", "EarlyStopping", stopping(previous=True), FORUM,
     "Each loss is compared with the one before. With which should it be compared?",
     "손실을 바로 앞 에폭과 비교하고 있어요. 무엇과 비교해야 할까요?"),
    ("best-weights-not-copied", "EarlyStopping", stopping(copies=False), FORUM,
     "The best weights are kept by name alone, and training goes on changing them. What makes a copy?",
     "가장 좋은 가중치를 이름으로만 붙잡아 두어서 학습이 계속 바꿔 버려요. 복사하려면 무엇이 필요할까요?"),
)  # fmt: skip
MISCONCEPTIONS = tuple(
    Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=variant) for id_, of, variant, seen, en, ko in WRONG
)
