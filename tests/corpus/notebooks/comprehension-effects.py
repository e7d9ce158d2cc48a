# a comprehension that is run for its effect
# %%
import numpy as np
# %%
POWERS = {}
[POWERS.setdefault(n, n) for n in range(3)]
_ = list(map(POWERS.pop, [0]))
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** min(POWERS) ** 1 * (x - y), reduction)
