"""An architecture as people see it."""

import xml.etree.ElementTree as ElementTree

import pytest
from nasplug_proxyless.operations import LAYERS, MOBILE, ZERO
from nasplug_proxyless.presentation import COLOURS, Row, draw_layers, label, labels, table

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("layer", "operation", "text"),
    [
        (0, 0, "3×3-1"),
        (0, 2, "7×7-1"),
        (1, 0, "3×3-3"),
        (1, 2, "7×7-3"),
        (1, 3, "3×3-6"),
        (1, 4, "5×5-6"),
        (2, ZERO, "–"),
    ],
)
def test_a_label_is_kernel_and_expansion_and_zero_is_a_dash(layer, operation, text):
    assert label(LAYERS[layer], operation) == text


def test_labels_are_grouped_by_block():
    blocks = labels(MOBILE)
    assert [len(block) for block in blocks] == [1, 4, 4, 4, 4, 4, 1]
    assert blocks[1] == ["5×5-3", "3×3-3", "–", "–"]


def test_the_table_has_stem_blocks_and_head_with_the_sizes_of_the_network():
    rows = table(MOBILE, 1.0, 224)
    assert rows[0] == Row("stem", 32, 112, "3×3")
    assert rows[2] == Row("2", 32, 56, "5×5-3 3×3-3 – –")
    assert rows[-1] == Row("head", 1280, 7, "1×1")
    assert [(row.block, row.filters, row.pixels) for row in rows[1:-1]] == [
        ("1", 16, 112), ("2", 32, 56), ("3", 40, 28), ("4", 80, 14), ("5", 96, 14), ("6", 192, 7), ("7", 320, 7),
    ]  # fmt: skip
    assert [(row.filters, row.pixels) for row in table(MOBILE, 0.5, 33)][:2] == [(16, 17), (8, 17)]


def test_a_box_is_as_wide_as_its_kernel_and_as_high_as_its_expansion_and_stands_on_the_line():
    root = ElementTree.fromstring(draw_layers(MOBILE))
    boxes = root.findall(f"{SVG}rect")
    operations = [operation for operation in MOBILE if operation != ZERO]
    assert [int(box.get("width")) for box in boxes] == [6 * (3, 5, 7)[operation % 3] for operation in operations]
    expansions = [1, *(3 if operation < 3 else 6 for operation in operations[1:])]
    assert [int(box.get("height")) for box in boxes] == [6 * expansion for expansion in expansions]
    assert {int(box.get("y")) + int(box.get("height")) for box in boxes} == {48}
    assert [box.get("fill") for box in boxes] == [COLOURS[(3, 5, 7)[operation % 3]] for operation in operations]


def test_shapes_are_in_order_with_a_wider_gap_before_each_block_and_the_picture_holds_all():
    root = ElementTree.fromstring(draw_layers(MOBILE))
    shapes = list(root)
    starts, ends = [], []
    for shape in shapes:
        move, _, length = (shape.get("d") or "").partition("h")
        start = int(shape.get("x") or move[1:].split()[0])
        starts.append(start)
        ends.append(start + int(shape.get("width") or length))
    assert [shape.findtext(f"{SVG}title").partition(":")[0] for shape in shapes] == [f"layer {i}" for i in range(22)]
    gaps = [start - end for start, end in zip(starts[1:], ends, strict=False)]
    assert gaps == [12 if layer.first else 6 for layer in LAYERS[1:]]
    assert starts[0] == 12 + 6
    assert int(root.get("width")) == ends[-1] + 12
    assert int(root.get("height")) == 60


def test_zero_is_a_dashed_line_as_wide_as_the_smallest_kernel():
    dashes = [path for path in ElementTree.fromstring(draw_layers(MOBILE)) if path.get("stroke-dasharray")]
    assert len(dashes) == MOBILE.count(ZERO)
    assert {path.get("d").partition(" ")[2] for path in dashes} == {"48h18"}
