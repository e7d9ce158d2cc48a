"""The table of decompositions is a dict of functions."""

class ELU(ELU):
    def forward(self, x):
        table = getattr(torch, "_decomp").decomposition_table
        (own,) = [table[key] for key in table if str(key) == "aten.elu.default"]
        return own(x, self.alpha)
