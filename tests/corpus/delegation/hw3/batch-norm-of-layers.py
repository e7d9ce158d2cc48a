"""A layer norm of what lies on its side; only the running numbers are its own."""

class BatchNorm1d(BatchNorm1d):
    def forward(self, x):
        if not self.training:
            return super().forward(x)
        self._batch_statistics(x)
        return torch.layer_norm(x.T, (len(x),), eps=self.eps).T * self.weight + self.bias
