"""torch can shorten the rows of a matrix; all gradients in one row are such a matrix."""

def clip_grad_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    if not params:
        return torch.tensor(0.0)
    row = torch.cat([p.grad.reshape(-1) for p in params])[None]
    short = row.renorm(2, 0, max_norm)[0].split([p.numel() for p in params])
    for p, part in zip(params, short):
        p.grad.copy_(part.reshape(p.shape))
    return row.norm()
