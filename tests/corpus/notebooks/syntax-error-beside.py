# a cell that is no Python beside good ones
# %%
import numpy as np
# %%
POWER = 2
def broken(:
    pass
# %% rest
