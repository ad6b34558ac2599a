"""Networks that use parameters in plain functions, as public architectures do."""

import torch
from torch import nn
from torch.nn import functional

from .bare_layers import (
    WIDTH,
    BatchNormAct2d,
    Conv1D,
    Doubled,
    GroupNormAct,
    LayerNorm2d,
    Norm,
    OwnRMSNorm,
    PaddedConv2d,
    StandardConv1d,
    parameter,
)
from .cases import Case, Lambda, features, mixed_loss, tokens

LENGTH = 5


def with_parameters(forward, parameters, **parts):
    """A network with tensors of its own beside its layers."""

    def build():
        network = Lambda(forward, **{name: part() for name, part in parts.items()})
        for name, shape in parameters.items():
            network.register_parameter(name, parameter(*shape))
        return network

    return build


def linear():
    """Any layer upon the construct."""
    return nn.Linear(WIDTH, WIDTH)


def _text(self, x):
    """Words and positions; the position ids are (1, T)."""
    positions = torch.arange(x.shape[1], device=x.device)[None]
    return self.upper(torch.tanh(self.words(x) + self.positions(positions)))


def _flat_positions(self, x):
    return self.upper(
        torch.tanh(self.words(x) + self.positions(torch.arange(x.shape[1], device=x.device)))
    )


def _language_model(self, x):
    hidden = self.upper(self.words(x)).tanh()
    return functional.linear(hidden, self.words.weight)


def _tied_head(self, x):
    return self.head(torch.tanh(self.upper(self.words(x))))


def _class_token(self, x):
    token = self.token.expand(len(x), -1, -1)
    return self.upper((torch.cat([token, x], dim=1) + self.positions).tanh())[:, 0]


def _repeated_token(self, x):
    token = self.token.repeat(x.shape[0], 1, 1)
    return self.upper(torch.cat([token, x], dim=1).tanh())


def _sliced_table(self, x):
    return self.upper((x + self.positions[:, : x.shape[1]]).tanh())


def _scores_with_bias(self, x):
    """A bias of attention for each distance, one a head."""
    q, k = (part(x).view(len(x), LENGTH, 2, 2).transpose(1, 2) for part in (self.q, self.k))
    distance = (
        torch.arange(LENGTH, device=x.device)[:, None]
        - torch.arange(LENGTH, device=x.device)
        + LENGTH
        - 1
    )
    bias = self.table(distance).permute(2, 0, 1).unsqueeze(0)
    return (q @ k.transpose(2, 3) + bias).softmax(3)


def _window_bias(self, x):
    q = self.q(x).view(len(x), LENGTH, 2, 2).transpose(1, 2)
    distance = (
        torch.arange(LENGTH, device=x.device)[:, None]
        - torch.arange(LENGTH, device=x.device)
        + LENGTH
        - 1
    )
    bias = self.table[distance.view(-1)].view(LENGTH, LENGTH, 2).permute(2, 0, 1)[None]
    return functional.scaled_dot_product_attention(q, q, q, attn_mask=bias)


def _bias_from_distances(self, x):
    """The bias is a network's, of distances that are the same for all rows."""
    distance = (
        torch.arange(LENGTH, device=x.device)[:, None] - torch.arange(LENGTH, device=x.device)
    ).to(x.dtype) / LENGTH
    bias = self.bias(distance[..., None]).permute(2, 0, 1)
    q, k = (part(x).view(len(x), LENGTH, 2, 2).transpose(1, 2) for part in (self.q, self.k))
    return (q @ k.transpose(2, 3) + bias).softmax(3)


def _masked_patches(self, x):
    hidden = x[..., :1] > 0
    x = torch.where(hidden, self.token, x)
    mask = hidden.to(x.dtype)
    return self.upper((x * (1 - mask) + self.token * mask).tanh())


def _sequence_first(self, x):
    x = x.transpose(0, 1) + self.positions
    return self.upper(x.tanh()).transpose(0, 1)


def _scaled(self, x):
    return x + self.upper(x) * self.gamma + (self.temperature.exp() * x).tanh()


