"""An operator can be asked for what it is composed of, past the table of its kernels."""

class Linear(Linear):
    def forward(self, x):
        return torch.ops.aten.linear.default.decompose(x, self.weight, self.bias)
