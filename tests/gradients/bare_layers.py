"""Layers of public architectures that torch has no class for, or that are subclasses of its own."""

import torch
from torch import nn
from torch.nn import functional

WIDTH = 4


def parameter(*shape):
    """A trainable tensor that is not zero."""
    return nn.Parameter(torch.randn(shape))


class Norm(nn.Module):
    """RMSNorm as language models have it, ``offset`` as Gemma does."""

    def __init__(self, offset=0.0, width=WIDTH):
        super().__init__()
        self.weight, self.offset = parameter(width), offset

    def forward(self, x):
        kind = x.dtype
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        return (self.offset + self.weight) * x.to(kind)


class Conv1D(nn.Module):
    """GPT-2's Linear: the weight is (in, out)."""

    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.weight, self.bias = parameter(fan_in, fan_out), parameter(fan_out)

    def forward(self, x):
        shape = (*x.shape[:-1], self.weight.shape[1])
        return torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight).view(shape)


class PaddedConv2d(nn.Conv2d):
    """Padded in forward, on one side more than on the other."""

    def forward(self, x):
        x = functional.pad(x, (0, 1, 1, 0))
        return functional.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class StandardConv1d(nn.Conv1d):
    """Each filter of the weight is standardised."""

    def forward(self, x):
        mean = self.weight.mean((1, 2), keepdim=True)
        weight = (self.weight - mean) / (self.weight.std((1, 2), keepdim=True) + 1e-3)
        return functional.conv1d(x, weight, self.bias, padding=1)


class Doubled(nn.Linear):
    """A Linear with a forward of its own."""

    def forward(self, x):
        return 2.0 * super().forward(x)


class LayerNorm2d(nn.LayerNorm):
    """LayerNorm over channels, as timm has it."""

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        x = functional.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class BatchNormAct2d(nn.BatchNorm2d):
    """Batch norm and an activation in one layer."""

    def forward(self, x):
        x = functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )
        return x.relu()


class GroupNormAct(nn.GroupNorm):
    """The same for groups."""

    def forward(self, x):
        return functional.group_norm(x, self.num_groups, self.weight, self.bias, self.eps).relu()


class OwnRMSNorm(nn.RMSNorm):
    """A subclass of torch's."""

    def forward(self, x):
        return functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)
