# an import under a condition that is worked out
# %%
import importlib.util
if importlib.util.find_spec('numpy') is not None:
    import numpy as np
# %% rest
