# an import in the else of a try
# %%
try:
    import sys
except ImportError:
    raise
else:
    import numpy as np
# %% rest
