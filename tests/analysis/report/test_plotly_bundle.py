"""The script of a page: Plotly without the start of what no page draws."""

import pytest

from nasplug.analysis.report.plotly_bundle import KIND, starting_only

MODULES = "var a=W((e,t)=>{t.exports=b()});var b=W((e,t)=>{" + "0;" * 100 + 't.exports={name:"bar"}});'
GRAPHICS = "var c=W((e,t)=>{t.exports=d()});var d=W((e,t)=>{" + "0;" * 100 + 't.exports={name:"scattergl"}});'
END = "core.register([a(),c()]);t.exports=core"


def test_the_kind_that_a_page_draws_is_the_only_one_registered():
    lean = starting_only("scattergl", MODULES + GRAPHICS + END)
    assert lean == MODULES + GRAPHICS + "core.register([c()]);t.exports=core"


@pytest.mark.parametrize(
    "bundle",
    ["", "Plotly = {}", MODULES + END, MODULES + GRAPHICS, MODULES + GRAPHICS + "core.register([a(),c(),c()])"],
    ids=["empty", "no modules", "kind unknown", "nothing registered", "kind twice"],
)
def test_a_bundle_of_another_shape_stays_whole(bundle):
    assert starting_only("scattergl", bundle) == bundle


def test_the_installed_plotly_is_of_the_expected_shape():
    whole = pytest.importorskip("plotly.offline").get_plotlyjs()
    lean = starting_only(KIND, whole)
    _, _, registered = lean.rpartition(".register([")
    assert registered.index("()") == registered.index("])") - 2, "more than one kind of trace is registered"
    assert 0 < len(whole) - len(lean) < 1000, "more than the registrations was taken out"
