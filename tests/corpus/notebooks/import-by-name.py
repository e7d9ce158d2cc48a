# a module imported by a call
# %%
import importlib
np = importlib.import_module('numpy')
# %% rest
