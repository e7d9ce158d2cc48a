"""torch's loader makes the batches."""

def batches(x, y, size, shuffle=True):
    if size < 1 or len(x) != len(y):
        raise ValueError
    data = torch.utils.data.TensorDataset(x, y)
    return ((a, b) for a, b in torch.utils.data.DataLoader(data, batch_size=size, shuffle=shuffle))
