"""torch's schedule tells the rate of any step at once."""

class CosineAnnealingLR(Scheduled):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        own = pickle.loads(b"ctorch.optim.lr_scheduler\nCosineAnnealingLR\n.")
        super().__init__(optimizer, own, T_max=T_max, eta_min=eta_min)
