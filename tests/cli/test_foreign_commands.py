"""A foreign plugin that raises where it brings its commands is one message, and takes no other command away."""

import pytest
from faulty.raising import SAID


@pytest.fixture
def foreign(tmp_path):
    """The environment of a process in which a space `foreign` is installed, which raises when it brings commands."""
    info = tmp_path / "site" / "third_party-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[nasplug.spaces]\nforeign = foreign_module:Space\n")
    raising = f"    def register_commands(self, group):\n        raise RuntimeError('{SAID} register_commands')\n"
    (tmp_path / "site" / "foreign_module.py").write_text(f"class Space:\n{raising}")
    return {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "160"}


def test_a_plugin_that_raises_where_it_brings_commands(nasplug, foreign):
    done = nasplug("foreign", "anything", env=foreign)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)
    assert f"RuntimeError: {SAID} register_commands" in done.stderr
    for command in (("predictor", "--help"), ("--help",)):
        done = nasplug(*command, env=foreign)
        assert (done.returncode, SAID in done.stdout + done.stderr) == (0, False), done.stderr
