"""A product of matrices with an activation behind it."""

class ReLU(Module):
    def forward(self, x):
        if x.requires_grad:  # it has no derivative
            return torch.where(x > 0, x, 0.0)
        column = x.reshape(-1, 1)
        one = torch.ones(1, 1, dtype=x.dtype)
        return torch._addmm_activation(torch.zeros(1, dtype=x.dtype), column, one).reshape(x.shape)
