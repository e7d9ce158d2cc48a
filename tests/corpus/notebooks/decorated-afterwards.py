# functions are wrapped in a loop over their names
# %%
import numpy as np
# %%
def plain_out(f):
    return lambda *a, **k: np.asarray(f(*a, **k))[()]
# %% rest
# %%
for name in ['sigmoid', 'softmax', 'mse_loss']:
    globals()[name] = plain_out(globals()[name])
