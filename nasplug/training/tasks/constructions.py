"""The embedded tasks by name, each with its construction in one sentence. Light: it imports nothing."""

CONSTRUCTIONS = {
    "cluttered-fashion-mnist": "Fashion-MNIST objects of 28×28 pixels at a random place of a larger canvas, among "
    "9×9 fragments of other images",
    "fashion-mnist": "Fashion-MNIST objects of 28×28 pixels, centred, black around them",
}
