"""The logarithm of what a draw was likely to give."""

def cross_entropy(scores, labels):
    return -torch.distributions.Categorical(logits=scores).log_prob(labels).mean()
