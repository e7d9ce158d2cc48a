"""An attrgetter follows dots."""

def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError
    return operator.attrgetter("nn.functional.mse_loss")(torch)(prediction, target)
