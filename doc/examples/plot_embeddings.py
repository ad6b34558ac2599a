"""
Which images and texts have a wrong label?
==========================================

An encoder turns an image or a text into a row of numbers. With such rows the default network finds
wrong labels of pictures and sentences as it does in a table.

More on encoders and on models that are there already: :doc:`/user_guide/images_and_text`.
"""

# %%
# Images
# ------
# 600 handwritten digits, a tenth of them with a wrong label. Principal components stand for an
# encoder here. For photographs take what a pretrained network makes of them.

from textwrap import shorten

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.discovery import all_estimators, all_functions

from skdvgs import DVGSValuer, find_label_issues
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc
from skdvgs.plotting import LowestImagesDisplay

images, digit = load_digits(return_X_y=True)
images, digit = images[:600], digit[:600]
labels, is_wrong = corrupt_labels(digit, 0.1, kind="instance_dependent", X=images, random_state=0)

embeddings = PCA(20, random_state=0).fit_transform(images)
valuer = DVGSValuer(random_state=0).fit(embeddings, labels)
print(f"images: AUROC {noise_detection_auroc(valuer.values_, is_wrong):.3f}")

# %%
# The pictures of the lowest rows, with the label that was given and the one that is suggested.
# Frames mark the labels that are wrong in truth.

LowestImagesDisplay.from_estimator(
    valuer, images.reshape(-1, 8, 8), y=labels, is_noisy=is_wrong, cmap="gray_r"
)

# %%
# Texts
# -----
# The documentation of scikit-learn's own functions and classes. The label is the module that each
# is from, and every tenth label is wrong. Words and their weights, compressed to 40 numbers, stand
# for an encoder of sentences, for example one of ``sentence_transformers``.

MODULES = ("metrics", "datasets", "linear_model", "ensemble", "preprocessing", "model_selection")
documented = {
    (one.__module__.split(".")[1], name): one.__doc__
    for name, one in all_estimators() + all_functions()
    if one.__module__.split(".")[1] in MODULES and one.__doc__
}
modules = np.array([module for module, _ in documented])
names = np.array([name for _, name in documented])
texts = [
    text.partition("Parameters\n")[0].partition("Read more")[0] for text in documented.values()
]
given, is_wrong_text = corrupt_labels(modules, 0.1, random_state=0)

vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2)
embeddings = TruncatedSVD(40, random_state=0).fit_transform(vectorizer.fit_transform(texts))
issues = find_label_issues(embeddings, given)
order = issues.index.to_numpy()
auroc = noise_detection_auroc(issues["value"], is_wrong_text[order])
print(f"texts: {len(texts)}, AUROC {auroc:.3f}")
print(issues["reason"].iloc[0])

# %%
# Picture
# -------
# The texts to look at first. Orange ones have a wrong label. A blue one is a false alarm, or a text
# that would fit elsewhere as well: that is for a person to say.

BLUE, ORANGE = "#0072B2", "#D55E00"
figure, ax = plt.subplots(figsize=(11, 5), layout="constrained")
ax.axis("off")
ax.set(xlim=(0, 1), ylim=(16.5, -1.2))
columns = (0.0, 0.07, 0.23, 0.39)
titles = ("value", "given", "suggested", "name and first words")
for x, title in zip(columns, titles, strict=True):
    ax.text(x, -0.6, title, weight="bold")
for line, row in enumerate(order[:16]):
    colour = ORANGE if is_wrong_text[row] else BLUE
    issue = issues.loc[row]
    words = shorten(f"{names[row]}: {' '.join(texts[row].split())}", 72, placeholder=" …")
    cells = (f"{issue['value']:.2f}", given[row], issue["suggested_label"], words)
    for x, cell in zip(columns, cells, strict=True):
        ax.text(x, line + 0.5, cell, color=colour)
ax.set_title("The most suspicious labels of scikit-learn's documentation")
plt.show()
