"""JobOrder: the order of the examples in the gallery."""

from pathlib import Path

# The main job first, then a guide for each job, then what goes further.
ORDER = (
    "mislabelled_digits",
    "wrong_labels_table",
    "embeddings",
    "cell_types",
    "gene_expression",
    "wrong_numbers",
    "trusted_set",
    "uneven_classes",
    "repeated_measures",
    "replace_or_drop",
    "pipeline_search",
    "repair_labels",
    "many_rows",
    "other_tools",
    "noise_detection",
    "noisy_features",
    "removal_curve",
    "domain_shift",
    "images_convnet",
    "own_training_loop",
)


class JobOrder:
    """Sort key of sphinx-gallery: the place of an example in `ORDER`.

    Parameters
    ----------
    folder : str
        Where the examples are; sphinx-gallery passes it.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, file: str) -> int:
        """Return the place of a file."""
        name = Path(file).stem.removeprefix("plot_")
        if name not in ORDER:
            raise ValueError(f"{file} has no place in the gallery. Add {name!r} to {__file__}.")
        return ORDER.index(name)
