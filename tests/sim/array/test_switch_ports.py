"""Stream switches have only so many ports."""

import designs
import pytest

from aiec.ir.errors import DesignError
from aiec.runtime.sim import Simulator
from aiec.runtime.sim.array.switch_ports import Net, check_routes

CORES = {f"t{r}": (0, r) for r in (2, 3, 4)}


def down(count, device="npu2_1col", flow=designs.flow):
    """`count` streams from the cores of column 0 to its mem tile."""
    flows = "".join(flow(f"t{2 + i // 2}", i % 2, "mem", i) for i in range(count))
    body = designs.tiles(mem=(0, 1), **CORES) + flows + designs.sequence({}, "")
    return designs.module(body, device)


def packets(source, out, sink, into):
    return (
        f"aie.packet_flow({into}) {{ aie.packet_source<%{source}, DMA : {out}> "
        f"aie.packet_dest<%{sink}, DMA : {into}> }}\n"
    )


def test_four_streams_go_south_and_a_fifth_does_not():
    Simulator(down(4))
    with pytest.raises(DesignError) as caught:
        Simulator(down(5))
    text = str(caught.value)
    assert "the stream switch of tile (0, 2) needs 5 ports to tile (0, 1)" in text
    assert "tile (0, 3) MM2S 1" in text
    assert "at aie.flow (<design>:" in text
    assert "expected at most 4" in text


def test_the_fifth_finds_a_way_round_where_there_is_one():
    Simulator(down(6, "npu2_2col"))


def test_packets_share_a_port():
    Simulator(down(6, flow=packets))


def test_packets_need_a_port_beside_the_circuits():
    text = down(4).replace(
        "aie.runtime_sequence", packets("t4", 0, "mem", 4) + "aie.runtime_sequence"
    )
    with pytest.raises(DesignError, match=r"needs 5 ports to tile \(0, 1\): .*packets 4 of tile"):
        Simulator(text)


def test_a_broadcast_crosses_a_border_once():
    """Ten broadcasts west to east would need ten ports a border if each sink had its own."""
    row = tuple((c, 2) for c in range(1, 8))
    check_routes([Net(str(i), (0, 2), row) for i in range(4)], 8, 6)
    many = [Net(str(i), (0, 2), ((1, 2),)) for i in range(15)]
    with pytest.raises(DesignError, match="the stream switch of tile"):
        check_routes(many, 8, 6)  # 4 east, 6 north and 4 south lead away


def test_the_whole_array_at_once_is_quick():
    """Rows and columns are broadcast to, and four streams a column come back: as a GEMM has it."""
    nets = [Net(f"row {r}", (2 * r, 1), tuple((c, 2 + r) for c in range(8))) for r in range(4)]
    nets += [Net(f"column {c}", (c, 1), tuple((c, 2 + r) for r in range(4))) for c in range(8)]
    nets += [Net(f"out {c} {r}", (c, 2 + r), ((c, 1),)) for c in range(8) for r in range(4)]
    check_routes(nets, 8, 6)
    assert len(nets) == 44
