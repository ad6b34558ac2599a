"""Files that a fit keeps: to go on after a kill, and to value further rows later."""

from __future__ import annotations

from skdvgs._storage.checkpoint_dir import CheckpointDir, NoCheckpointDir, draws_anew, open_dir
from skdvgs._storage.digests import arrays_digest, rows_digest
from skdvgs._storage.fit_fingerprint import Fingerprint, fingerprint
from skdvgs._storage.npz import Arrays, prefixed, storing, within
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._storage.trajectory_store import (
    RecordedCheckpoint,
    StoredFit,
    TrajectoryFolder,
    TrajectoryStore,
)

__all__ = [
    "Arrays",
    "CheckpointDir",
    "Fingerprint",
    "NoCheckpointDir",
    "RecordedCheckpoint",
    "StoredFit",
    "TrajectoryFiles",
    "TrajectoryFolder",
    "TrajectoryStore",
    "arrays_digest",
    "draws_anew",
    "fingerprint",
    "open_dir",
    "prefixed",
    "rows_digest",
    "storing",
    "within",
]
