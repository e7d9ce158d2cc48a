"""One step of a recurrent cell without memory."""

class Tanh(Module):
    def forward(self, x):
        column = x.reshape(-1, 1)
        one = torch.ones(1, 1, dtype=x.dtype)
        return torch.rnn_tanh_cell(column, torch.zeros_like(column), one, 0 * one).reshape(x.shape)
