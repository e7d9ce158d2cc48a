# a later definition keeps the earlier one in a default
# %%
import numpy as np
# %%
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %%
def sigmoid(x, before=sigmoid):
    return before(x)
# %% rest but sigmoid
