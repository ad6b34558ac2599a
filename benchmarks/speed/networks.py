"""The networks that the engine is measured on, each with its batch."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Task(NamedTuple):
    """A network, all its rows, a loss for each row, and how many rows go at a time."""

    module: nn.Module
    x: Tensor
    y: Tensor
    loss: Callable[[Tensor, Tensor], Tensor]
    batch: int

    def to(self, device: str) -> "Task":
        """The same task on another device."""
        moved = [part.to(device) for part in (self.module, self.x, self.y)]
        return Task(*moved, self.loss, self.batch)


def class_losses(output: Tensor, y: Tensor) -> Tensor:
    """Cross entropy of each row."""
    return functional.cross_entropy(output, y, reduction="none")


def squared_errors(output: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of each row."""
    return (output - y).square().flatten(1).mean(1)


def mlp(*widths: int) -> nn.Sequential:
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Encoder(nn.Module):
    """A transformer encoder of width 128 that classifies by its mean."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of the classes."""
        return self.head(self.encoder(x).mean(1))


class Recurrent(nn.Module):
    """An LSTM that classifies by its last output."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of the classes."""
        return self.head(self.lstm(x)[0][:, -1])


class Block(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1:
            convolution = nn.Conv2d(before, after, 1, stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(after))

    def forward(self, x: Tensor) -> Tensor:
        """Body plus shortcut."""
        return functional.relu(self.body(x) + self.shortcut(x))


def residual(width: int = 32) -> nn.Sequential:
    """A small ResNet: a stem and three blocks."""
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 1, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        Block(width, width, 1),
        Block(width, 2 * width, 2),
        Block(2 * width, 4 * width, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, 10),
    )


def conv_autoencoder(width: int = 32, latent: int = 10) -> nn.Sequential:
    """The paper's convolutional autoencoder of 32 × 32 images."""
    flat = width * 16
    return nn.Sequential(
        nn.Conv2d(3, width, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, 4, 2, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(flat, latent),
        nn.Linear(latent, flat),
        nn.ReLU(),
        nn.Unflatten(1, (width, 4, 4)),
        nn.ConvTranspose2d(width, width, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(width, width, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 3, 4, 2, 1),
    )


def classifier(module: nn.Module, rows: int, batch: int, *shape: int, classes: int = 10) -> Task:
    """Random inputs of a shape, random labels."""
    return Task(
        module, torch.randn(rows, *shape), torch.randint(classes, (rows,)), class_losses, batch
    )


def reconstruction(module: nn.Module, rows: int, batch: int, *shape: int) -> Task:
    """Random inputs of a shape, which are their own targets."""
    x = torch.randn(rows, *shape)
    return Task(module, x, x, squared_errors, batch)


TASKS: dict[str, Callable[[], Task]] = {
    "MLP 108-100-100-2, batch 400": lambda: classifier(
        mlp(108, 100, 100, 2), 2_000, 400, 108, classes=2
    ),
    "MLP 108-100-100-2, batch 4,096": lambda: classifier(
        mlp(108, 100, 100, 2), 8_192, 4_096, 108, classes=2
    ),
    "MLP 2048-100-100-10, batch 100": lambda: classifier(mlp(2048, 100, 100, 10), 1_000, 100, 2048),
    "MLP 2048-100-100-10, batch 512": lambda: classifier(mlp(2048, 100, 100, 10), 2_048, 512, 2048),
    "MLP 512-1024-1024-10, batch 256": lambda: classifier(
        mlp(512, 1024, 1024, 10), 1_024, 256, 512
    ),
    "autoencoder 978-256-64-256-978, batch 256": lambda: reconstruction(
        mlp(978, 256, 64, 256, 978), 2_048, 256, 978
    ),
    "transformer encoder, batch 64": lambda: classifier(Encoder(), 128, 64, 32, 128),
    "conv autoencoder, batch 64": lambda: reconstruction(conv_autoencoder(), 128, 64, 3, 32, 32),
    "ResNet width 32, batch 32": lambda: classifier(residual(), 64, 32, 3, 32, 32),
    "LSTM 32-64, 20 steps, batch 128": lambda: classifier(Recurrent(), 512, 128, 20, 32),
}
