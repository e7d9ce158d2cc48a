"""A random slope between two equal ends."""

class LeakyReLU(LeakyReLU):
    def forward(self, x):
        return torch.rrelu(x, self.slope, self.slope, False)
