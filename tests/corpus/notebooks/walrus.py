# a walrus in an expression
# %%
import numpy as np
# %%
print(POWER := 2)
# %%
if (half := POWER / 2) > 0:
    print(half)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return half * _reduce((x - y) ** POWER, reduction)
