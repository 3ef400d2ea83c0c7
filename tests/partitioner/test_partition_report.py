"""The reports: complete, valid, safe, and without a network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from graphs import Builder, assign, encoder
from rich.console import Console

from aiec.ir.errors import OptionError, OutputError
from aiec.ir.graph import OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.target import NPU1, NPU2
from aiec.partitioner.cpu_profile import profile_for
from aiec.partitioner.regions import regions
from aiec.partitioner.report import listing, summary, write_report
from aiec.partitioner.report_dot import to_dot
from aiec.partitioner.report_explain import explanation
from aiec.partitioner.report_html import to_html
from aiec.partitioner.report_json import SCHEMA_VERSION, document, to_json
from aiec.partitioner.report_roofline import points, roofs, to_roofline
from aiec.partitioner.report_timeline import to_timeline

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


def shown(renderable: Any, width: int = 200) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(renderable)
    return console.export_text()


def test_the_listing_shows_devices_times_with_error_bars_and_reasons():
    text = shown(listing(partition_of()))
    for expected in (
        "NPU blocks.0-3.mlp.0  linear 1500x384x1536 ×4",
        "against",
        "; all 4 on the CPU costs ",
        "CPU blocks.0-3.attn  attention ×4",
        "The NPU cannot run: 9 layer norm, 4 attention, 2 convolution",
    ):
        assert expected in text
    assert re.search(r"NPU \d+\.\d+ ms \(\d+\.\d+ to \d+\.\d+\), CPU \d+\.\d+ ms \(", text)
    assert re.search(r"\d MB, \d+\.\d mJ, transfers \d+\.\d+ ms, 4 dispatches, 0 switches", text)
    assert "proven by minimum cut. By policy: cost " in text and ", heft " in text


def test_the_summary_counts_no_view_as_an_op():
    first = summary(partition_of(NPU2))[0]
    views = sum(op.kind is OpKind.VIEW for op in TINY.ops)
    others = len(TINY.ops) - views - 24
    assert "24 ops, " in first and f"{others} ops on the CPU, {views} views" in first


def test_the_summary_tells_passes_in_flight_batches_and_audio():
    options = Options(objective="throughput")
    lines = " ".join(summary(assign(TINY, NPU2, options, windows=4, audio_s=120.0)))
    assert re.search(r"a pass of 4 windows, \d+\.\d+ ms between passes with 4 in flight", lines)
    assert "Shortest interval, proven by HiGHS" in lines
    assert re.search(r"real-time factor 0\.000\d, \d\.\d J a minute", lines)


def test_a_forced_choice_is_told_with_what_it_is_the_best_of():
    lines = " ".join(summary(partition_of(NPU2, force_cpu=("query_2",))))
    assert "Fastest under what is forced, proven" in lines


def test_an_explanation_shows_both_devices_and_the_neighbours():
    text = shown(explanation(partition_of(), "up_1"))
    assert text.startswith("up_1: blocks.1.mlp.0 (model.py:")
    assert "linear, gemm_1500x384x1536_bias_gelu, 1769.5 MFLOP" in text
    assert re.search(r"alone on the CPU it costs \d+ us", text)
    assert "reads ln_1_b (CPU), up_1_weight" in text and "read by down_1 (NPU)" in text
    for row in ("compute_us", "low_us", "high_us", "ddr_bytes", "energy_uj", "resident_bytes"):
        assert row in text


def test_an_explanation_takes_modules_views_and_globs():
    assert "sdpa_2: blocks.2.attn" in shown(explanation(partition_of(), "blocks.2.attn"))
    assert "permute: view" in shown(explanation(partition_of(), "permute"))
    many = shown(explanation(partition_of(), "blocks.*"))
    assert "more; partition.json has them all" in many


def test_an_unknown_node_is_an_error_with_the_nearest():
    with pytest.raises(OptionError) as caught:
        explanation(partition_of(), "querry_0")
    assert caught.value.message == (
        "nothing of whisper encoder is called 'querry_0'; expected 'query_0'?"
    )


# ------------------------------------------------------------------ toss-ups


def test_a_choice_within_the_error_bars_is_a_toss_up_and_one_without_is_not():
    sure = replace(profile_for(NPU1), low=1.0, high=1.0)
    vague = replace(sure, low=0.5, high=2.0)
    certain, doubtful = (assign(TINY, NPU1, Options(), cpu) for cpu in (sure, vague))
    assert [d.side for d in certain.decisions] == [d.side for d in doubtful.decisions]
    tossed = {d.op for d in doubtful.decisions if d.toss_up}
    assert {d.op for d in certain.decisions if d.toss_up} < tossed
    said = next(d.reason for d in doubtful.decisions if d.op in tossed)
    assert said.endswith("; a toss-up within the error bars")
    assert any(region.toss_up for region in regions(doubtful))
    assert "toss-up" in shown(listing(doubtful))


def test_what_the_user_demands_is_no_toss_up():
    cpu = replace(profile_for(NPU1), low=0.2, high=5.0)
    forced = assign(TINY, NPU1, Options(force_npu=("linear",)), cpu)
    assert not any(d.toss_up for d in forced.decisions)


def test_a_regions_loss_is_that_of_moving_all_of_it():
    partition = partition_of(NPU2)
    region = next(r for r in regions(partition) if r.module == "blocks.0-3.mlp.0")
    moved = partition_of(NPU2, force_cpu=("blocks.*.mlp.0",))
    assert region.loss == pytest.approx(moved.predicted_us - partition.predicted_us)


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


browser = pytest.mark.skipif(not shutil.which("chromium"), reason="no browser on this machine")


def dom(tmp_path, page: str, script: str = "") -> str:
    """The page's document after a browser ran it, and then `script` as a user's hands would."""
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", f"<script>{script}</script></body>"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"]
    command += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def rows(text: str) -> set[str]:
    return set(re.findall(r'<button class="row[^>]*data-op="([^"]+)"', text))


@browser
def test_graph_html_draws_in_a_browser(tmp_path):
    text = dom(tmp_path, to_html(partition_of()))
    assert {"conv1", "query_0", "up_0", "ln_post"} <= rows(text)
    assert "query_1" not in rows(text), "layers after the first are closed"
    assert text.count("<path") > 10
    assert "blocks.0-3.mlp.0" in text and "What the NPU cannot run" in text
    assert text.count('class="whisker"') > 10


@browser
def test_graph_html_searches_zooms_and_collapses(tmp_path):
    script = """
      byId("search").value = "mlp.2"; byId("search").oninput({target: byId("search")});
      byId("zoomin").click(); byId("zoomin").click();
    """
    text = dom(tmp_path, to_html(partition_of()), script)
    assert rows(text) == {f"down_{layer}" for layer in range(4)}
    assert 'id="strip" role="img"' in text and "width: 256%" in text
    closed = dom(tmp_path, to_html(partition_of()), 'byId("close").click();')
    assert "query_0" not in rows(closed) and "blocks.3" in closed
    hovered = 'document.querySelector(`[data-op="up_0"]`).dispatchEvent(new Event("mouseenter"));'
    panel = dom(tmp_path, to_html(partition_of()), hovered).split('id="panel"')[1]
    assert "1500 × 384 × 1536" in panel and "error bar" in panel and "moved alone" in panel


# ------------------------------------------------------------------ roofline


def test_points_lie_under_their_roofs():
    for target in (NPU1, NPU2):
        partition = partition_of(target)
        limits = {roof.side: roof for roof in roofs(partition)}
        assert points(partition)
        for point in points(partition):
            roof = limits[point.side]
            limit = min(roof.flops, point.intensity * roof.bytes_per_s)
            assert 0 < point.flops <= limit * 1.001, point


def test_the_roofline_names_regions_safely_and_needs_no_network():
    page = to_roofline(partition_of())
    assert "blocks.0-3.mlp.0 on NPU (runs here)" in page
    assert "blocks.0-3.mlp.0 on CPU (does not run here)" in page
    assert "http" not in page and "src=" not in page and "url(" not in page
    assert "<img" not in to_roofline(hostile())


@browser
def test_the_roofline_draws_in_a_browser(tmp_path):
    text = dom(tmp_path, to_roofline(partition_of()))
    assert text.count("<polyline") == 2 and text.count('class="mark') >= 6


# ------------------------------------------------------------------ timeline


def events(partition: Partition, kind: str) -> list[dict[str, Any]]:
    return [e for e in json.loads(to_timeline(partition))["traceEvents"] if e["ph"] == kind]


@pytest.mark.parametrize("objective", ["latency", "throughput"])
def test_slices_of_a_device_do_not_overlap(objective):
    slices = events(partition_of(NPU2, objective=objective), "X")
    for track in (1, 2):
        spans = sorted((e["ts"], e["ts"] + e["dur"]) for e in slices if e["tid"] == track)
        assert all(a[1] <= b[0] + 0.01 for a, b in pairwise(spans)) and spans


@pytest.mark.parametrize("memory_mb", [4096, 11])
def test_one_pass_lasts_as_long_as_predicted(memory_mb):
    partition = partition_of(NPU2, memory_mb=memory_mb)
    assert (memory_mb == 4096) == (partition.outcome.upload_us == 0)
    slices = events(partition, "X")
    end = max(e["ts"] + e["dur"] for e in slices)
    assert end == pytest.approx(partition.predicted_us, abs=0.1)
    assert {e["args"]["op"] for e in slices} >= {op.name for op in partition.npu_ops}


def test_passes_in_flight_overlap_and_arrows_follow_them():
    partition = partition_of(NPU2, objective="throughput")
    slices = events(partition, "X")
    assert {e["args"]["pass"] for e in slices} == set(range(partition.outcome.in_flight + 2))
    npu = [(e["ts"], e["ts"] + e["dur"]) for e in slices if e["tid"] == 1]
    cpu = [(e["ts"], e["ts"] + e["dur"]) for e in slices if e["tid"] == 2]
    assert any(a[0] < b[1] and b[0] < a[1] for a in npu for b in cpu)
    begins, ends = events(partition, "s"), events(partition, "f")
    assert len(begins) == len(ends) > 10
    assert all(a["id"] == b["id"] and a["ts"] <= b["ts"] for a, b in zip(begins, ends, strict=True))


# ------------------------------------------------------------------ files


def test_write_report_writes_its_files(tmp_path):
    paths = write_report(partition_of(), tmp_path / "new" / "folder")
    assert [p.name for p in paths] == [
        "partition.json",
        "graph.dot",
        "graph.html",
        "timeline.json",
        "roofline.html",
    ]
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
    assert "on no NPU: 0 ops, " in summary(partition)[0]
    assert embedded(to_html(replace(partition)))["target"] is None
