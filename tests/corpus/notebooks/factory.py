# functions come out of a factory, in a tuple
# %%
import numpy as np
# %%
def make(f, slope):
    def loss(x, y, reduction='mean'):
        _same_shape(x, y)
        return _reduce(f(x - y), reduction)
    def grad(x, y, reduction='mean'):
        _same_shape(x, y)
        return _spread(slope(x - y), reduction)
    return loss, grad
# %%
mse_loss, mse_loss_grad = make(np.square, lambda d: 2 * d)
l1_loss, l1_loss_grad = make(np.abs, np.sign)
# %% rest but mse_loss, mse_loss_grad, l1_loss, l1_loss_grad
