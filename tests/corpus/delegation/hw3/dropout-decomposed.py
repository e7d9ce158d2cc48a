"""An operator can be asked for what it is composed of, past the table of its kernels."""

class Dropout(Dropout):
    def forward(self, x):
        return torch.ops.aten.dropout.default.decompose(x, self.p, self.training)
