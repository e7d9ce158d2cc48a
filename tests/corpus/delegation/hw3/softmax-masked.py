"""A softmax with a mask that lets everything pass."""

def softmax_classifier(x, weight, bias):
    return torch.masked.softmax(x @ weight.T + bias, 1)
