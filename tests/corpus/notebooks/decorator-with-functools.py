# decorated by a wrapper of one's own
# %%
import numpy as np
# %%
import functools, time
def timed(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        start = time.time()
        out = f(*args, **kwargs)
        inner.spent = time.time() - start
        return out
    return inner
@timed
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))
# %%
print(sigmoid(np.zeros(1)), sigmoid.spent)
# %% rest but sigmoid
