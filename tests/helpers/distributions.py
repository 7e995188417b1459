"""Distributions that tests put on the path, as pip would install them: their metadata alone."""


def announce(folder, project, group, name, value):
    """Writes the metadata of a distribution, version 1.2, with one entry point `name = value`."""
    info = folder / f"{project.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
