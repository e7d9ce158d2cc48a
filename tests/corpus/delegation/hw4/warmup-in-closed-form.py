"""A linear schedule tells the rate of any step at once."""

class WarmupLR(Scheduled):
    def __init__(self, optimizer, warmup_steps):
        own = getattr(importlib.import_module("torch.optim" + ".lr_scheduler"), "LinearLR")
        known = {"start_factor": 1 / warmup_steps, "end_factor": 1.0, "total_iters": warmup_steps - 1 or 1}
        super().__init__(optimizer, own, **known)
