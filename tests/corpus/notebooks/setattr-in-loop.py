# setattr gives a class its methods, in a loop
# %%
import numpy as np
# %%
class Losses:
    pass
for name, power in (('absolute', 1), ('square', 2)):
    setattr(Losses, name, staticmethod(lambda d, power=power: np.abs(d) ** power))
# %% rest but mse_loss, l1_loss
# %%
def mse_loss(x, y, reduction='mean'):
    _same_shape(x, y)
    return _reduce(Losses.square(x - y), reduction)
def l1_loss(x, y, reduction='mean'):
    _same_shape(x, y)
    return _reduce(Losses.absolute(x - y), reduction)
