#!/usr/bin/env python3
"""Writes the small ONNX models the tests run: make_tiny_model.py FOLDER

tiny.onnx          [1,3,32,32] -> output [1,1,32,32] = sigmoid(12 * mean of the channels): bright is foreground.
                   A second output, side, is what the sigmoid is applied to.
tiny_half.onnx     the same with half-precision weights and arithmetic between two casts, as some publishers do.
tiny_any_size.onnx the same with any height and width.
tiny_conv.onnx     [1,3,64,64] -> output [1,1,64,64]; with the kinds of convolutions that are rewritten on loading.
tiny_nan.onnx      the same input as tiny.onnx; every value of the output is not a number.
tiny_slow.onnx     any size; a thousand convolutions in a row, to be stopped on the way.

ONNX is a protocol buffer; the few fields needed are encoded by hand, so that nothing has to be installed. Field
numbers: onnx.proto3 of the ONNX project.
"""
import pathlib
import struct
import sys

FLOAT, INT64, HALF = 1, 7, 10


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, content):
    if isinstance(content, str):
        content = content.encode()
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name, dims, values, kind=FLOAT):
    raw = struct.pack(f"<{len(values)}{'e' if kind == HALF else 'f'}", *values)
    return b"".join(number(1, d) for d in dims) + number(2, kind) + block(8, name) + block(9, raw)


def attribute_ints(name, values):
    return block(1, name) + b"".join(number(8, v) for v in values) + number(20, 7)


def attribute_int(name, value):
    return block(1, name) + number(3, value) + number(20, 2)


def node(operation, inputs, outputs, *attributes):
    return (b"".join(block(1, i) for i in inputs) + b"".join(block(2, o) for o in outputs)
            + block(4, operation) + b"".join(block(5, a) for a in attributes))


def value(name, dims, kind=FLOAT):
    # A word instead of a number: any size.
    shape = b"".join(block(1, block(2, d) if isinstance(d, str) else number(1, d)) for d in dims)
    return block(1, name) + block(2, block(1, number(1, kind) + block(2, shape)))


def model(nodes, initializers, inputs, outputs, inner=()):
    graph = (b"".join(block(1, n) for n in nodes) + block(2, "tiny") + b"".join(block(5, i) for i in initializers)
             + b"".join(block(11, i) for i in inputs) + b"".join(block(12, o) for o in outputs)
             + b"".join(block(13, i) for i in inner))
    return number(1, 8) + block(2, "make_tiny_model") + block(7, graph) + block(8, number(2, 13))


def tiny(height, width, kind=FLOAT):
    nodes, inner = [], []
    source, mixed = "input", "side"
    if kind == HALF:
        source, mixed = "half_input", "half_side"
        nodes.append(node("Cast", ["input"], [source], attribute_int("to", HALF)))
        inner = [value(source, [1, 3, height, width], HALF), value(mixed, [1, 1, height, width], HALF)]
    nodes.append(node("Conv", [source, "weight"], [mixed], attribute_ints("kernel_shape", [1, 1])))
    if kind == HALF:
        nodes.append(node("Cast", [mixed], ["side"], attribute_int("to", FLOAT)))
    nodes.append(node("Sigmoid", ["side"], ["output"]))
    return model(nodes, [tensor("weight", [1, 3, 1, 1], [4.0] * 3, kind)], [value("input", [1, 3, height, width])],
                 [value("output", [1, 1, height, width]), value("side", [1, 1, height, width])], inner)


def convolutions():
    # Widened to 8 channels, then 8 and 8 joined to 16, then one.
    def conv(source, name, target):
        return node("Conv", [source, name + ".w", name + ".b"], [target], attribute_ints("kernel_shape", [3, 3]),
                    attribute_ints("pads", [1, 1, 1, 1]))

    def weights(name, channels_out, channels_in):
        count = channels_out * channels_in * 9
        # Any numbers, as long as they are always the same ones.
        values = [((i * 7919 + 13) % 101 - 50) / 50 / channels_in for i in range(count)]
        return [tensor(name + ".w", [channels_out, channels_in, 3, 3], values),
                tensor(name + ".b", [channels_out], [((i * 31) % 11 - 5) / 10 for i in range(channels_out)])]

    nodes = [conv("input", "a", "a"), node("Relu", ["a"], ["ra"]), conv("ra", "b", "b"), node("Relu", ["b"], ["rb"]),
             node("Concat", ["rb", "ra"], ["joined"], attribute_int("axis", 1)), conv("joined", "c", "c"),
             node("Relu", ["c"], ["rc"]), conv("rc", "d", "d"), node("Sigmoid", ["d"], ["output"])]
    return model(nodes, weights("a", 8, 3) + weights("b", 8, 8) + weights("c", 12, 16) + weights("d", 1, 12),
                 [value("input", [1, 3, 64, 64])], [value("output", [1, 1, 64, 64])])


def not_a_number():
    # The logarithm of minus the square, less 1.
    nodes = [node("Mul", ["input", "input"], ["square"]), node("Conv", ["square", "weight", "bias"], ["negative"]),
             node("Log", ["negative"], ["output"])]
    return model(nodes, [tensor("weight", [1, 3, 1, 1], [-1.0] * 3), tensor("bias", [1], [-1.0])],
                 [value("input", [1, 3, 32, 32])], [value("output", [1, 1, 32, 32])])


def slow():
    nodes = []
    last = "input"
    for i in range(1000):
        nodes.append(node("Conv", [last, "weight"], [f"c{i}"], attribute_ints("kernel_shape", [3, 3]),
                          attribute_ints("pads", [1, 1, 1, 1])))
        last = f"c{i}"
    nodes.append(node("ReduceMean", [last], ["output"], attribute_ints("axes", [1])))
    return model(nodes, [tensor("weight", [3, 3, 3, 3], [1 / 27] * 81)], [value("input", [1, 3, "h", "w"])],
                 [value("output", [1, 1, "h", "w"])])


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"tiny": tiny(32, 32), "tiny_half": tiny(32, 32, HALF), "tiny_any_size": tiny("h", "w"),
                          "tiny_conv": convolutions(), "tiny_nan": not_a_number(), "tiny_slow": slow()}.items():
        (folder / f"{name}.onnx").write_bytes(content)
