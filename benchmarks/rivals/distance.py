"""References for rows without labels: how unlike the target rows is a row?"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors


def neighbour_distance(X, X_val, *, n_neighbors=5):
    """Minus the mean distance to the nearest target rows."""
    neighbours = NearestNeighbors(n_neighbors=n_neighbors).fit(_flat(X_val))
    return -neighbours.kneighbors(_flat(X))[0].mean(axis=1)


def neighbour_cosine(X, X_val, *, n_neighbors=5):
    """Mean cosine with the target rows of the most similar direction."""
    cosines = np.sort(cosine_similarity(_flat(X), _flat(X_val)), axis=1)
    return cosines[:, -n_neighbors:].mean(axis=1)


def reconstruction_error(X, X_val, *, n_components=20, seed=0):
    """Minus the mean squared distance to the principal components of the target rows."""
    X, X_val = _flat(X), _flat(X_val)
    n_components = min(n_components, len(X_val) - 1, X.shape[1])
    components = PCA(n_components, random_state=seed).fit(X_val)
    return -((X - components.inverse_transform(components.transform(X))) ** 2).mean(axis=1)


def _flat(X):
    return X.reshape(len(X), -1)
