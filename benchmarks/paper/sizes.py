"""How much of everything: the paper's sizes, and tiny ones that only show that all runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of rows, repeats and steps.

    Attributes
    ----------
    quick : bool
        Whether embedded data may stand in for what is not there.
    table_rows, image_rows, autoencoder_rows : tuple of int
        Source, target and test rows; for the autoencoder of images source and target.
    default_images : int
        Source rows of E7 that our defaults value, whose autoencoder is 80 times as large.
    profiles : int or None
        Of gene expression; None is all there are.
    repeats, slow_repeats, slow_feature_repeats, autoencoder_repeats : int
        Draws of each experiment; of it for the slow rivals, on tables and on features of images;
        of it for the autoencoder of images.
    epochs, autoencoder_epochs : int
        Of our network; of the autoencoder of images.
    restarts : int
        At most so many.
    permutations, draws, trees : int
        Of Data Shapley, DVRL and the forests.
    quantiles : int
        Points of a removal curve.
    scaling_rows : tuple of int
        Source rows of E11.
    grid_points : int
        Random points of the whole grid of E12.
    """

    quick: bool = False
    table_rows: tuple = (1000, 400, 2000)
    image_rows: tuple = (5000, 2000, 2000)
    autoencoder_rows: tuple = (8085, 1000)
    default_images: int = 500
    profiles: int | None = None
    repeats: int = 5
    slow_repeats: int = 2
    slow_feature_repeats: int = 1
    autoencoder_repeats: int = 2
    epochs: int = 100
    autoencoder_epochs: int = 10
    restarts: int = 10
    permutations: int = 20
    draws: int = 400
    trees: int = 200
    quantiles: int = 10
    scaling_rows: tuple = (500, 1000, 3000, 10000, 30000)
    grid_points: int = 40


FULL = Sizes()
QUICK = Sizes(
    quick=True,
    table_rows=(60, 40, 100),
    image_rows=(60, 40, 80),
    autoencoder_rows=(24, 12),
    default_images=10,
    profiles=90,
    repeats=1,
    slow_repeats=1,
    autoencoder_repeats=1,
    epochs=3,
    autoencoder_epochs=1,
    restarts=2,
    permutations=1,
    draws=2,
    trees=10,
    quantiles=3,
    scaling_rows=(40, 80),
    grid_points=2,
)
