"""Files that a fit keeps: to go on after a kill, and to value further rows later."""

from __future__ import annotations

from skdvgs._storage.checkpoint_dir import RunFolder, Unsaved, draws_anew, open_run
from skdvgs._storage.digests import arrays_digest, rows_digest
from skdvgs._storage.fit_fingerprint import Fingerprint, fingerprint
from skdvgs._storage.npz import Arrays, prefixed, storing, within
from skdvgs._storage.trajectory_files import Slot
from skdvgs._storage.trajectory_store import (
    KeptCheckpoint,
    StoredFit,
    TrajectoryFolder,
    TrajectoryStore,
)

__all__ = [
    "Arrays",
    "Fingerprint",
    "KeptCheckpoint",
    "RunFolder",
    "Slot",
    "StoredFit",
    "TrajectoryFolder",
    "TrajectoryStore",
    "Unsaved",
    "arrays_digest",
    "draws_anew",
    "fingerprint",
    "open_run",
    "prefixed",
    "rows_digest",
    "storing",
    "within",
]
