"""What is wanted of the values, and what was measured: one line for each thing wanted."""

from typing import NamedTuple

import numpy as np

from .defects import ERRORS, FLIPS
from .found import Found, Lead
from .regimes.flips import variant_of
from .regimes.target import WITHIN

_TARGETS = (True, False)

# Sets with fewer rows are drawn so coarsely that a lead differs by this much.
_FEW_ROWS, _ALLOWED, _ALLOWED_OF_FEW = 400, 0.005, 0.01


class Line(NamedTuple):
    """One thing wanted.

    Attributes
    ----------
    regime, wanted, measured : str
        As printed.
    met : bool
        Whether what was measured is as wanted.
    """

    regime: str
    wanted: str
    measured: str
    met: bool


def lines(found: Found):
    """Yield every line that something was measured for."""
    for name in (_flips, _large, _numbers, _rare, _minority, _visits, _small, _target, _shares):
        yield from name(found)
    for name in (_clean, _cut, _calibration, _states, _features, _unlabelled, _suggested):
        yield from name(found)
    for name in (_downstream, _time):
        yield from name(found)


def _flips(found):
    for defect, target, least in zip(
        np.repeat(FLIPS, 2), _TARGETS * 2, (0.010, 0.012, 0.02, 0.06), strict=True
    ):
        variant = variant_of(defect, target)
        lead = Lead(found.table("flips", "AUROC", variant))
        if not len(lead.by_set):
            continue
        text = f"{lead.mean:+.4f} over {lead.best}"
        regime = f"20 % wrong labels, {variant}"
        yield Line(regime, f"best rival {least:+.3f}", text, lead.mean >= least)
        if (defect, target) == ("even", True):
            rows = found.table("flips", "rows", variant).iloc[:, 0]
            few = rows[lead.by_set.index] < _FEW_ROWS
            allowed = np.where(few, _ALLOWED_OF_FEW, _ALLOWED)
            behind = lead.by_set[lead.by_set < -allowed]
            text = ", ".join(f"{name} {value:+.4f}" for name, value in behind.items()) or "none"
            wanted = "no set further behind its best rival than 0.005 (0.01 under 400 rows)"
            yield Line(regime, wanted, text, not len(behind))


def _large(found):
    lead = Lead(found.table("large", "AUROC"))
    if len(lead.by_set):
        worst, name = lead.worst
        regime = "all rows up to 20,000"
        yield Line(
            regime, "behind on no set by over 0.001", f"{worst:+.4f} ({name})", worst >= -0.001
        )
        text = f"{lead.mean:+.4f} over {lead.best}"
        yield Line(regime, "best rival +0.006", text, lead.mean >= 0.006)


def _numbers(found):
    for error in ERRORS:
        lead = Lead(found.table("numbers", "AUROC", f"{error}, target set"))
        if len(lead.by_set):
            worst, name = lead.worst
            text = f"{lead.mean:+.4f} over {lead.best}"
            yield Line(f"numbers {error}", "best rival +0.02", text, lead.mean >= 0.02)
            text = f"{worst:+.4f} ({name})"
            yield Line(f"numbers {error}", "behind on no set by over 0.01", text, worst >= -0.01)


def _rare(found):
    lowest = found.ours("rare", "rare rows in the lowest 5 %")
    if len(lowest):
        below = found.ours("rare", "rare rows below the cut")
        regime = "25 clean rows of one digit"
        text = f"most {lowest.max():.0f}, mean {lowest.mean():.1f}"
        yield Line(regime, "at most 13 in the lowest 5 %", text, lowest.max() <= 13)
        text = f"{below.sum():.0f} of all digits"
        yield Line(regime, "none with a value below 0.5", text, below.max() == 0)


def _minority(found):
    for variant, measure, text, within in (
        (
            "clean",
            "share of the minority below the cut",
            "at most 2 % below the cut",
            lambda v: v <= 0.02,
        ),
        (
            "clean",
            "recall lost by dropping 5 %",
            "recall falls by at most 0.08",
            lambda v: v <= 0.08,
        ),
        ("5 % flips", "AUROC", "AUROC of 5 % flips at least 0.985", lambda v: v >= 0.985),
    ):
        values = found.ours("minority", measure, variant)
        if len(values):
            mean = values.mean()
            yield Line("6 % minority", text, f"{mean:.3f}", within(mean))


def _visits(found):
    forest = found.table("visits", "AUROC", "groups given")
    for variant, allowed in (("groups given", 0.005), ("not given", 0.02)):
        ours = found.ours("visits", "AUROC", variant)
        for name in ours.index.drop("1 visit", errors="ignore"):
            lead = ours[name] - forest.loc[name, "forest, own"]
            wanted = f"forest by groups -{allowed}"
            yield Line(f"{name} of a subject, {variant}", wanted, f"{lead:+.4f}", lead >= -allowed)


def _small(found):
    for regime, text, allowed in (
        ("weak", "weak signal", 0.01),
        ("many", "many classes, few rows", 0.005),
    ):
        lead = Lead(found.table(regime, "AUROC"))
        for name, value in lead.by_set.items():
            wanted = f"best of forest and logistic regression -{allowed}"
            yield Line(f"{text}, {name}", wanted, f"{value:+.4f}", value >= -allowed)


