# a module imported by __import__
# %%
np = __import__('numpy')
# %% rest
