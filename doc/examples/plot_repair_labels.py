"""
Drop wrong labels, or repair them?
==================================

A row with a wrong label is not lost: its features are fine. Valued under every label, it also says
which one suits it best. Here the rows of low value are left out, or given that label, and each time
a classifier is trained on what results.

More on better labels: :doc:`/user_guide/repairing`.
"""

# %%
# Wrong labels
# ------------
# There are just 250 handwritten digits to train on, and a growing share has a wrong label. The more
# are wrong, the more such a small training set loses by dropping them. 150 digits with checked
# labels are the target set, and the rest tests the classifier.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.datasets import corrupt_labels

X, y_rest = load_digits(return_X_y=True)
X, X_rest, y_true, y_rest = train_test_split(
    X / 16, y_rest, train_size=250, stratify=y_rest, random_state=0
)
X_val, X_test, y_val, y_test = train_test_split(
    X_rest, y_rest, train_size=150, stratify=y_rest, random_state=0
)

# %%
# What to do with low rows
# ------------------------
# The filter estimates how many rows are low (``fraction="auto"``), `support_` says which ones are
# not, and `suggested_labels_` of its valuer is the label under which a row's value is highest.
# Where that is the label that the row has, there is nothing to repair.

shares = (0.1, 0.2, 0.3, 0.4)
accuracy = {title: [] for title in ("labels as they came", "dropped", "repaired", "true labels")}
right_suggestions, drops = [], []


def test_accuracy(X_train, y_train):
    """Accuracy of a classifier on the test rows."""
    return KNeighborsClassifier().fit(X_train, y_train).score(X_test, y_test)


for share in shares:
    y, is_wrong = corrupt_labels(y_true, share, random_state=0)
    clean = LowValueFilter(DVGSValuer(random_state=0)).fit(X, y, X_val=X_val, y_val=y_val)
    low, suggested = ~clean.support_, clean.valuer_.suggested_labels_
    accuracy["labels as they came"].append(test_accuracy(X, y))
    accuracy["dropped"].append(test_accuracy(*clean.drop(X, y)))
    accuracy["repaired"].append(test_accuracy(X, np.where(low, suggested, y)))
    accuracy["true labels"].append(test_accuracy(X, y_true))
    right_suggestions.append(np.mean((suggested == y_true)[low & is_wrong]))
    drops.append(low.mean())
    print(
        f"{share:.0%} wrong: {low.mean():.0%} low, {np.mean(low[is_wrong]):.0%} of the wrong rows "
        f"among them; of these {right_suggestions[-1]:.0%} got the true label"
    )

# %%
# Picture
# -------
# Repairing keeps what dropping loses, as long as suggestions are right, and here most are: digits
# are easy to tell once the label is out of the way. That does not always pay. Where there are many
# rows, dropping some costs little, and a wrong suggestion is a new error that looks plausible.
# The sizes and the classifier here were chosen to show where repairing helps. With others dropping
# can be as good or better.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
styles = {
    "labels as they came": ("#D55E00", "v", ":"),
    "dropped": ("#0072B2", "s", "--"),
    "repaired": ("#009E73", "o", "-"),
    "true labels": ("#666666", "D", "-."),
}
percent = 100 * np.array(shares)
for title, (colour, marker, dashes) in styles.items():
    left.plot(percent, accuracy[title], color=colour, marker=marker, linestyle=dashes, label=title)
left.set(xlabel="wrong labels, %", ylabel="test accuracy of nearest neighbours")
left.set_xticks(percent)
left.legend(loc="lower left", frameon=False)

right.plot(percent, 100 * np.array(right_suggestions), color="#009E73", marker="o")
right.set(
    xlabel="wrong labels, %",
    ylabel="true label suggested, % of wrong rows found",
    ylim=(0, 105),
)
right.axhline(10, color="#666666", linestyle=":")
right.annotate("a guess among ten digits", (percent[0], 12), color="#666666")
right.set_xticks(percent)
plt.show()
