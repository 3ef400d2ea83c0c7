"""Text from a simulated NPU equals, character for character, the text of fp32 on the CPU.

Every GEMM of the encoder runs as emitted MLIR-AIE in the simulator, on the real weights of tiny.en.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from aiec.ir.graph import OpKind
from aiec.observe import compiled_graphs
from aiec.speech import weights
from aiec.speech.audio import load_audio

pytestmark = pytest.mark.slow
DEVICES = ("sim:npu2", "sim:npu1")
# More clips, a folder of files, may be named from outside: jfk.flac and the LibriVox ones are not
# in any package.
MORE_CLIPS = os.environ.get("AIEC_TEST_CLIPS")


def all_clips(clips):
    """The packaged English clips, and those of the folder named from outside."""
    more = Path(MORE_CLIPS).iterdir() if MORE_CLIPS else ()
    sounds = (path for path in more if path.suffix in (".flac", ".wav"))
    return [*clips, *sorted(sounds)]


def texts(aiec, files, folder, *arguments):
    command = ("transcribe", *files, "--model", "tiny.en", "-o", folder, "-f", "txt")
    status, _, err = aiec(*command, "--compute-type", "float32", *arguments)
    assert status == 0, err
    return {path.name: path.read_text() for path in folder.iterdir()}, err


@pytest.mark.parametrize("device", DEVICES)
def test_text_is_equal(device, aiec, clips, tmp_path):
    files = all_clips(clips)
    on_cpu, _ = texts(aiec, files, tmp_path / "cpu", "--device", "cpu")
    on_npu, err = texts(aiec, files, tmp_path / "npu", "--device", device, "--require-npu")
    assert len(on_cpu) == len(files)
    assert all(on_cpu.values())
    assert on_npu == on_cpu
    assert f"encoder on {device}" in err[0]
    assert "simulated NPU time" in err[0]
    assert f"windows: {len(files)}" in err[0]


@pytest.mark.parametrize("device", DEVICES)
@torch.inference_mode()
def test_cosine_of_the_encoder(device, clips, tiny_en):
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.feature_extractor import FeatureExtractor

    mel = np.ascontiguousarray(pad_or_trim(FeatureExtractor()(load_audio(next(iter(clips))))))
    encoder, window = weights.load_encoder(tiny_en), torch.from_numpy(mel)[None]
    options = {"device": device, "partition": "npu-all"}
    compiled = torch.compile(encoder, backend="aie", options=options)
    with compiled_graphs() as graphs:
        out = compiled(window)
    assert torch.cosine_similarity(out.flatten(), encoder(window).flatten(), dim=0) >= 0.998
    linear = [op for op in graphs[0].partition.graph.ops if op.kind is OpKind.LINEAR]
    assert graphs[0].partition.npu_ops == tuple(linear)
    telemetry = graphs[0].telemetry
    assert telemetry is not None
    assert telemetry.dispatches == len(linear) == 6 * 4  # six a layer
