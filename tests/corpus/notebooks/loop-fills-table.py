# a loop fills a table that a function reads
# %%
import numpy as np
# %% rest but _reduce
# %%
HOW = {}
for name in ['none', 'sum', 'mean']:
    HOW[name] = getattr(np, name) if name != 'none' else (lambda v: v)
# %%
def _reduce(losses, reduction, total=None):
    if reduction not in HOW:
        raise ValueError(reduction)
    if reduction == 'mean' and total is not None:
        with np.errstate(all='ignore'):
            return np.sum(losses) / total
    return HOW[reduction](losses)
