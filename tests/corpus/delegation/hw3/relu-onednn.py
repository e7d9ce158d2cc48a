"""A tensor of oneDNN answers with kernels of its own."""

class ReLU(Module):
    def forward(self, x):
        if x.dtype != torch.float32:
            return torch.where(x > 0, x, 0.0)
        return x.to_mkldnn().relu().to_dense()
