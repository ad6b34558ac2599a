"""
Do repeated measurements vouch for each other?
==============================================

Several visits of one patient look alike for reasons that have nothing to do with the diagnosis.
If the diagnosis is wrong, it is wrong in each visit, and the visits confirm each other. ``groups``
says which rows belong together: they then never inform each other's values.

More on groups: :doc:`/user_guide/target_sets`.
"""

# %%
# 150 patients, four visits each
# ------------------------------
# Ten measurements tell ill patients from healthy ones, and each patient has a habitual level of his
# or her own, from which a visit differs little. 23 patients have the wrong diagnosis, in all of
# their visits.

import matplotlib.pyplot as plt
import numpy as np

from skdvgs import DVGSValuer
from skdvgs.metrics import noise_detection_auroc

N_PATIENTS, N_VISITS, N_FEATURES = 150, 4, 10


def visit_patients(seed):
    """Measurements, given diagnosis, whether it is wrong, and the patient of each visit."""
    rng = np.random.default_rng(seed)
    is_ill = rng.integers(2, size=N_PATIENTS)
    habit = rng.normal(size=(N_PATIENTS, N_FEATURES)) + 0.75 * (2 * is_ill[:, None] - 1)
    is_wrong = np.zeros(N_PATIENTS, dtype=bool)
    is_wrong[rng.choice(N_PATIENTS, 23, replace=False)] = True
    patient = np.repeat(np.arange(N_PATIENTS), N_VISITS)
    X = habit[patient] + rng.normal(0, 0.35, size=(len(patient), N_FEATURES))
    names = np.array(["healthy", "ill"])[is_ill ^ is_wrong]
    return X, names[patient], is_wrong[patient], patient


# %%
# Valued with and without groups
# ------------------------------
# Where no groups are passed, near-duplicates are looked for, and a warning tells if there are some.
# ``groups=np.arange(len(X))`` switches that off: each row is then a group of its own.

draws = {"each visit by itself": [], "groups=patient": []}
for seed in range(3):
    X, diagnosis, is_wrong, patient = visit_patients(seed)
    for title, groups in (
        ("each visit by itself", np.arange(len(X))),
        ("groups=patient", patient),
    ):
        valuer = DVGSValuer(n_restarts=1, random_state=0).fit(X, diagnosis, groups=groups)
        values = valuer.values_
        low = values < 0.5
        auroc = noise_detection_auroc(values, is_wrong)
        draws[title].append((auroc, low[is_wrong].mean()))
        found = low[is_wrong].sum() / N_VISITS
        print(f"draw {seed}, {title:21} AUROC {auroc:.3f}, {found:4.1f} of 23 wrong patients found")
        if seed == 0:
            draws[title, "values"] = values

# %%
# Picture
# -------
# Each line is a patient of the first draw, and goes from the lowest to the highest value of the
# four visits. By themselves, visits with a wrong diagnosis look right, because three others say the
# same. With groups a patient is compared with other patients only.
#
# The same holds for cross-validation of whatever comes after: folds that cut a patient in two are
# too good. Hand ``groups`` to the search, and both splitter and filter get them; see
# :doc:`/user_guide/cross_validation`.

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
X, diagnosis, is_wrong, patient = visit_patients(0)
order = np.argsort(is_wrong[::N_VISITS], kind="stable")
wrong_patient = is_wrong[::N_VISITS][order]
figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True, layout="constrained")
for ax, title in zip(axes, ("each visit by itself", "groups=patient"), strict=True):
    visits = draws[title, "values"].reshape(N_PATIENTS, N_VISITS)[order]
    for rows, colour, name in (
        (~wrong_patient, BLUE, "right diagnosis"),
        (wrong_patient, ORANGE, "wrong diagnosis"),
    ):
        at = np.flatnonzero(rows)
        ax.vlines(at, visits[rows].min(axis=1), visits[rows].max(axis=1), color=colour, alpha=0.5)
        ax.plot(at, np.median(visits[rows], axis=1), "o", color=colour, markersize=4, label=name)
    ax.axhline(0.5, color=GREY, linestyle="--", label="as likely wrong as right")
    auroc, found = draws[title][0]
    ax.set(
        title=f"{title}: {found:.0%} found, AUROC {auroc:.2f}",
        xlabel="patient, wrong diagnoses last",
    )
axes[0].set_ylabel("value of the visits")
axes[0].legend(loc="lower left", frameon=False)
plt.show()
