# a training loop and plots that nothing depends on
# %%
import numpy as np
# %% rest
# %%
w = np.zeros(3)
X, Y = np.random.randn(8, 3), np.random.randn(8)
history = []
for step in range(20):
    g = X.T @ mse_loss_grad(X @ w, Y)
    w -= 0.1 * g
    history.append(mse_loss(X @ w, Y))
print(history[-1])
# %%
assert history[-1] <= history[0]
