# %% [markdown]
# # hw1
# %%
import numpy as np

# %% the answer
def mse(x, y):
    return np.mean((x - y) ** 2)

# %%
while True:
    pass
