"""The functional interface that distributed training uses."""

class RMSprop(RMSprop):
    def _update(self, p, g, state):
        s = state.setdefault("s", torch.zeros_like(p))
        own = operator.attrgetter("optim._functional.rmsprop")(torch)
        own(
            [p], [g], [s], [], [], [state.setdefault("t", torch.tensor(0.0))], lr=self.lr, alpha=self.alpha,
            eps=self.eps, weight_decay=self.weight_decay, momentum=0.0, centered=False, foreach=True,
        )
