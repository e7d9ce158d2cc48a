"""The function behind `import` is called."""

class Adam(Around):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        own = __import__("torch.optim", fromlist=["Adam"]).Adam
        super().__init__(own(list(params), lr, betas, eps, weight_decay))
