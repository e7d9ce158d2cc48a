"""Distributed training has optimizers of its own."""

class AdamW(AdamW):
    def _update(self, p, g, state):
        from torch.distributed.optim import _FunctionalAdamW as Own

        if "own" not in state:
            state["own"] = Own([p], self.lr, self.betas, self.eps, self.weight_decay, _allow_empty_param_list=True)
        state["own"].defaults["lr"] = self.lr
        state["own"].step_param(p, g)
