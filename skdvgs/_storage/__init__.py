"""Files that a fit keeps: to go on after a kill, and to value further rows later."""

from ._bundle import Arrays, prefixed, storing, within
from ._checkpoints import KeptCheckpoint, StoredFit, TrajectoryFolder, TrajectoryStore
from ._digests import arrays_digest, rows_digest
from ._fingerprint import Fingerprint, fingerprint
from ._run_folder import RunFolder, Unsaved, draws_anew, open_run
from ._slot import Slot

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
