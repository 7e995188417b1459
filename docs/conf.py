"""How the documentation is built: `make docs`, every warning an error."""

from nasplug import __version__

project = "nasplug"
author = "The nasplug developers"
copyright = "the nasplug developers, Apache-2.0"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # pages are also read on their own, where a first heading of level 2 is fine

default_role = "code"  # docstrings mark names and shapes with single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "nasplug"
html_static_path: list[str] = []