def _target(found):
    without = found.ours("target", "AUROC", "none")
    for variant in found.variants("target", "AUROC"):
        if variant in ("none", "0% wrong"):
            continue
        off = found.ours("target", "points off the share", variant).abs()
        worst = f"{off.mean():.1f} in the mean, most {off.max():.1f} ({off.idxmax()})"
        regime = f"target set, {variant}"
        yield Line(regime, "share within 4 points", worst, off.max() <= WITHIN)
        gain = (found.ours("target", "AUROC", variant) - without).dropna()
        text = f"least {gain.min():+.4f} ({gain.idxmin()})"
        wanted = "not below no target set by over 0.005"
        yield Line(regime, wanted, text, gain.min() >= -0.005)


def _shares(found):
    for defect, target, most in zip(
        np.repeat(FLIPS, 2), _TARGETS * 2, (2.5, 4.0, 3.0, 6.0), strict=True
    ):
        variant = variant_of(defect, target)
        errors = []
        for regime in ("shares", "flips"):
            frame = found.frame
            frame = frame[(frame.regime == regime) & (frame.measure == "points off the share")]
            errors += list(frame[frame.variant.str.startswith(variant)].value.abs())
        if errors:
            mean, untold = float(np.nanmean(errors)), int(np.isnan(errors).sum())
            text = f"{mean:.2f}"
            if untold:  # nothing could be learnt, and low_fraction_ says so
                text += f"; none told for {untold} of {len(errors)} tables"
            wanted = f"mean error at most {most} points"
            yield Line(f"share of wrong labels, {variant}", wanted, text, mean <= most)


def _clean(found):
    for variant in found.variants("clean", "share below the cut"):
        mean = found.ours("clean", "share below the cut", variant).mean()
        yield Line(
            f"clean labels, Bayes error 0.39, {variant}",
            "at most 4 % below the cut",
            f"{mean:.1%}",
            mean <= 0.04,
        )


def _cut(found):
    for variant in found.variants("flips", "F1 at the own cut"):
        table = found.table("flips", "F1 at the own cut", variant)
        lead = Lead(table, lambda method: method.startswith("confident learning"))
        if len(lead.by_set):
            text = f"{lead.mean:+.4f} over {lead.best}"
            wanted = "confident learning on the best chances"
            yield Line(f"F1 at the own cut, {variant}", wanted, text, lead.mean >= 0)


def _calibration(found):
    for target, most in zip(_TARGETS, (0.04, 0.07), strict=True):
        variants = [variant_of(defect, target) for defect in FLIPS]
        values = [found.ours("flips", "calibration error", variant) for variant in variants]
        values = [v.mean() for v in values if len(v)]
        if values:
            mean = float(np.mean(values))
            regime = f"calibration error, {variant_of('both', target)}"
            yield Line(regime, f"at most {most}", f"{mean:.4f}", mean <= most)


def _states(found):
    for variant in found.variants("states", "Spearman of two random states"):
        values = found.ours("states", "Spearman of two random states", variant)
        text = f"{values.mean():.4f}, least {values.min():.4f} ({values.idxmin()})"
        yield Line(f"two random states, {variant}", "at least 0.985", text, values.mean() >= 0.985)


def _features(found):
    values = found.ours("features", "Spearman")
    if len(values):
        mean = values.mean()
        typical = found.table("features", "Spearman").filter(like="typicality").mean().mean()
        text = f"{typical:.3f}; ``values_``, which judge labels, {mean:.3f}"
        yield Line(
            "noisy features", "``typicality_``: Spearman at least 0.57", text, typical >= 0.57
        )


def _unlabelled(found):
    for variant in found.variants("unlabelled", "Spearman"):
        lead = Lead(found.table("unlabelled", "Spearman", variant))
        worst, name = lead.worst
        regime = f"no labels, {variant}"
        text = f"{lead.mean:+.4f} over {lead.best}"
        yield Line(regime, "ahead of each one-liner in the mean", text, lead.mean > 0)
        text = f"{worst:+.4f} ({name})"
        yield Line(regime, "behind on no set by over 0.01", text, worst >= -0.01)


def _suggested(found):
    measure = "best other label right, flipped rows"
    for variant in found.variants("flips", measure):
        mean = found.ours("flips", measure, variant).mean()
        as_suggested = found.ours("flips", "suggestion right, flipped rows", variant).mean()
        text = f"{mean:.3f}; ``suggested_labels_``, which keep labels that are not low: "
        text += f"{as_suggested:.3f}"
        wanted = "the best other label right for 0.85 of flipped rows"
        yield Line(f"suggested labels, {variant}", wanted, text, mean >= 0.85)


def _downstream(found):
    for variant in found.variants("downstream", "accuracy"):
        table = found.table("downstream", "accuracy", variant)
        to_oracle = (table["relabel"] - table["wrong rows removed"]).mean()
        regime = f"relabelled, {variant}"
        wanted = "wrong rows removed -0.008"
        yield Line(regime, wanted, f"{to_oracle:+.4f}", to_oracle >= -0.008)
        gain = table["relabel"] - table["keep all"]
        text = f"{gain.min():+.4f} ({gain.idxmin()})"
        yield Line(regime, "on no set below keep all by over 0.005", text, gain.min() >= -0.005)


def _time(found):
    for measure, wanted, most in (
        ("times forests", "at most 2 times forests out of fold", 2.0),
        ("times the quiet clock", "busy cores: at most 3 times the quiet time", 3.0),
    ):
        values = found.ours("time", measure)
        if len(values):
            text = f"{values.mean():.2f}"
            yield Line("time, 1,000 x 100", wanted, text, values.mean() <= most)
