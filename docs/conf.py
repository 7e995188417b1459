"""The configuration of Sphinx. `make docs` builds the site; each warning is an error."""

import sys
from pathlib import Path

from nasplug import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "nasplug"
author = "The nasplug developers"
copyright = "the nasplug developers, Apache-2.0"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "option_tables"]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # some pages start with a heading of level 2

default_role = "code"  # docstrings mark names and shapes with single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "nasplug"
html_static_path: list[str] = []
