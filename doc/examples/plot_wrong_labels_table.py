"""
Which rows of a table have a wrong label?
=========================================

A frame with text, dates and gaps goes in as it is. What comes out is a frame again, the most
suspicious row first, with a better label and a reason for each.

More on what tables may hold: :doc:`/user_guide/tables`.
"""

# %%
# A table as it came
# ------------------
# Tumours, and what was measured of their cells. Two columns were noted in words, one is a date, and
# some numbers are missing. One label in eight is wrong: a malignant tumour is called benign more
# often than the other way round.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer

from skdvgs import DVGSValuer, find_label_issues
from skdvgs.plotting import LabelNoiseDisplay

table, kind = load_breast_cancer(return_X_y=True, as_frame=True)
rng = np.random.default_rng(0)
table = table.filter(like="mean").rename(columns=lambda name: name.removeprefix("mean "))
table["texture"] = pd.cut(table["texture"], [0, 17, 21, 99], labels=["even", "some grain", "rough"])
table["symmetry"] = np.where(table["symmetry"] < 0.18, "yes", "not quite")
table["seen on"] = pd.Timestamp("1991-01-07") + pd.to_timedelta(rng.integers(700, size=569), "D")
table.loc[rng.random(569) < 0.1, "area"] = np.nan
table.index = [f"tumour {number:03d}" for number in range(1, 570)]

true_label = np.where(kind == 1, "benign", "malignant")
is_wrong = rng.random(569) < np.where(true_label == "malignant", 0.2, 0.08)
other = np.where(kind == 1, "malignant", "benign")
label = np.where(is_wrong, other, true_label)
print(table.assign(label=label).iloc[:3, -6:].to_string())

# %%
# In one line
# -----------

issues = find_label_issues(table, label)
print(issues[["value", "given_label", "suggested_label"]].head(8).round(2).to_string())
print(issues["reason"].iloc[0])


def tell(title, rows, issues):
    """Print how many issues there are and how many of them are wrong in truth."""
    truly = is_wrong[table.index.get_indexer(issues.index)]
    found = issues["is_issue"].to_numpy()
    print(f"{title}: {found.sum()} issues among {rows} rows, {truly[found].sum()} truly wrong")
    print(f"  of the {truly.sum()} most suspicious, {truly[: truly.sum()].mean():.0%} are wrong")


tell("without trusted rows", len(table), issues)

# %%
# With rows that somebody has checked
# -----------------------------------
# The order above is good, but the verdict is cautious: from the table alone it is hard to tell
# wrong labels from kinds that overlap. Checked rows tell it. Here they are 120 of the 569.

checked = np.zeros(len(table), dtype=bool)
checked[rng.choice(len(table), 120, replace=False)] = True
trusted = {"X_val": table[checked], "y_val": true_label[checked]}
with_trusted = find_label_issues(table[~checked], label[~checked], **trusted)
tell("with 120 trusted rows", (~checked).sum(), with_trusted)

# %%
# Why this row?
# -------------
# The valuer behind that line can be asked for more: the rows that are most like the first one, and
# what is unusual about it. Its `report` writes a page on which each row is kept, relabelled or
# dropped by a click; see :doc:`/user_guide/reviewing`.

valuer = DVGSValuer(random_state=0).fit(table[~checked], label[~checked], **trusted)
first = table[~checked].index.get_loc(with_trusted.index[0])
why = valuer.explain([first], n=2, X=table[~checked], X_val=table[checked])
print(why.to_frame().iloc[:, :6].to_string())

# %%
# Picture
# -------
# On the left each bar is a row, in the order in which to look at them. Wrong labels come first. On
# the right is what the valuer has learnt about the mistakes, without being told: how often each
# kind of tumour is called the other one. In truth it is a fifth of the malignant ones, and 8 % of
# the benign ones.

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
figure, (left, right) = plt.subplots(
    1, 2, figsize=(11, 4.4), width_ratios=[1.5, 1], layout="constrained"
)
shown = 100
truly = is_wrong[table.index.get_indexer(with_trusted.index)][:shown]
places, height = np.arange(1, shown + 1), 1 - with_trusted["value"].to_numpy()[:shown]
for rows, colour, title in ((truly, ORANGE, "label is wrong"), (~truly, BLUE, "label is right")):
    left.bar(places[rows], height[rows], color=colour, width=0.8, label=title)
left.axhline(0.5, color=GREY, linestyle="--", label="more likely wrong than right")
left.set(
    title=f"The {shown} most suspicious of {len(with_trusted)} rows",
    xlabel="place in the list",
    ylabel="probability that the label is wrong",
)
left.legend(loc="upper right", frameon=False)
LabelNoiseDisplay.from_estimator(valuer, ax=right)
plt.show()
