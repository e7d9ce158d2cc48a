"""Nested tensors have kernels of their own."""

def softmax_classifier(x, weight, bias):
    scores = x @ weight.T + bias
    return torch.nested.as_nested_tensor(scores).softmax(-1).to_padded_tensor(0.0)
