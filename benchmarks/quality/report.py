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


def left_out_choice(by_set):
    """What choosing the method by the other sets gives on each set.

    Parameters
    ----------
    by_set : DataFrame
        A line for each set, a column for each method; higher is better.

    Returns
    -------
    mean : float
        Over sets, of the method with the best mean over all the other sets.
    chosen : Series
        That method, for each set.
    """
    others = (by_set.sum() - by_set) / (len(by_set) - 1)
    chosen = others.idxmax(axis=1)
    return float(np.mean([by_set.loc[name, method] for name, method in chosen.items()])), chosen


def _summary(by_set, ranked):
    lines = {"mean": by_set.mean(), "spread over sets": by_set.std(ddof=0)}
    if ranked and by_set.shape[1] > 1:
        lines["mean rank"] = by_set.rank(axis=1, ascending=False).mean()
        if len(by_set) > 1:
            mean, chosen = left_out_choice(by_set)
            often = chosen.value_counts().to_dict()
            print(f"chosen on all other sets, mean {mean:.4f}: {often}")
        if "default" in by_set:
            others = by_set.drop(columns="default")
            ahead = by_set["default"].mean() - others.mean().max()
            behind = others.max(axis=1) - by_set["default"]
            far = behind[behind > 0.01].round(3).to_dict()
            print(f"default ahead of the best mean by {ahead:+.4f}; sets over 0.01 behind: {far}")
    return pd.DataFrame(lines).T.replace({None: np.nan})
