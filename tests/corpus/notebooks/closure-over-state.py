# a closure over state that a call changes
# %%
import numpy as np
# %%
def switch():
    state = {'power': 1}
    def set_power(p):
        state['power'] = p
    def power():
        return state['power']
    return set_power, power
set_power, power = switch()
set_power(2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** power(), reduction)
