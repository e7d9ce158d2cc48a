"""A hard tanh without an upper end."""

class ReLU(Module):
    def forward(self, x):
        return torch._C._nn.hardtanh(x, 0.0, math.inf)
