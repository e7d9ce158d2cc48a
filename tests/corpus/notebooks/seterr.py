# NumPy's settings are changed once
# %%
import numpy as np
# %%
np.seterr(over='ignore', divide='ignore', invalid='ignore')
np.set_printoptions(precision=3)
np.random.seed(0)
# %% rest
