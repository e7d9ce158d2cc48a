# functions are made by exec of texts that are put together
# %%
import numpy as np
# %%
for name, power in [('_first', 1), ('_second', 2)]:
    exec(f'def {name}(v): return np.abs(v) ** {power}')
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(_second(x - y), reduction)
