"""torch's schedule tells the rate of any step at once."""

class ExponentialLR(Scheduled):
    def __init__(self, optimizer, gamma):
        super().__init__(optimizer, (lambda t=torch: t.optim)().lr_scheduler.ExponentialLR, gamma=gamma)
