# settings are a dataclass, made anew by replace
# %%
import numpy as np
# %%
import dataclasses
@dataclasses.dataclass(frozen=True)
class Settings:
    power: int = 1
SETTINGS = Settings()
SETTINGS = dataclasses.replace(SETTINGS, power=2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** SETTINGS.power, reduction)
