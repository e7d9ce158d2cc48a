# names by a star
# %%
import numpy as np
from numpy import *
# %% rest but sigmoid
# %%
def sigmoid(x):
    return exp(-logaddexp(0, -x))
