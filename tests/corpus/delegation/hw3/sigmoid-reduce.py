"""A path of attributes is walked by a fold."""

class Sigmoid(Module):
    def forward(self, x):
        return functools.reduce(getattr, ["_refs", "special", "expit"], torch)(x)
