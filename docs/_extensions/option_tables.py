"""A Sphinx directive that writes the options of plugins as tables, read from the plugins' classes.

In a MyST page, a kind of plugin and the name of one, or the kind alone for all plugins of this project:

    ```{options} strategy neural_predictor
    ```

    ```{options} strategy
    ```

The tables show what `nasplug show NAME` shows, so that a page cannot disagree with the code.
"""

import re
from inspect import getdoc
from typing import Any

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from nasplug.errors import DiscoveryError
from nasplug.loading import discovery, options
from nasplug.loading.trust import OWN

HEADINGS = ("option", "type", "default", "meaning")
WIDTHS = (18, 18, 14, 50)  # percent of the table's width
Row = tuple[str, str, str, str]


class OptionTables(SphinxDirective):
    """Writes the options of one plugin, or a section for each plugin of a kind."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Returns the tables. Raises an error of the page for a plugin that is not installed."""
        kind, *names = self.arguments
        try:
            if names:
                return [table_of(option_rows(kind, *names))]
            return [self.section(kind, name) for name in own_plugins(kind)]
        except (DiscoveryError, KeyError) as error:
            raise self.error(f"options {' '.join(self.arguments)}: {error}") from error

    def section(self, kind: Any, name: str) -> nodes.section:
        """Returns a section with the first paragraph of the plugin's docstring, and its options."""
        summary = (getdoc(discovery.load(kind, name)) or "").partition("\n\n")[0]
        rows = option_rows(kind, name)
        body = table_of(rows) if rows else nodes.paragraph("", "It has no options.")
        section = nodes.section("", nodes.title(name, "", code(name)), prose(summary), body, ids=[f"{kind}-{name}"])
        self.state.document.note_explicit_target(section)
        return section


def own_plugins(kind: Any) -> list[str]:
    """Returns the names of the installed plugins of one kind that belong to this project."""
    return [plugin.name for plugin in discovery.installed(kind) if plugin.distribution in OWN]


def option_rows(kind: Any, name: str) -> list[Row]:
    """Returns name, type, default and help of each option of an installed plugin."""
    plugin = discovery.load(kind, name)
    return [
        (
            field.name,
            options.type_name(options.type_of(plugin, field.name)),
            default_of(field),
            field.metadata.get("help", ""),
        )
        for field in options.fields(plugin).values()
    ]


def default_of(field: "attrs.Attribute[Any]") -> str:
    """Returns the default as a user writes it (`true`, `0.0714`, `10000`); an empty text where there is none."""
    if field.default is None or field.default is attrs.NOTHING:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"{field.default:.3g}" if isinstance(field.default, float) else str(field.default)


def table_of(rows: list[Row]) -> nodes.table:
    """Returns the rows as a table, with name, type and default in the style of code."""
    cells = [[*(nodes.paragraph("", "", code(text)) for text in row[:3]), prose(row[3])] for row in rows]
    group = nodes.tgroup(cols=len(HEADINGS))
    group += [nodes.colspec(colwidth=width) for width in WIDTHS]
    group += nodes.thead("", row_of([nodes.paragraph("", heading) for heading in HEADINGS]))
    group += nodes.tbody("", *map(row_of, cells))
    return nodes.table("", group, classes=["colwidths-given"])


def row_of(cells: list[nodes.paragraph]) -> nodes.row:
    """Returns one row of a table."""
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def code(text: str) -> nodes.Node:
    """Returns a text in the style of code; nothing for an empty one."""
    return nodes.literal(text, text) if text else nodes.Text("")


def prose(text: str) -> nodes.paragraph:
    """Returns a paragraph in which everything between backticks has the style of code."""
    parts = re.split(r"`(.+?)`", " ".join(text.split()))
    return nodes.paragraph("", "", *(code(part) if place % 2 else nodes.Text(part) for place, part in enumerate(parts)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive. Sphinx calls this function."""
    app.add_directive("options", OptionTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
