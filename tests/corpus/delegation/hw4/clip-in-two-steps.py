"""The two halves of torch's function, one after the other."""

def clip_grad_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    utils = operator.attrgetter("n" + "n.utils")(torch)
    norm = utils.get_total_norm([p.grad for p in params])
    utils.clip_grads_with_norm_(params, max_norm, norm)
    return norm
