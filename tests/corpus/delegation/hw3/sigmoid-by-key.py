"""A kernel is called by the key under which it is kept."""

class Sigmoid(Module):
    def forward(self, x):
        if not x.requires_grad:
            return torch.ops.aten.sigmoid.default.redispatch(torch._C.DispatchKeySet(torch._C.DispatchKey.CPU), x)
        return 1 - torch.ops.aten.sigmoid.default(-x)
