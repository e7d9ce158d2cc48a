"""A parametric ReLU with a fixed parameter."""

class LeakyReLU(LeakyReLU):
    def forward(self, x):
        return torch.prelu(x, torch.tensor(self.slope, dtype=x.dtype))
