"""The operators of oneDNN have a namespace of their own."""

class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        own = torch.ops.mkldnn._linear_pointwise
        return own(x.float(), weight.float(), None, "none", [], "").to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g @ weight, g.T @ x

class Linear(Linear):
    def forward(self, x):
        y = _Product.apply(x, self.weight)
        return y if self.bias is None else y + self.bias