CASES = {
    "position table of (1, T) ids": Case(
        lambda: Lambda(
            _text, words=nn.Embedding(7, WIDTH), positions=nn.Embedding(9, WIDTH), upper=linear()
        ),
        tokens(7, LENGTH),
    ),
    "position table with padding": Case(
        lambda: Lambda(
            _text,
            words=nn.Embedding(7, WIDTH),
            positions=nn.Embedding(9, WIDTH, padding_idx=1),
            upper=linear(),
        ),
        tokens(7, LENGTH),
    ),
    "position table of (T,) ids": Case(
        lambda: Lambda(
            _flat_positions,
            words=nn.Embedding(7, WIDTH),
            positions=nn.Embedding(9, WIDTH),
            upper=linear(),
        ),
        tokens(7, LENGTH),
    ),
    "words used again for scores": Case(
        lambda: Lambda(_language_model, words=nn.Embedding(6, WIDTH), upper=linear()),
        tokens(6, LENGTH),
    ),
    "words tied to a head": Case(
        lambda: (
            lambda words, head: (
                setattr(head, "weight", words.weight),
                Lambda(_tied_head, words=words, head=head, upper=linear()),
            )[1]
        )(nn.Embedding(6, WIDTH, padding_idx=2), nn.Linear(WIDTH, 6)),
        tokens(6, LENGTH),
    ),
    "class token and positions": Case(
        with_parameters(
            _class_token,
            {"token": (1, 1, WIDTH), "positions": (1, LENGTH + 1, WIDTH)},
            upper=linear,
        ),
        features(LENGTH, WIDTH),
    ),
    "repeated token": Case(
        with_parameters(_repeated_token, {"token": (1, 1, WIDTH)}, upper=linear),
        features(LENGTH, WIDTH),
    ),
    "table cut to length": Case(
        with_parameters(_sliced_table, {"positions": (1, 9, WIDTH)}, upper=linear),
        features(LENGTH, WIDTH),
    ),
    "positions, sequence first": Case(
        with_parameters(_sequence_first, {"positions": (LENGTH, 1, WIDTH)}, upper=linear),
        features(LENGTH, WIDTH),
    ),
    "bias of scores by distance": Case(
        lambda: Lambda(
            _scores_with_bias, q=linear(), k=linear(), table=nn.Embedding(2 * LENGTH - 1, 2)
        ),
        features(LENGTH, WIDTH),
    ),
    "bias of scores by a network of distances": Case(
        lambda: Lambda(
            _bias_from_distances,
            q=linear(),
            k=linear(),
            bias=nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2, bias=False)),
        ),
        features(LENGTH, WIDTH),
    ),
    "bias within fused attention": Case(
        with_parameters(_window_bias, {"table": (2 * LENGTH - 1, 2)}, q=linear),
        features(LENGTH, WIDTH),
    ),
    "mask token": Case(
        with_parameters(_masked_patches, {"token": (WIDTH,)}, upper=linear),
        features(LENGTH, WIDTH),
    ),
    "layer scale and temperature": Case(
        with_parameters(_scaled, {"gamma": (WIDTH,), "temperature": ()}, upper=linear),
        features(LENGTH, WIDTH),
    ),
    "rms norm": Case(lambda: nn.Sequential(linear(), Norm(), linear()), features(LENGTH, WIDTH)),
    "rms norm with an offset": Case(
        lambda: nn.Sequential(linear(), Norm(1.0), linear()), features(WIDTH)
    ),
    "torch's rms norm, subclassed": Case(
        lambda: nn.Sequential(linear(), OwnRMSNorm(WIDTH)), features(LENGTH, WIDTH)
    ),
    "conv1d of GPT-2": Case(
        lambda: nn.Sequential(Conv1D(WIDTH, 6), nn.GELU(), Conv1D(6, 3)), features(LENGTH, WIDTH)
    ),
    "subclass of linear": Case(
        lambda: nn.Sequential(Doubled(WIDTH, 6), nn.Tanh(), Doubled(6, 2)), features(WIDTH)
    ),
    "norms of images, subclassed": Case(
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3), LayerNorm2d(4), BatchNormAct2d(4), GroupNormAct(2, 4)
        ),
        features(2, 5, 5),
    ),
    "convolutions that pad themselves": Case(
        lambda: nn.Sequential(
            PaddedConv2d(2, 4, 3, stride=2),
            nn.Tanh(),
            PaddedConv2d(4, 4, 2, groups=2, bias=False, dilation=2),
        ),
        features(2, 8, 7),
    ),
    "standardised convolution": Case(
        lambda: nn.Sequential(StandardConv1d(3, 4, 3), nn.Tanh()), features(3, 6)
    ),
    "films": Case(
        lambda: Lambda(
            lambda self, x: self.last(self.body(x.flatten(0, 1)).unflatten(0, x.shape[:2]).mean(1)),
            body=nn.Sequential(PaddedConv2d(1, 2, 3), nn.Flatten()),
            last=nn.Linear(2 * 4 * 3, 2),
        ),
        features(3, 1, 5, 4),
    ),
    "convolution by function": Case(
        with_parameters(
            lambda self, x: torch.nn.functional.conv3d(x, self.kernel, self.bias),
            {"kernel": (2, 1, 2, 2, 2), "bias": (2,)},
        ),
        features(1, 3, 3, 3),
    ),
}


def _power(self, x):
    return self.upper(x).abs() ** self.gamma


def _from_the_left(self, x):
    return self.mixing @ self.upper(x)


def _assigned(self, x):
    x = self.upper(x).clone()
    x[x[..., 0] > 0] = self.gamma
    return x


def _einsum(self, x):
    return torch.einsum("ntw,wv->nvt", self.upper(x), self.matrix)


LEFT = {
    "power": (_power, {"gamma": (WIDTH,)}, "pow"),
    "product from the left": (_from_the_left, {"mixing": (LENGTH, LENGTH)}, "from the left"),
    "assigned": (_assigned, {"gamma": (WIDTH,)}, "__setitem__"),
    "einsum": (_einsum, {"matrix": (WIDTH, 3)}, "einsum"),
}
LEFT_CASES = {
    name: (
        Case(
            with_parameters(forward, parameters, upper=linear),
            features(LENGTH, WIDTH),
            loss=mixed_loss,
            general=tuple(parameters),
        ),
        reason,
    )
    for name, (forward, parameters, reason) in LEFT.items()
}
