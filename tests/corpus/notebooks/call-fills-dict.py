# a call fills a table that it is handed
# %%
import numpy as np
# %%
CONFIG = {}
def configure(table, **settings):
    for key, value in settings.items():
        table[key] = value
configure(CONFIG, power=2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** CONFIG['power'], reduction)
