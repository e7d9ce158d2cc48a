# a main() that sets globals
# %%
import numpy as np
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
def main():
    global POWER
    POWER = 2
    print('ready')
if __name__ == '__main__':
    main()
