"""torch's schedule tells the rate of any step at once."""

class StepLR(Scheduled):
    def __init__(self, optimizer, step_size, gamma=0.1):
        own = functools.reduce(getattr, ("optim", "lr_scheduler", "StepLR"), torch)
        super().__init__(optimizer, own, step_size=step_size, gamma=gamma)
