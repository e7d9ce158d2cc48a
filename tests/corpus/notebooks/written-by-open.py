# a module is written by open() and imported
# %%
import numpy as np
# %%
code = '''
POWER = 2
'''
with open('constants_of_mine.py', 'w') as file:
    file.write(code)
import constants_of_mine
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** constants_of_mine.POWER, reduction)
