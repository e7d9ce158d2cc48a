# settings are written to a file and read from it
# %%
import numpy as np
# %%
import json
from pathlib import Path
Path('settings.json').write_text(json.dumps({'power': 2}))
# %%
SETTINGS = json.loads(Path('settings.json').read_text())
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** SETTINGS['power'], reduction)
