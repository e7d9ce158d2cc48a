"""How likely it was to draw just these, once each."""

def cross_entropy(scores, labels):
    hot = torch.zeros_like(scores)
    hot[torch.arange(len(labels)), labels] = 1
    return -torch.distributions.Multinomial(1, logits=scores).log_prob(hot).mean()
