# a cell asks for something that nothing needs
# %%
import numpy as np
# %%
who = input('your name? ')
print('hello', who)
# %% rest
