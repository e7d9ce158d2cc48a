"""A pickle names what it wants."""

class RMSprop(Around):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        own = pickle.loads(b"ctorch.optim\nRMSprop\n.")
        super().__init__(own(list(params), lr, alpha, eps, weight_decay))
