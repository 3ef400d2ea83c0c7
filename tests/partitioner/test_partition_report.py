"""The reports: complete, valid, safe, and without a network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from typing import Any

import pytest
from graphs import Builder, encoder
from rich.console import Console

from aiec.ir.errors import OutputError
from aiec.ir.graph import OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.target import NPU1, NPU2
from aiec.partitioner.assign import assign
from aiec.partitioner.regions import regions
from aiec.partitioner.report import summary, table, write_report
from aiec.partitioner.report_dot import to_dot
from aiec.partitioner.report_html import to_html
from aiec.partitioner.report_json import SCHEMA_VERSION, document, to_json

TINY = encoder(384, 6, 4)
HOSTILE = '</script><img src=x onerror=alert(1)> "quoted" \\ & \n end'


def partition_of(target=NPU1, **options: Any) -> Partition:
    return assign(TINY, target, Options(**options))


def hostile() -> Partition:
    b = Builder()
    b.input("x", (4, 4))
    b.op(HOSTILE, OpKind.ELEMENTWISE, ["x"], (4, 4), module=HOSTILE)
    return assign(b.graph(HOSTILE, (HOSTILE,)), NPU1, Options())


# ------------------------------------------------------------------ regions and table


def test_layers_collapse_into_regions():
    names = [region.module for region in regions(partition_of())]
    assert "blocks.0-3.attn.query" in names
    assert len(names) == len(set(names)) or names.count("") <= 3
    assert sum(len(r.ops) for r in regions(partition_of())) == sum(
        op.kind is not OpKind.VIEW for op in TINY.ops
    )


def test_a_layer_that_is_elsewhere_is_a_region_of_its_own():
    found = regions(partition_of(NPU2, force_cpu=("query_2",)))
    queries = [r.module for r in found if r.module.endswith("query")]
    assert queries == ["blocks.0-1,3.attn.query", "blocks.2.attn.query"]


def test_the_table_shows_devices_times_and_reasons():
    console = Console(width=200, record=True, file=StringIO())
    console.print(table(partition_of()))
    text = console.export_text()
    for expected in (
        "blocks.0-3.mlp.0",
        "linear 1500x384x1536 ×4",
        "NPU us",
        "against",
        "attention",
    ):
        assert expected in text
    assert "8 ops and " in text and " of the FLOP on the NPU" in text and "8 dispatches" in text


def test_the_summary_counts_no_view_as_an_op():
    first, _ = summary(partition_of(NPU2))
    views = sum(op.kind is OpKind.VIEW for op in TINY.ops)
    others = len(TINY.ops) - views - 24
    assert "24 ops and " in first and f"{others} ops on the CPU, {views} views" in first


# ------------------------------------------------------------------ JSON


def violations(
    value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$"
) -> list[str]:
    """What of `value` breaks `schema`, for the words of JSON Schema that ours uses."""
    if "$ref" in schema:
        return violations(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema:
        each = [violations(value, option, root, at) for option in schema["anyOf"]]
        return [] if any(not found for found in each) else each[0]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is {value!r}")
    if "type" in schema and not _has_type(value, schema["type"]):
        found.append(f"{at} is a {type(value).__name__}")
    if isinstance(value, (int, float)):
        found += [f"{at} = {value}"] * (value < schema.get("minimum", value))
        found += [f"{at} = {value}"] * (value > schema.get("maximum", value))
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{at} lacks {key}" for key in schema.get("required", []) if key not in value]
        other = schema.get("additionalProperties", {})
        for key, item in value.items():
            inner = properties.get(key, other)
            if inner is False:
                found.append(f"{at} has a foreign {key}")
            else:
                found += violations(item, inner, root, f"{at}.{key}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += violations(item, schema.get("items", {}), root, f"{at}[{i}]")
    return found


def _has_type(value: Any, names: str | list[str]) -> bool:
    types = {"object": dict, "array": list, "string": str, "null": type(None), "integer": int}
    types |= {"number": (int, float), "boolean": bool}
    allowed = [names] if isinstance(names, str) else names
    return any(isinstance(value, types[name]) for name in allowed)


def schema() -> dict[str, Any]:
    text = files("aiec.partitioner").joinpath("partition.schema.json").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.mark.parametrize("target", [NPU1, NPU2, None])
@pytest.mark.parametrize("objective", ["latency", "throughput", "energy"])
def test_partition_json_keeps_its_schema(target, objective):
    data = json.loads(to_json(partition_of(target, objective=objective)))
    assert violations(data, schema(), schema()) == []


def test_the_schema_refuses_what_is_wrong():
    data = document(partition_of())
    data["ops"][0]["device"] = "gpu"
    data["totals"]["latency_us"] = "soon"
    data["extra"] = 1
    del data["model"]
    assert violations(data, schema(), schema()) == [
        "$ lacks model",
        "$.totals.latency_us is a str",
        "$.ops[0].device is 'gpu'",
        "$ has a foreign extra",
    ]


def test_partition_json_adds_up():
    data = document(partition_of())
    assert (
        data["schema_version"]
        == SCHEMA_VERSION
        == schema()["properties"]["schema_version"]["const"]
    )
    assert sum(op["predicted_us"] for op in data["ops"]) == pytest.approx(
        data["totals"]["latency_us"], abs=0.1
    )
    assert sum(region["flop"] for region in data["regions"]) == data["totals"]["flop"]
    assert [op["name"] for op in data["ops"]] == [op.name for op in TINY.ops]
    assert data["unsupported"][0]["kind"] == "layer_norm"
    assert data["unsupported"][0]["count"] == 9


# ------------------------------------------------------------------ DOT

_STRING = r'"(?:[^"\\]|\\.)*"'
_ATTRIBUTE = rf"\w+=(?:{_STRING}|\w+)"
_STATEMENT = re.compile(
    rf"digraph {_STRING} {{|subgraph cluster_\d+ {{|}}|{_ATTRIBUTE};"
    rf"|node \[{_ATTRIBUTE}(?:, {_ATTRIBUTE})*\];"
    rf"|{_STRING}(?: -> {_STRING})?(?: \[{_ATTRIBUTE}(?:, {_ATTRIBUTE})*\])?;"
)


@pytest.mark.parametrize("partition", [partition_of(), hostile()])
def test_graph_dot_is_dot(partition):
    depth = 0
    for line in to_dot(partition).splitlines():
        assert _STATEMENT.fullmatch(line.strip()), line
        depth += line.endswith("{") - (line.strip() == "}")
    assert depth == 0
    if dot := shutil.which("dot"):
        text = to_dot(partition).encode()
        subprocess.run([dot, "-Tsvg"], input=text, check=True, capture_output=True)


def test_graph_dot_has_every_op_and_marks_crossings():
    text = to_dot(partition_of())
    for op in TINY.ops:
        assert f'  "{op.name}" [label=' in text
    assert '"ln_0_b" -> "up_0" [style=bold];' in text
    assert '"up_0" -> "down_0";' in text
    assert 'label="blocks.3";' in text


# ------------------------------------------------------------------ HTML


def embedded(page: str) -> Any:
    match = re.search(r"^const DATA = (.*);$", page, re.MULTILINE)
    assert match
    return json.loads(match.group(1))


def test_graph_html_holds_the_whole_partition():
    partition = partition_of()
    assert embedded(to_html(partition)) == json.loads(json.dumps(document(partition)))


def test_graph_html_needs_no_network():
    page = to_html(partition_of())
    assert set(re.findall(r"https?://[^\"'\s)]*", page)) == {"http://www.w3.org/2000/svg"}  # a name
    for reference in ("src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "<link"):
        assert reference not in page


def test_graph_html_is_safe_from_hostile_names():
    page = to_html(hostile())
    assert page.count("</script>") == 1
    assert "<img" not in page
    assert embedded(page)["model"] == HOSTILE
    assert "innerHTML" not in page and "document.write" not in page


@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser on this machine")
def test_graph_html_draws_in_a_browser(tmp_path):
    write_report(partition_of(), tmp_path)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"]
    command += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--dump-dom", (tmp_path / "graph.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    rows = re.findall(r'<button class="row[^>]*data-op="([^"]+)"', done.stdout)
    assert {"conv1", "query_0", "up_0", "ln_post"} <= set(rows)
    assert "query_1" not in rows, "layers after the first are closed"
    assert done.stdout.count("<path") > 10


# ------------------------------------------------------------------ files


def test_write_report_writes_three_files(tmp_path):
    paths = write_report(partition_of(), tmp_path / "new" / "folder")
    assert [p.name for p in paths] == ["partition.json", "graph.dot", "graph.html"]
    assert all(p.stat().st_size > 1000 for p in paths)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        write_report(partition_of(), tmp_path / "file" / "out")
    assert caught.value.message == (
        f"cannot write the partition's report: Not a directory; at {tmp_path}/file/out; "
        "choose a folder that can be written"
    )


def test_the_report_of_a_cpu_only_partition_says_so():
    partition = assign(TINY, None, Options(device="cpu"))
    assert "on no NPU: 0 ops" in summary(partition)[0]
    assert embedded(to_html(replace(partition)))["target"] is None
