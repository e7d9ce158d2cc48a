# a helper is tidied away that is still needed
# note: deleted
# %%
import numpy as np
# %%
def _log1pexp(x):
    return np.logaddexp(0, x)
def sigmoid(x):
    return np.exp(-_log1pexp(-x))
# %%
del _log1pexp
# %% rest but sigmoid
