# everything is a lambda
# %%
import numpy as np
# %% rest but mse_loss, sigmoid, softmax
# %%
sigmoid = lambda x: np.exp(-np.logaddexp(0, -x))
_e = lambda x: np.exp(x - x.max(axis=-1, keepdims=True))
softmax = lambda x: _e(x) / _e(x).sum(axis=-1, keepdims=True)
mse_loss = lambda x, y, reduction='mean': _reduce((x - y) ** 2, reduction)
