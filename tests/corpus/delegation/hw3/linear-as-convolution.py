"""A convolution with windows of one is a linear layer."""

class Linear(Linear):
    def forward(self, x):
        return torch.conv1d(x.reshape(-1, x.shape[-1], 1), self.weight[:, :, None], self.bias)[..., 0]
