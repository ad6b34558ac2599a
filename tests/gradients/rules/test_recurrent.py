"""RNN, LSTM and GRU in all their shapes."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from ..cases import Case, Lambda, features
from ..checks import check_rule


def last_step(layer):
    """A network of the outputs and final states of a recurrent layer."""

    def forward(self, x):
        output, final = self.layer(x if layer.batch_first else x.transpose(0, 1))
        output = output if layer.batch_first else output.transpose(0, 1)
        finals = final if isinstance(final, tuple) else (final,)
        flat = [state.transpose(0, 1).flatten(1) for state in finals]
        return torch.cat([output.flatten(1), *flat], dim=1)

    return Lambda(forward, layer=layer)


def _with_state(self, x):
    return self.layer(x, self.start(x[:, 0]).unsqueeze(0))[0]


def _packed(self, x):
    lengths = torch.full((len(x),), x.shape[1])
    return self.layer(pack_padded_sequence(x, lengths, batch_first=True))[1][0]


LAYER = ("layer.weight_ih_l0", "layer.weight_hh_l0", "layer.bias_ih_l0", "layer.bias_hh_l0")
CASES = {
    f"{kind.__name__} {options}": Case(
        lambda kind=kind, options=options: last_step(kind(3, 4, **options)), features(5, 3)
    )
    for kind in (nn.RNN, nn.LSTM, nn.GRU)
    for options in (
        {},
        {"batch_first": True, "num_layers": 2, "dropout": 0.5},
        {"bidirectional": True, "num_layers": 2, "bias": False},
    )
} | {
    "relu": Case(lambda: last_step(nn.RNN(3, 4, nonlinearity="relu")), features(5, 3)),
    "own first state": Case(
        lambda: Lambda(_with_state, layer=nn.GRU(3, 4, batch_first=True), start=nn.Linear(3, 4)),
        features(5, 3),
    ),
    "projected": Case(
        lambda: last_step(nn.LSTM(3, 4, proj_size=2)),
        features(5, 3),
        general=(*LAYER, "layer.weight_hr_l0"),
    ),
    "packed": Case(
        lambda: Lambda(
            lambda self, x: _packed(self, x).transpose(0, 1), layer=nn.LSTM(3, 4, batch_first=True)
        ),
        features(5, 3),
        general=LAYER,
    ),
}


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_recurrent(case, dtype):
    check_rule(case, 5, dtype)
