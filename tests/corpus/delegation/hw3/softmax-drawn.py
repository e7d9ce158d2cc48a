"""The probabilities of a draw."""

def softmax_classifier(x, weight, bias):
    return torch.distributions.Categorical(logits=x @ weight.T + bias).probs
