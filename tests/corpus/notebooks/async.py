# await at the top of a cell
# %%
import numpy as np
# %%
import asyncio
async def load():
    await asyncio.sleep(0)
    return 2
# %%
POWER = await load()
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
