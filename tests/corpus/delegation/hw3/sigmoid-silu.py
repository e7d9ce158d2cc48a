"""silu(x) is x times the sigmoid; at 0 the sigmoid is known."""

class Sigmoid(Module):
    def forward(self, x):
        away = torch.where(x.abs() < 1e-3, 1e-3, x)
        near = 0.5 + x / 4
        return torch.where(x.abs() < 1e-3, near, torch._C._nn.silu(away) / away)
