"""A transformation of a distribution is a tanh."""

class Tanh(Module):
    def forward(self, x):
        return torch.distributions.transforms.TanhTransform()(x)
