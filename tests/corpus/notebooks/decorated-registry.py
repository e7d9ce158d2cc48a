# a decorator of one's own fills a registry
# %%
import numpy as np
# %%
REDUCERS = {}
def register(name):
    def wrap(f):
        REDUCERS[name] = f
        return f
    return wrap
@register('none')
def _none(v, total):
    return v
@register('sum')
def _sum(v, total):
    return np.sum(v)
@register('mean')
def _mean(v, total):
    with np.errstate(all='ignore'):
        return np.sum(v) / (np.size(v) if total is None else total)
def _reduce(losses, reduction, total=None):
    try:
        return REDUCERS[reduction](losses, total)
    except KeyError:
        raise ValueError(reduction)
# %% rest but _reduce
