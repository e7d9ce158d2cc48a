# a later definition wraps the earlier one of its name
# %%
import numpy as np
# %%
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %%
_old = sigmoid
def sigmoid(x):
    return _old(np.asarray(x, dtype=float))
# %% rest but sigmoid
