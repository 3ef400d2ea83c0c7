"""Parts by the names that people give them, and the CPUs that decisions are made for."""

from __future__ import annotations

import json

import pytest
from graphs import assign, linear_graph

from aiec.ir.errors import AiecError, OptionError, OutputError
from aiec.ir.options import Options
from aiec.ir.target import NPU1, NPU2
from aiec.partitioner import calibrate
from aiec.partitioner.calibrate import calibrated, chosen_cpu, measure, save
from aiec.partitioner.cpu_profile import profile_for, profile_named
from aiec.partitioner.machines import MACHINES, find_machine, machine_named, npu_of_part
from aiec.partitioner.shared_memory import SHARED_SHARE, slowdowns


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    """The profile's place in a folder of this test's own."""
    path = tmp_path / "aiec" / "cpu.json"
    monkeypatch.setattr(calibrate, "profile_path", lambda: path)
    return path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Phoenix 7940HS (npu1)", "Ryzen 9 7940HS"),
        ("Hawk Point 8845HS (npu1)", "Ryzen 7 8845HS"),
        ("Ryzen 7 8700G (npu1)", "Ryzen 7 8700G"),
        ("Krackan AI7-350 (npu2)", "Ryzen AI 7 350"),
        ("Krackan (npu2)", "Ryzen AI 7 350"),
        ("Strix HX370 (npu2)", "Ryzen AI 9 HX 370"),
        ("Strix AI9-365 (npu2)", "Ryzen AI 9 HX 370"),
        ("Strix Halo (npu2)", "Ryzen AI Max+ 395"),
        ("Ryzen AI Max PRO 390 (npu2)", "Ryzen AI Max+ 395"),
        ("AI 9 HX 370", "Ryzen AI 9 HX 370"),
        ("AI Max 395", "Ryzen AI Max+ 395"),
        ("npu1", "Ryzen 7 8845HS"),
        ("XDNA2 (npu2)", "Ryzen AI 9 HX 370"),
        ("XDNA1", "Ryzen 7 8845HS"),
        ("npu6", "Ryzen AI 7 350"),
        ("Ryzen 7 7840HS (npu1)", "Ryzen 9 7940HS"),
    ],
)
def test_people_name_parts_in_many_ways(text, name):
    assert machine_named(text).name == name


def test_an_unknown_part_is_an_error_that_names_the_known_ones():
    assert find_machine("Core Ultra 9") is None
    with pytest.raises(OptionError, match=r"unknown machine 'Core Ultra 9'; expected one of Ryzen"):
        machine_named("Core Ultra 9")


def test_every_part_has_its_clock_and_its_cpu():
    for machine in MACHINES:
        assert machine.npu.clock_hz == machine.npu_clock_hz
        assert profile_named(machine.name).gemm_flops < machine.peak_flops
    assert profile_named("8845HS").gemm_flops == pytest.approx(829e9)


def test_a_part_brings_its_own_npu_to_a_decision():
    graph = linear_graph(k=1536, n=1536, gelu=True)
    phoenix, hawk = (
        assign(graph, NPU1, Options(cpu=name, partition="npu-all")) for name in ("7940HS", "8845HS")
    )
    assert phoenix.target is not None and phoenix.target.title == "Ryzen 9 7940HS"
    assert phoenix.target.clock_hz == 1_000_000_000
    assert dict(phoenix.settings)["cpu.name"] == "Ryzen 9 7940HS"
    assert phoenix.decisions[0].npu and hawk.decisions[0].npu
    assert phoenix.decisions[0].npu.compute_us > 1.1 * hawk.decisions[0].npu.compute_us
    assert npu_of_part("HX 370", NPU1) == NPU1, "that part has another NPU"
    assert npu_of_part("auto", NPU1) == NPU1


def test_measured_rates_survive_the_file(own_file):
    said: list[str] = []
    profile = measure(budget_s=0.15, progress=said.append)
    assert 1e9 < profile.gemm_flops < 1e14
    assert 1e8 < profile.memory_bytes_per_s < 1e13
    assert 0.01 < profile.op_us < 1e4
    assert max(share for _, share in profile.gemm_ramp) == 1.0
    assert "measured with torch" in profile.source
    assert "memory bandwidth" in said
    assert calibrated() is None
    assert save(profile) == own_file
    assert calibrated() == profile
    assert chosen_cpu("auto", NPU2) == chosen_cpu("measured", NPU2) == profile


def test_without_a_measurement_the_cpu_is_the_one_beside_the_npu(own_file):
    assert chosen_cpu("auto", NPU1) == profile_for(NPU1)
    assert chosen_cpu("AI 7 350", NPU1).name == "Ryzen AI 7 350"
    with pytest.raises(OptionError, match=r"never measured; at option 'cpu'; run `aiec bench cali"):
        chosen_cpu(Options(cpu="measured").cpu, NPU1)


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"gemm_ramp": [], "name": "x"})])
def test_a_damaged_profile_says_so(own_file, text):
    own_file.parent.mkdir()
    own_file.write_text(text)
    with pytest.raises(AiecError, match=r"CPU's profile is damaged: .*cpu.json; measure again"):
        calibrated()


def test_a_profile_that_cannot_be_written_is_an_error(own_file):
    own_file.parent.write_text("in the way")
    with pytest.raises(OutputError, match="cannot write the CPU's profile: "):
        save(profile_for(NPU1))


def test_two_busy_devices_share_what_the_dram_gives():
    given = SHARED_SHARE * NPU1.dram_bytes_per_s
    assert slowdowns(given / 4, given / 4, NPU1) == (1.0, 1.0)
    assert slowdowns(given, given, NPU1) == (2.0, 2.0)
    assert slowdowns(2 * given, 0.0, NPU1) == (2.0, 1.0)
