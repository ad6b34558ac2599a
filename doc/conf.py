"""Configuration of the Sphinx documentation."""

import sys
from pathlib import Path

import skdvgs

sys.path.insert(0, str(Path(__file__).parent))  # for gallery_order

project = "skdvgs"
author = "the skdvgs developers"
copyright = f"2026, {author}"
version = release = skdvgs.__version__

extensions = [
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # formulas are drawn without a network
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
default_role = "literal"
exclude_patterns = ["_build", "changes", "examples"]
templates_path = ["_templates"]

# The autosummary templates list the members; numpydoc would list inherited ones as well.
numpydoc_show_class_members = False
# Public docstrings are complete. Their form, and that of private ones, is checked by
# `numpydoc lint`: see pyproject.toml.
numpydoc_validation_checks = {
    "all",
    "ES01",  # an extended summary is not always needed
    "EX01",  # methods and exceptions stand on a page that has examples
    "GL01",  # the summary starts on the line of the quotes, as PEP 257 has it
    "RT02",  # returned values are named, as in scikit-learn
    "SA01",  # methods and exceptions stand on a page that has links
    "YD01",  # no public generator needs it
}
# A Protocol is never called; numpydoc reads the parameters of a placeholder.
numpydoc_validation_exclude = {r"\.LayerRule$"}

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
html_title = f"skdvgs {release}"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_sidebars = {
    "installation": [],
    "quick_start": [],
    "glossary": [],
    "paper": [],
    "changelog": [],
}

sphinx_gallery_conf = {
    "abort_on_example_error": True,
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "gen_modules",
    "doc_module": ("skdvgs",),
    "reference_url": {"skdvgs": None},
    "show_memory": False,
    "thumbnail_size": (720, 320),
    "within_subsection_order": "gallery_order.JobOrder",
}


def skip_foreign_member(app, what, name, obj, skip, options):
    """Leave out what scikit-learn defines: its docstrings point into its own documentation."""
    owner = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if not owner.startswith("skdvgs") else None


def setup(app):
    """Connect the hook above."""
    app.connect("autodoc-skip-member", skip_foreign_member)
