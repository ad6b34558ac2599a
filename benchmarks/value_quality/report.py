"""Records to tables: a line for each set, a column for each method."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Record(NamedTuple):
    """One number that was found."""

    section: str
    measure: str
    set: str
    seed: int
    method: str
    value: float


def tables(records, ranked):
    """Print a table for each thing measured.

    Parameters
    ----------
    records : list of Record
        Of one section.
    ranked : bool
        Whether methods compete, the highest value first.
    """
    frame = pd.DataFrame(records)
    for measure, found in frame.groupby("measure", sort=False):
        by_set = found.pivot_table("value", "set", "method", sort=False)
        print(f"\n{found.section.iloc[0]}: {measure} ({found.seed.nunique()} seeds)")
        print(pd.concat([by_set, _summary(by_set, ranked)]).round(4).to_string(na_rep=""))


def _summary(by_set, ranked):
    lines = {"mean": by_set.mean(), "spread over sets": by_set.std(ddof=0)}
    if ranked and by_set.shape[1] > 1:
        lines["mean rank"] = by_set.rank(axis=1, ascending=False).mean()
        if "default" in by_set:
            others = by_set.drop(columns="default")
            ahead = by_set["default"].mean() - others.mean().max()
            behind = others.max(axis=1) - by_set["default"]
            far = behind[behind > 0.01].round(3).to_dict()
            print(f"default ahead of the best mean by {ahead:+.4f}; sets over 0.01 behind: {far}")
    return pd.DataFrame(lines).T.replace({None: np.nan})
