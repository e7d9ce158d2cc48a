# a context manager of one's own changes a setting
# %%
import numpy as np
# %%
import contextlib
SETTINGS = {'power': 1}
@contextlib.contextmanager
def changed(**new):
    SETTINGS.update(new)
    yield
with changed(power=2):
    print(SETTINGS)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** SETTINGS['power'], reduction)
