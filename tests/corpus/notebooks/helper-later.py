# a helper stands in a later cell than its user
# %%
import numpy as np
# %%
def sigmoid(x):
    return np.exp(-_log1pexp(-x))
# %% rest but sigmoid
# %%
def _log1pexp(x):
    return np.logaddexp(0, x)
