"""Networks that regroup, mask, sort and route rows on their way, drawn at random.

Every network keeps its rows apart: what a row becomes depends on that row alone. Only the
places where its numbers lie differ from layer to layer, and from batch to batch.
"""

import random

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .bare_layers import Conv1D, Doubled, Norm
from .cases import Lambda

WIDTH, POSITIONS = 3, 4


def _order(h):
    """An order of the rows that depends on their values."""
    return h.flatten(1).sum(1).argsort()


def _plain(self, h):
    return self.body(h)


def _sorted_by_index(self, h):
    order = _order(h)
    return self.body(h[order])[order.argsort()]


def _sorted_by_select(self, h):
    order = _order(h)
    return torch.zeros_like(h).index_copy(0, order, self.body(h.index_select(0, order)))


def _sorted_by_gather(self, h):
    order = _order(h)[:, None, None].expand_as(h)
    return torch.zeros_like(h).scatter(0, order, self.body(h.gather(0, order)))


def _sorted_by_product(self, h):
    move = torch.eye(len(h), dtype=h.dtype)[_order(h)]
    return (move.t() @ self.body((move @ h.flatten(1)).view_as(h)).flatten(1)).view_as(h)


def _looked_up(self, h):
    order = _order(h)
    moved = functional.embedding(order, h.flatten(1)).view_as(h)
    return functional.embedding(order.argsort(), self.body(moved).flatten(1)).view_as(h)


def _sorted_sometimes(self, h):
    """One batch in two is turned round."""
    return self.body(h.flip(0)).flip(0) if h.sum() > 0 else self.body(h)


def _rolled_by_values(self, h):
    shift = int(h[:, 0, 0].argmax())
    return self.body(h.roll(shift, 0)).roll(-shift, 0)


def _unpadded(self, h):
    there = h[..., 0] > -0.3
    out = torch.zeros_like(h)
    out[there] = self.body(h[there])
    return out


def _unpadded_scattered(self, h):
    there = (h[..., 0] > 0).unsqueeze(2).expand_as(h)
    kept = self.body(h[there].view(-1, WIDTH))
    return h.masked_scatter(there, kept)


def _packed(self, h):
    lengths = (h[..., 0] > 0).sum(1).clamp(min=1)
    packed = pack_padded_sequence(h, lengths, batch_first=True, enforce_sorted=False)
    packed = packed._replace(data=self.body(packed.data))
    return pad_packed_sequence(packed, batch_first=True, total_length=POSITIONS)[0]


def _routed(self, h):
    first = h.mean((1, 2)) > 0
    out = torch.zeros_like(h)
    for rows, expert in ((first, self.body), (~first, self.other)):
        if rows.any():
            out = out.index_add(0, rows.nonzero()[:, 0], expert(h[rows]))
    return out


def _routed_tokens(self, h):
    tokens = h.reshape(-1, WIDTH)
    first = tokens[:, 0] > 0
    out = torch.zeros_like(tokens)
    out[first], out[~first] = self.body(tokens[first]), self.other(tokens[~first])
    return out.view_as(h)


def _routed_by_product(self, h):
    """Dispatch and combination as products with a matrix of zeros and ones."""
    tokens = h.reshape(-1, WIDTH)
    share = torch.stack([tokens[:, 0] > 0, tokens[:, 0] <= 0]).to(h)
    place = torch.nn.functional.one_hot((share.cumsum(1) - 1).long().clamp(min=0), len(tokens))
    dispatch = place.to(h) * share[..., None]
    slots = torch.einsum("etc,td->ecd", dispatch, tokens)
    done = torch.stack([self.body(slots[0]), self.other(slots[1])])
    return torch.einsum("etc,ecd->td", dispatch, done).view_as(h)


def _divided(self, h):
    """The first rows go one way and the rest another; how many depends on the batch."""
    many = int((h[:, 0, 0] > 0).sum())
    order = (h[:, 0, 0] <= 0).long().argsort(stable=True)
    parts = self.body(h[order[:many]]), self.other(h[order[many:]])
    return torch.cat(parts)[order.argsort()]


def _functional_on_some(self, h):
    some = h[:, 0, 0] > 0.5
    out = self.linear(h)
    if some.any():
        out = out.clone()
        out[some] = out[some] + functional.linear(h[some], self.linear.weight).sin()
    return out


def _functional_in_some_batches(self, h):
    out, some = self.linear(h), h[:, :1, :1] > 1
    return out + some * functional.linear(h.cos(), self.linear.weight) if some.any() else out


def _tokens_sorted_within_rows(self, h):
    order = h[..., 0].argsort(1)[..., None].expand_as(h)
    return torch.zeros_like(h).scatter(1, order, self.body(h.gather(1, order)))


def _masked(self, h):
    return torch.where(h[..., :1] > 0, self.body(h), self.other(h))


def _turned(self, h):
    return self.body(h.transpose(0, 1)).transpose(0, 1)


BLOCKS = [
    _plain,
    _sorted_by_index,
    _sorted_by_select,
    _sorted_by_gather,
    _sorted_by_product,
    _looked_up,
    _sorted_sometimes,
    _rolled_by_values,
    _unpadded,
    _unpadded_scattered,
    _packed,
    _routed,
    _routed_tokens,
    _routed_by_product,
    _divided,
    _functional_on_some,
    _functional_in_some_batches,
    _tokens_sorted_within_rows,
    _masked,
    _turned,
]
BODIES = [
    lambda: nn.Linear(WIDTH, WIDTH),
    lambda: nn.Sequential(nn.Linear(WIDTH, 4), nn.Tanh(), nn.Linear(4, WIDTH)),
    lambda: nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.Mish()),
    lambda: nn.Sequential(nn.Linear(WIDTH, WIDTH, bias=False), nn.PReLU()),
    lambda: Norm(width=WIDTH),
    lambda: nn.Sequential(Conv1D(WIDTH, WIDTH), nn.Tanh(), Doubled(WIDTH, WIDTH)),
]


def _forward(self, x):
    h = x
    for block in self.blocks:
        h = h + block(h).tanh()
    return self.head(h.mean(1))


def draw_network(seed):
    """A network of one to three blocks for inputs (n, POSITIONS, WIDTH), in double precision."""
    draws = random.Random(seed)
    torch.manual_seed(seed)
    chosen = [draws.choice(BLOCKS) for _ in range(draws.choice([1, 1, 2, 3]))]
    blocks = nn.ModuleList(
        Lambda(
            block,
            **{"linear": nn.Linear(WIDTH, WIDTH)}
            if block.__name__.startswith("_functional")
            else {"body": draws.choice(BODIES)(), "other": draws.choice(BODIES)()},
        )
        for block in chosen
    )
    names = [block.__name__ for block in chosen]
    return Lambda(_forward, blocks=blocks, head=nn.Linear(WIDTH, 2)).double(), names
