"""RecurrentProducts: two linear products a layer and direction, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from skdvgs.gradients.rules._products import RecordProduct, register_products

State = tuple[Tensor, ...]
Cell = Callable[[Tensor, Tensor, State], State]


def _lstm_cell(projected: Tensor, hidden: Tensor, state: State) -> State:
    i, f, g, o = (projected + hidden).chunk(4, dim=1)
    cell = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * cell.tanh(), cell


def _gru_cell(projected: Tensor, hidden: Tensor, state: State) -> State:
    reset_x, update_x, new_x = projected.chunk(3, dim=1)
    reset_h, update_h, new_h = hidden.chunk(3, dim=1)
    new = (new_x + (reset_x + reset_h).sigmoid() * new_h).tanh()
    return (torch.lerp(new, state[0], (update_x + update_h).sigmoid()),)


def _tanh_cell(projected: Tensor, hidden: Tensor, state: State) -> State:
    return ((projected + hidden).tanh(),)


def _relu_cell(projected: Tensor, hidden: Tensor, state: State) -> State:
    return ((projected + hidden).relu(),)


_CELLS: dict[str, Cell] = {
    "LSTM": _lstm_cell,
    "GRU": _gru_cell,
    "RNN_TANH": _tanh_cell,
    "RNN_RELU": _relu_cell,
}


def _direction(
    layer: Any, suffix: str, x: Tensor, state: State, record: RecordProduct
) -> tuple[Tensor, State]:
    """Run one layer in one direction over x (n, steps, features)."""
    weights = layer._parameters
    w_input, w_hidden = weights[f"weight_ih_{suffix}"], weights[f"weight_hh_{suffix}"]
    b_input, b_hidden = weights.get(f"bias_ih_{suffix}"), weights.get(f"bias_hh_{suffix}")
    projected = linear(x, w_input, b_input)
    record(w_input, x, projected)
    steps = list(projected.unbind(1))
    backwards = suffix.endswith("reverse")
    outputs = []
    for step in reversed(steps) if backwards else steps:
        hidden = linear(state[0], w_hidden, b_hidden)
        record(w_hidden, state[0], hidden)
        state = _CELLS[layer.mode](step, hidden, state)
        outputs.append(state[0])
    return torch.stack(outputs[::-1] if backwards else outputs, dim=1), state


def _unrolled(layer: Any, x: Tensor, states: list[State], record: RecordProduct) -> Any:
    """What ``layer(x, states)`` returns, for x (n, steps, features)."""
    last: list[State] = []
    directions = ("", "_reverse") if layer.bidirectional else ("",)
    for depth in range(layer.num_layers):
        found = []
        for direction in directions:
            state = states[len(last)]
            output, state = _direction(layer, f"l{depth}{direction}", x, state, record)
            found.append(output)
            last.append(state)
        x = torch.cat(found, dim=2)
    final = tuple(torch.stack(parts) for parts in zip(*last, strict=True))
    return (x if layer.batch_first else x.transpose(0, 1)), final


class RecurrentProducts:
    """Runs RNN, LSTM and GRU step by step, so that each product can be seen."""

    def serves(self, layer: Any) -> bool:
        """Layers without the projections of an LSTM."""
        return not layer.proj_size

    def names(self, layer: Any) -> list[tuple[str, str | None]]:
        """Input and hidden weights of each layer and direction."""
        weights = [name for name in layer._parameters if name.startswith("weight_")]
        return [(name, name.replace("weight", "bias") if layer.bias else None) for name in weights]

    @contextmanager
    def watch(self, layer: Any, record: RecordProduct) -> Iterator[None]:
        """Give the layer an unrolled forward; other inputs than a batch take its own."""
        own = layer.forward

        def forward(input: Any, hx: Any = None) -> Any:
            """Unroll the layer over the positions."""
            if not isinstance(input, Tensor) or input.dim() != 3:
                return own(input, hx)
            x = input if layer.batch_first else input.transpose(0, 1)
            parts = 2 if layer.mode == "LSTM" else 1
            if hx is None:
                count = layer.num_layers * (1 + layer.bidirectional)
                states = [(x.new_zeros(len(x), layer.hidden_size),) * parts] * count
            else:
                states = list(zip(*(hx if parts == 2 else (hx,)), strict=True))
            output, final = _unrolled(layer, x, states, record)
            return output, final if parts == 2 else final[0]

        layer.forward = forward
        try:
            yield
        finally:
            del layer.forward


for _recurrent_type in (nn.RNN, nn.LSTM, nn.GRU):
    register_products(_recurrent_type, RecurrentProducts())
