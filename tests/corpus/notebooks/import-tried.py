# cupy where there is a GPU, NumPy elsewhere
# %%
try:
    import cupy as np
except ImportError:
    import numpy as np
# %% rest
