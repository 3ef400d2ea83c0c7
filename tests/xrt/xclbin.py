"""An xclbin of a design, packed by AMD's xclbinutil from the metadata that aiecc gives it.

Source of the metadata: mlir-aie `tools/aiecc/SidecarFiles.h`, 14 Aug 2026.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from board.image import pack
from debian import Debian

from aiec.codegen.design_folder import TEXT, XCLBIN
from aiec.runtime.sim.simulator import target_of

_KERNEL, _INSTANCE, _KERNEL_ID = "MLIR_AIE", "MLIRAIE", "0x901"
_HOST_BUFFERS = 5  # at least: the firmware's chains count on them
_UUID = "00000000-0000-0000-0000-0000000061ec"


def make_xclbin(design: Path, debian: Debian, folder: Path) -> Path:
    """Pack the design's folder into `folder`, which lies in the tree; the xclbin's path."""
    text = (design / TEXT).read_text()
    (folder / "design.pdi").write_bytes(pack(design))
    sections = {
        "mem_topology": _memories(),
        "kernels": _kernels(max(_HOST_BUFFERS, _arguments(text))),
        "aie_partition": _partition(target_of(text).columns),
    }
    for name, content in sections.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    done = debian.run(
        "xclbinutil", "--add-replace-section", "MEM_TOPOLOGY:JSON:mem_topology.json",
        "--add-kernel", "kernels.json", "--add-replace-section",
        "AIE_PARTITION:JSON:aie_partition.json", "--force", "--output", XCLBIN,
        cwd=f"/{folder.relative_to(debian.root)}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / XCLBIN


def _arguments(text: str) -> int:
    """The most host buffers that a sequence of the text takes."""
    heads = re.findall(r"runtime_sequence @\w+\(([^)]*)\)", text)
    return max(head.count("%") for head in heads)


def _memories() -> dict[str, Any]:
    def dram(kilobytes: str, tag: str) -> dict[str, str]:
        return {"m_type": "MEM_DRAM", "m_used": "1", "m_sizeKB": kilobytes, "m_tag": tag,
                "m_base_address": "0x4000000"}  # fmt: skip

    memories = [dram("0x10000", "HOST"), dram("0xc000", "SRAM")]
    return {"mem_topology": {"m_count": "2", "m_mem_data": memories}}


def _kernels(host_buffers: int) -> dict[str, Any]:
    def argument(name: str, kind: str, offset: int, memory: str | None = None) -> dict[str, str]:
        found = {"name": name, "type": kind, "offset": f"0x{offset:02X}"}
        if memory is None:
            return found | {"address-qualifier": "SCALAR"}
        return found | {"address-qualifier": "GLOBAL", "memory-connection": memory}

    arguments = [
        argument("opcode", "uint64_t", 0x00),
        argument("instr", "char *", 0x08, "SRAM"),
        argument("ninstr", "uint32_t", 0x10),
        *(argument(f"bo{i}", "void*", 0x14 + 8 * i, "HOST") for i in range(host_buffers)),
    ]
    extended = {"subtype": "DPU", "functional": "0", "dpu_kernel_id": _KERNEL_ID}
    kernel = {"name": _KERNEL, "type": "dpu", "extended-data": extended, "arguments": arguments,
              "instances": [{"name": _INSTANCE}]}  # fmt: skip
    return {"ps-kernels": {"kernels": [kernel]}}


def _partition(columns: int) -> dict[str, Any]:
    group = {"name": "DPU", "type": "PRIMARY", "pdi_id": "0x01", "dpu_kernel_ids": [_KERNEL_ID],
             "pre_cdo_groups": ["0xC1"]}  # fmt: skip
    pdi = {"uuid": _UUID, "file_name": "design.pdi", "cdo_groups": [group]}
    return {
        "aie_partition": {
            "name": "QoS",
            "operations_per_cycle": "2048",
            "inference_fingerprint": "23423",
            "pre_post_fingerprint": "12345",
            "partition": {"column_width": columns, "start_columns": [0]},
            "PDIs": [pdi],
        }
    }
