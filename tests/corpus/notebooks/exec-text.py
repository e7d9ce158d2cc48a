# a function is made by exec of a text
# %%
import numpy as np
# %%
exec('''
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
''')
# %% rest but sigmoid
