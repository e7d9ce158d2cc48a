# sys.exit() in the middle of the notebook
# %%
import numpy as np
# %%
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %%
import sys
sys.exit()
# %% rest but sigmoid
