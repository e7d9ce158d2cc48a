# answers count their calls in a global
# %%
import numpy as np
# %%
CALLS = 0
# %% rest but sigmoid
# %%
def sigmoid(x):
    global CALLS
    CALLS += 1
    return np.exp(-np.logaddexp(0, -x))
for _ in range(5):
    sigmoid(np.zeros(2))
print(CALLS)
