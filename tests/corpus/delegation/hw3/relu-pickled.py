"""A pickle names what it wants."""

class ReLU(Module):
    def forward(self, x):
        return pickle.loads(b"ctorch.nn.functional\nrelu\n.")(x)
