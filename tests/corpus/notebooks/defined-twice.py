# defined wrong, then right
# %%
import numpy as np
# %%
def sigmoid(x):
    return x
# %%
print(sigmoid(np.zeros(2)))
# %%
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %% rest but sigmoid
