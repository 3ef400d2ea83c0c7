"""The floor plan: complete, exact, safe, without a network; and the bottleneck in words."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import designs
import numpy as np
import pytest
from streaming import cascaded, collect, packet_flow, sender, sink, source

from aiec.cli import run
from aiec.ir.errors import OutputError
from aiec.runtime.sim.array.spans import Trace
from aiec.runtime.sim.simulator import Simulator
from aiec.runtime.sim.tell.bottleneck import Rates, sentences, verdict
from aiec.runtime.sim.tell.floor_plan import document, to_html
from aiec.runtime.sim.tell.timeline import MAX_COUNTS, MAX_SLICES, timeline

HOSTILE = '</script><img src=x onerror=alert(1)> "quoted" \\ & \' end'
CORE, FEED, SHIM = "core of tile (0, 2)", "tile (0, 2) S2MM 0", "tile (0, 0) MM2S 0"


class AddOne:
    """A kernel with a cycle model."""

    cycles = 5_000

    def __call__(self, x, y, n):
        y[:n] = x[:n] + 1


def ran(text, kernels=None, seed=0):
    """A traced run on zeros: simulator and report."""
    simulator = Simulator(text, kernels=kernels, seed=seed, trace=True)
    return simulator, simulator.run([a.zeros() for a in simulator.arguments()])


def relay(seed=0):
    return ran(designs.add_one_relay(), {"add_one": AddOne()}, seed)


def trace_of(simulator) -> Trace:
    trace = simulator._array.shared.engine.trace
    assert trace is not None
    return trace


def shown(simulator, report):
    return document(simulator._array.loaded.machine, trace_of(simulator), report)


def page_of(simulator, report):
    return to_html(simulator._array.loaded.machine, trace_of(simulator), report)


def embedded(page):
    match = re.search(r"^const D = (.*);$", page, re.MULTILINE)
    assert match
    return json.loads(match[1])


def row(rows, name):
    return next(row for row in rows if row["name"] == name)


# ------------------------------------------------------------------ slices


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_slices_add_up_to_the_report(seed):
    simulator, report = relay(seed)
    plan = shown(simulator, report)
    assert len(plan["edges"]) <= MAX_SLICES + 1
    (core,) = report.cores
    counted = row(plan["cores"], core.name)
    assert sum(counted["compute"]) == core.compute_cycles
    assert sum(counted["lock"]) == core.lock_cycles
    assert counted["calls"] == core.kernel_calls == 8
    assert len(plan["channels"]) == len(report.channels) == 8
    for channel in report.channels:
        counted = row(plan["channels"], channel.name)
        assert sum(counted["bytes"]) == channel.moved_bytes == 256
        assert sum(counted["busy"]) == channel.busy_cycles
        assert sum(counted["lock"]) == channel.lock_cycles
        assert counted["waited"] == channel.stream_cycles
    assert sum(plan["ddr"]) == report.ddr_bytes


def test_a_span_counts_in_the_slices_that_it_covers():
    trace = Trace()
    trace.add(CORE, "gemm", 5, 20)
    trace.add(CORE, "waits for lock 3 of tile (0, 2) >= 1 (it holds 0)", 25, 10)
    trace.add(CORE, "waits for a beat of the cascade", 35, 5)
    trace.add(FEED, "64 bytes", 0, 16)
    trace.add(FEED, "lock", 16, 8)
    line = timeline(trace, (), 4_000, ddr_rate=8)
    (core,), (feed,) = line.cores, line.channels
    assert line.edges[1] == 10
    assert core.compute[:4].tolist() == [5, 10, 5, 0]
    assert core.lock[:5].tolist() == [0, 0, 5, 5, 0]
    assert core.stream[:5].tolist() == [0, 0, 0, 5, 0]
    assert feed.busy[:3].tolist() == [10, 6, 0]
    assert feed.lock[:3].tolist() == [0, 4, 4]
    assert feed.moved_bytes[:3].tolist() == [40, 24, 0]
    assert core.spent[:2] == (("gemm", 20), ("waits for lock 3 of tile (0, 2) >= 1", 10))


def test_ddr_serves_a_transfer_at_its_end():
    trace = Trace()
    trace.add(SHIM, "80 bytes", 0, 30)
    assert timeline(trace, (), 400 * 10, ddr_rate=8).ddr_bytes[:4].tolist() == [0, 0, 80, 0]


def test_a_long_run_on_a_large_array_stays_small():
    trace = Trace()
    names = [f"tile ({c}, {r}) S2MM {n}" for c in range(8) for r in range(6) for n in range(6)]
    for k, name in enumerate(names):
        for start in range(k, 400_000_000, 400_000):
            trace.add(name, "1048576 bytes", start, 300_000)
    line = timeline(trace, names, 400_000_000, ddr_rate=25)
    assert len(names) * 3 * (len(line.edges) - 1) <= MAX_COUNTS
    for channel in line.channels:
        assert channel.moved_bytes.min() >= 0
        assert int(channel.moved_bytes.sum()) == 1000 * 1_048_576
        assert int(channel.busy.sum()) == 1000 * 300_000


# ------------------------------------------------------------------ words


def told(*spans, cycles=1000):
    trace = Trace()
    for span in spans:
        trace.add(*span)
    line, rates = timeline(trace, (), cycles, ddr_rate=8), Rates(stream=4, ddr=8)
    return verdict(line, rates).fact, sentences(line, rates)


def test_a_run_is_bound_by_what_is_used_most():
    fact, more = told((CORE, "gemm", 0, 890), (FEED, "400 bytes", 0, 100))
    assert fact == "compute bound: the busiest core computes 89 % of the time"
    assert "1 core: compute 89 %, lock stall 0 %, stream stall 0 %, idle 11 % of the time" in more
    assert "of the cores' time: gemm 89 %" in more
    assert told((SHIM, "3880 bytes", 0, 970))[0] == (
        "shim bound: tile (0, 0) MM2S 0 moves 97 % of what a stream can"
    )
    assert told((FEED, "3200 bytes", 0, 900))[0].startswith(
        "stream bound: tile (0, 2) S2MM 0 moves"
    )
    both = (SHIM, "3900 bytes", 0, 1000), ("tile (1, 0) S2MM 0", "3900 bytes", 0, 1000)
    fact, more = told(*both, (CORE, "gemm", 0, 960))
    assert fact == (
        "DDR bound: 7,800 bytes cross DDR at 7.80 of 8.00 bytes a cycle (98 %); close behind: "
        "tile (0, 0) MM2S 0 moves 98 % of what a stream can, "
        "the busiest core computes 96 % of the time"
    )
    assert told(("runtime sequence @s", "compute", 0, 900))[0] == (
        "issue bound: the sequence writes registers 90 % of the time"
    )


def test_a_run_that_only_waits_is_bound_by_latency():
    wait = "waits for lock full (1 of tile (0, 2)) >= 1 (it holds 0)"
    fact, more = told((CORE, "gemm", 0, 300), (CORE, wait, 300, 700), (SHIM, "100 bytes", 0, 900))
    assert fact == (
        "latency bound: nothing is used 75 % of the time, cores wait 70 % of it; "
        "most used: the busiest core computes 30 % of the time"
    )
    assert (
        "the longest stall: a core waits for lock full (1 of tile (0, 2)) >= 1, 70 % of the time"
        in (more)
    )
    slow = "tile (0, 0) MM2S 0 is longest under way, 90 % of the time, at 0.11 of 4 bytes a cycle"
    assert f"{slow}: DDR or its other end slows it" in more
    assert "no core has a program: the DMAs do all" in told((SHIM, "4 bytes", 0, 1))[1]
    assert "no core runs" in told((SHIM, "4 bytes", 0, 1))[0]


def test_the_words_of_a_simulated_run():
    simulator, report = relay()
    plan = shown(simulator, report)
    assert plan["verdict"]["text"].startswith("compute bound: the busiest core computes")
    assert plan["verdict"]["rows"] == (CORE,)
    assert any("add_one" in text for text in plan["sentences"])


# ------------------------------------------------------------------ links


def named(plan):
    names = [channel["name"] for channel in plan["channels"]]
    return {(names[link["from"]], *(names[n] for n in link["to"])) for link in plan["links"]}


def test_links_are_the_design_s_flows():
    assert named(shown(*relay())) == {
        ("tile (0, 0) MM2S 0", "tile (0, 1) S2MM 0"),
        ("tile (0, 1) MM2S 0", "tile (0, 2) S2MM 0"),
        ("tile (0, 2) MM2S 0", "tile (0, 1) S2MM 1"),
        ("tile (0, 1) MM2S 1", "tile (0, 0) S2MM 0"),
    }


def test_packets_have_links_and_cascades_stream_stalls():
    flows = packet_flow(3, ["left"], "shim") + packet_flow(5, ["right"], "shim")
    plan = shown(*ran(collect(16, sender("left", 1, 3) + sender("right", 101, 5), flows)))
    assert named(plan) == {
        ("tile (0, 2) MM2S 0", "tile (0, 0) S2MM 0"),
        ("tile (0, 3) MM2S 0", "tile (0, 0) S2MM 0"),
    }
    simulator, report = ran(cascaded(), {"source": source, "sink": sink})
    plan = shown(simulator, report)
    for core in report.cores:
        assert sum(row(plan["cores"], core.name)["stream"]) == core.stream_cycles
    assert any(core.stream_cycles for core in report.cores)


# ------------------------------------------------------------------ the page


def test_the_page_holds_all_says_simulated_and_needs_no_network():
    simulator, report = relay()
    page = page_of(simulator, report)
    assert embedded(page) == json.loads(json.dumps(shown(simulator, report)))
    assert '<span class="badge">simulated</span>' in page
    assert "(simulated)</title>" in page
    assert set(re.findall(r"https?://[^\"'\s)]*", page)) == {"http://www.w3.org/2000/svg"}  # a name
    for reference in ("src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "<link"):
        assert reference not in page


def test_the_page_is_safe_from_hostile_names():
    simulator, report = relay()
    trace_of(simulator).add(CORE, HOSTILE, 0, 10**9)
    object.__setattr__(report, "sequence", HOSTILE)
    object.__setattr__(report, "notes", (HOSTILE,))
    page = page_of(simulator, report)
    assert page.count("</script>") == 1
    assert "<img" not in page
    assert embedded(page)["sequence"] == HOSTILE
    assert embedded(page)["cores"][0]["spent"][0][0] == HOSTILE
    assert "innerHTML" not in page and "document.write" not in page


@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser on this machine")
def test_the_page_draws_in_a_browser(tmp_path):
    simulator, report = relay()
    simulator.write_floor_plan(tmp_path / "plan.html", report)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"]
    command += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--dump-dom", (tmp_path / "plan.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    verdict_line = re.search(r'<div id="verdict">(.*?)</div>', done.stdout)
    assert verdict_line and verdict_line[1].startswith("compute bound")
    assert done.stdout.count('<path class="link" d="M') == 4 + 1  # and the shim's to DDR
    assert all(f">{name}<" in done.stdout for name in ("core (0, 2)", "mem (0, 1)", "shim (0, 0)"))
    assert "<li>1 core: compute" in done.stdout


# ------------------------------------------------------------------ the command


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "design.mlir").write_text(designs.add_one_relay())
    (tmp_path / "kernels.py").write_text("def add_one(x, y, n):\n    y[:n] = x[:n] + 1\n")
    return tmp_path


def sim(folder: Path, *options):
    kernel = f"add_one={folder / 'kernels.py'}:add_one"
    return run(["sim", str(folder / "design.mlir"), "--kernel", kernel, *map(str, options)])


def test_the_command_writes_both(folder):
    trace, page = folder / "out.json", folder / "out.html"
    assert sim(folder, "--trace", trace, "--html", page) == 0
    assert json.loads(trace.read_text())["traceEvents"]
    assert embedded(page.read_text())["simulated"] is True


def test_a_place_that_cannot_be_written(folder, capsys):
    simulator, report = relay()
    with pytest.raises(OutputError, match="cannot write"):
        simulator.write_floor_plan(folder, report)
    out = folder / "b.npy"
    for option in ("--html", "--trace"):
        out.unlink(missing_ok=True)
        assert sim(folder, option, folder / "no" / "place", "--out", f"b={out}") == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"aiec: error: cannot write {folder / 'no' / 'place'}")
        assert np.load(out).tolist() == [1] * 64, "the results are not lost"
