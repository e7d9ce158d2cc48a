# constants under the check for __main__
# %%
import numpy as np
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
# %%
if __name__ == '__main__':
    POWER = 2
    print(mse_loss(np.ones(2), np.zeros(2)))
