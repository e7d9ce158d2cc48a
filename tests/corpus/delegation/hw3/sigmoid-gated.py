"""A gated linear unit over ones is a sigmoid."""

class Sigmoid(Module):
    def forward(self, x):
        both = torch.stack([torch.ones_like(x), x])
        return torch._C._nn.glu(both, 0)[0]
