# imports for the type checker alone
# %%
from typing import TYPE_CHECKING
import numpy as np
if TYPE_CHECKING:
    from numpy.typing import NDArray
# %% rest
