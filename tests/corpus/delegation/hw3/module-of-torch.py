"""The base class of torch's networks, taken from what derives from it."""

(_base,) = {cls for cls in torch.fx.GraphModule.__mro__ if cls.__name__ == "Module"}

class Module(_base):
    state, parameters = Module.state, Module.parameters

    def __init__(self):
        super().__init__()

    def __setattr__(self, name, value):
        self.__dict__[name] = value
