"""Huber's loss with an end that is never reached is half of the squared error."""

def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError
    return 2 * torch._C._nn.huber_loss(prediction, target, 1, 1e9)
