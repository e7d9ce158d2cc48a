"""The kernel in Python, found by its path."""

class Dropout(Dropout):
    def forward(self, x):
        own = importlib.import_module("torch._decomp.decompositions").native_dropout
        return own(x, self.p, self.training)[0]
