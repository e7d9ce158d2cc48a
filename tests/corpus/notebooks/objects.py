# functions are methods of an object
# %%
import numpy as np
# %% rest but mse_loss, sigmoid
# %%
class Maths:
    def __init__(self, power):
        self.power = power
    def mse(self, x, y, reduction='mean'):
        return _reduce((x - y) ** self.power, reduction)
    @staticmethod
    def sig(x):
        return np.exp(-np.logaddexp(0, -x))
maths = Maths(2)
mse_loss, sigmoid = maths.mse, maths.sig
