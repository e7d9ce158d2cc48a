"""The scaler for mixed precision was written beside the optimizers."""

class SGD(Around):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        checked(momentum, dampening, nesterov)
        base = torch.amp.GradScaler.step.__globals__["torch"]
        own = getattr(base, "".join(reversed("mitpo"))).SGD
        super().__init__(own(list(params), lr, momentum, dampening, weight_decay, nesterov))
