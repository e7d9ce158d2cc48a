# an import in a finally
# %%
try:
    1 / 0
except ZeroDivisionError:
    pass
finally:
    import numpy as np
# %% rest
