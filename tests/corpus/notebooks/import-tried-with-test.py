# the other library is tried before it is trusted
# %%
try:
    import cupy as np
    np.zeros(3).sum()
    print('GPU')
except Exception as error:
    print('no GPU:', error)
    import numpy as np
finally:
    READY = True
# %% rest
