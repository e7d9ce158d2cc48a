# a helper has a cache, and cells use it
# %%
import numpy as np
# %%
from functools import lru_cache
@lru_cache(maxsize=None)
def power(name):
    return {'mse': 2}[name]
power('mse')
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** power('mse'), reduction)
# %%
print(power.cache_info())
