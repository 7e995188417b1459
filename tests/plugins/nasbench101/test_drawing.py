"""A cell as a picture."""

import xml.etree.ElementTree as ElementTree

import pytest
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.drawing import draw

SVG = "{http://www.w3.org/2000/svg}"
DANGLING = Cell([[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], [2, 0])  # vertex 2 leads nowhere


def shapes(cell, kind, name):
    root = ElementTree.fromstring(draw(cell, "title"))
    return [shape for shape in root.iter(f"{SVG}{kind}") if shape.get("class") == name]


def test_vertices_stand_below_each_other_and_the_picture_holds_all():
    root = ElementTree.fromstring(draw(DANGLING, "a <title> & more"))
    assert root.findtext(f"{SVG}title") == "a <title> & more"
    boxes = list(root.iter(f"{SVG}rect"))
    assert [int(box.get("y")) for box in boxes] == [24, 88, 152, 216]
    assert {(box.get("x"), box.get("width"), box.get("height")) for box in boxes} == {("92", "116", "30")}
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}" == "0 0 300 270"


def test_a_vertex_has_the_name_and_the_colour_of_its_operation():
    vertices = shapes(DANGLING, "g", "vertex")
    assert [vertex.findtext(f"{SVG}text") for vertex in vertices] == [
        "input", "maxpool3x3", "conv3x3-bn-relu", "output",
    ]  # fmt: skip
    colours = [vertex.find(f"{SVG}rect").get("fill") for vertex in vertices]
    assert colours == ["#dfe7ef", "#b6d7b0", "#f6c28b", "#dfe7ef"]
    assert [int(vertex.find(f"{SVG}text").get("y")) for vertex in vertices] == [43, 107, 171, 235]


def test_what_pruning_removes_is_faded():
    assert [vertex.get("opacity") for vertex in shapes(DANGLING, "g", "vertex")] == [None, None, "0.25", None]
    edges = shapes(DANGLING, "path", "edge")
    assert [edge.get("opacity") for edge in edges] == [None, "0.25", None, None]  # 0→1, 0→2, 0→3, 1→3


@pytest.mark.parametrize(
    ("edge", "path"),
    [
        (0, "M150,54 C150,74 150,68 150,88"),  # 0→1: straight
        (1, "M111.333,54 C56,74 56,132 111.333,152"),  # 0→2: around vertex 1, on the left
        (2, "M188.667,54 C262,74 262,196 188.667,216"),  # 0→3: further out, on the right
        (3, "M111.333,118 C56,138 56,196 111.333,216"),  # 1→3
    ],
)
def test_an_arrow_goes_from_vertex_to_vertex_around_those_in_between(edge, path):
    assert shapes(DANGLING, "path", "edge")[edge].get("d") == path
