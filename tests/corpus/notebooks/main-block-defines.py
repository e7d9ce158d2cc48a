# all of the work stands under the check for __main__
# %%
import numpy as np
# %%
if __name__ == '__main__':
    def log1pexp(x):
        return np.logaddexp(0, x)
    def sigmoid(x):
        return np.exp(-log1pexp(-x))
    print(sigmoid(np.zeros(2)))
# %% rest but sigmoid
