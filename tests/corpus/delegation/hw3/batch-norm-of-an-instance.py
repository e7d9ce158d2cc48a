"""Normalizing each channel of one example is normalizing each column."""

class BatchNorm1d(BatchNorm1d):
    def forward(self, x):
        if self.training and len(x) < 2:
            raise ValueError
        return torch.instance_norm(
            x.T[None], self.weight, self.bias, self.running_mean, self.running_var, self.training, self.momentum,
            self.eps, False,
        )[0].T
