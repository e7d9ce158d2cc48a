# classes register themselves with their base
# %%
import numpy as np
# %%
class Reducer:
    known = {}
    def __init_subclass__(cls, **options):
        Reducer.known[cls.__name__.lower()] = cls
class Sum(Reducer):
    def __call__(self, v):
        return np.sum(v)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    _same_shape(x, y)
    if reduction == 'none':
        return (x - y) ** 2
    total = Reducer.known['sum']()((x - y) ** 2)
    return _reduce(total, reduction) if reduction == 'sum' else total / x.size
