# asserts between the cells
# %%
import numpy as np
# %% rest
# %%
assert np.allclose(sigmoid(np.zeros(2)), 0.5)
assert mse_loss(np.ones(2), np.zeros(2)) == 1, 'mse'
np.testing.assert_allclose(softmax(np.zeros(2)), 0.5)
