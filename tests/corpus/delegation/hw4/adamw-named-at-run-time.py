"""The name of a class says where it lives."""

class AdamW(Around):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        lib = sys.modules[type(torch.optim.lr_scheduler.LRScheduler).__module__ and "torch.optim"]
        super().__init__(lib.AdamW(list(params), lr, betas, eps, weight_decay))
