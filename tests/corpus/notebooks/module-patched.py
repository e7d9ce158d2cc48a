# a function is put into NumPy itself
# %%
import numpy as np
# %%
def stable_sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
np.sigmoid = stable_sigmoid
# %%
def sigmoid(x):
    return np.sigmoid(x)
# %% rest but sigmoid
