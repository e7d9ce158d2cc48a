"""A comprehension names the library."""

class Adam(Around):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        (own,) = [lib.optim.Adam for lib in [torch]]
        super().__init__(own(list(params), lr, betas, eps, weight_decay))
