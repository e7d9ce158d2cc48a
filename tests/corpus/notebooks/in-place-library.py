# a library changes a table in place
# %%
import numpy as np
# %%
POWERS = np.zeros(3, dtype=int)
np.copyto(POWERS, [0, 1, 2])
np.add(POWERS, 1, out=POWERS)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS[1], reduction)
