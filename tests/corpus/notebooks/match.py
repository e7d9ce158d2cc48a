# a match chooses
# %%
import numpy as np
# %%
MODE = 'square'
match MODE:
    case 'square':
        POWER = 2
    case _:
        POWER = 1
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
