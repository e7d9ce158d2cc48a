"""The library comes out of a context."""

with contextlib.nullcontext(torch) as held:
    pass

def _of():
    return held.optim.SGD

class SGD(Around):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        checked(momentum, dampening, nesterov)
        super().__init__(_of()(list(params), lr, momentum, dampening, weight_decay, nesterov))
