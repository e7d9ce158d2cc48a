"""What lies below a threshold is replaced."""

class ReLU(Module):
    def forward(self, x):
        return torch.threshold(x, 0, 0)
