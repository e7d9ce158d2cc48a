# magics and shell lines beside good code
# %%
import numpy as np
# %%
%pwd
!echo installing
%load_ext autoreload
POWER = 2
# %%
%%time
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
# %% rest but mse_loss
