# an assert that fails between
# %%
import numpy as np
# %%
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %%
assert sigmoid(np.zeros(1))[0] == 0.7, 'not yet'
# %% rest but sigmoid
