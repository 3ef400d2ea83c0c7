"""hama's acoustic model in torch: from sound to the probabilities of IPA phones.

Where it stands: the default aligner where no wav2vec2 is at hand (`load.py`). A Conformer of 2.2
million parameters, trained with CTC on English and Korean: log mel spectrogram, a convolution that
halves the frames, four blocks (half a feed-forward, attention without positions, a depthwise
convolution, the other half), a projection to 189 phones, word boundary and blank.

Segments of different lengths run together: what lies behind a segment's end is kept zero where a
convolution would see it, and masked in attention, so that each gives what it gives alone.

Source: graph and weights of the package `hama` 1.7.0 (Apache-2.0), assets/asr_waveform.hama.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from aiec.ir.errors import ModelError
from aiec.speech.align.read_hama import numbered, read_hama

N_FFT, HOP, N_MELS = 400, 160, 80
WIDTH, HEADS, BLOCKS, KERNEL = 144, 4, 4, 31
PHONES = 191  # 189 symbols of IPA, word boundary, blank
FRAME_S = 2 * HOP / 16000


class FeedForward(nn.Module):
    """Norm, four times the width, SiLU, back: (batch, frames, width) to the same."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Half of this is added to x."""
        return self.fc2(nnf.silu(self.fc1(self.norm(x))))


class ConvModule(nn.Module):
    """Norm, gated pointwise, depthwise over 31 frames, SiLU, pointwise."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.pointwise1 = nn.Conv1d(WIDTH, 2 * WIDTH, 1)
        self.depthwise = nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2, groups=WIDTH)
        self.pointwise2 = nn.Conv1d(WIDTH, WIDTH, 1)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x (batch, frames, width), valid (batch, frames): frames that are sound."""
        gated = nnf.glu(self.pointwise1(self.norm(x).mT), dim=1) * valid[:, None]
        return self.pointwise2(nnf.silu(self.depthwise(gated))).mT


class Block(nn.Module):
    """One block of the Conformer."""

    def __init__(self) -> None:
        super().__init__()
        self.ffn1, self.ffn2 = FeedForward(), FeedForward()
        self.attn_norm = nn.LayerNorm(WIDTH)
        self.in_proj = nn.Linear(WIDTH, 3 * WIDTH)
        self.out_proj = nn.Linear(WIDTH, WIDTH)
        self.conv = ConvModule()
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x (batch, frames, width), valid (batch, frames)."""
        x = x + 0.5 * self.ffn1(x)
        x = x + self._attention(self.attn_norm(x), valid)
        x = x + self.conv(x, valid)
        return self.norm(x + 0.5 * self.ffn2(x))

    def _attention(self, x: Tensor, valid: Tensor) -> Tensor:
        split = (*x.shape[:2], 3, HEADS, WIDTH // HEADS)
        query, key, value = self.in_proj(x).view(split).permute(2, 0, 3, 1, 4)
        mask = valid[:, None, None, :]
        mixed = nnf.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class HamaAcoustic(nn.Module):
    """Sound at 16 kHz to log probabilities of phones, 50 frames a second."""

    def __init__(self) -> None:
        super().__init__()
        self.mel = nn.Parameter(torch.empty(N_FFT // 2 + 1, N_MELS))
        self.real = nn.Parameter(torch.empty(N_FFT // 2 + 1, 1, N_FFT))
        self.imag = nn.Parameter(torch.empty(N_FFT // 2 + 1, 1, N_FFT))
        self.stem = nn.Conv1d(N_MELS, WIDTH, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.proj = nn.Linear(WIDTH, PHONES)

    def forward(self, mel: Tensor, frames: Tensor) -> Tensor:
        """mel (batch, 80, longest), zero behind each end; frames (batch): after the stem."""
        x = nnf.gelu(self.stem(mel)).mT
        valid = torch.arange(x.shape[1], device=x.device) < frames[:, None]
        for block in self.blocks:
            x = block(x, valid)
        return self.proj(x).log_softmax(dim=-1)

    def spectrogram(self, samples: Tensor) -> Tensor:
        """samples (n,) float32 to the log mel spectrogram (80, n // 160 + 1)."""
        if len(samples) <= N_FFT // 2:  # too short to be reflected
            samples = nnf.pad(samples, (0, N_FFT // 2 + 1 - len(samples)))
        padded = nnf.pad(samples[None, None], (N_FFT // 2, N_FFT // 2), mode="reflect")
        parts = [nnf.conv1d(padded, kernel, stride=HOP) for kernel in (self.real, self.imag)]
        power = parts[0] ** 2 + parts[1] ** 2
        return (power[0].mT @ self.mel).clamp(min=1e-10).log().mT

    @torch.inference_mode()
    def emissions(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log probabilities (frames, 191) of each of `sounds` (n,), computed together."""
        device = self.mel.device
        mels = [self.spectrogram(torch.from_numpy(sound).to(device)) for sound in sounds]
        lengths = [(mel.shape[1] + 1) // 2 for mel in mels]
        longest = max(mel.shape[1] for mel in mels)
        batch = torch.stack([nnf.pad(mel, (0, longest - mel.shape[1])) for mel in mels])
        found = self(batch, torch.tensor(lengths, device=device)).cpu().numpy()
        return [one[:length] for one, length in zip(found, lengths, strict=True)]


def load_acoustic(path: Path) -> HamaAcoustic:
    """The model stored in the `.hama` file `path`, float32, in eval mode.

    Raises:
        ModelError: the file is damaged, or holds another model.
    """
    tensors = read_hama(path)
    model = HamaAcoustic().eval().requires_grad_(False)
    try:
        model.load_state_dict(_state(tensors))
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        what = f"{path} is not hama's acoustic model: {str(error).splitlines()[0]}"
        raise ModelError(what, expected="asr_waveform.hama of hama 1.7.0") from None
    return model


def _state(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our names; matrices and folded convolutions come numbered in the order of the graph."""
    prefix = "acoustic_model.model."
    state = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
    state = {n.replace("attn.in_proj_", "in_proj."): t for n, t in state.items()}
    state = {n.replace("attn.out_proj", "out_proj"): t for n, t in state.items()}
    state |= {"mel": tensors["mel_fb"], "proj.weight": state["proj.weight"][..., 0]}
    state |= {"real": tensors["stft_real_kernel"], "imag": tensors["stft_imag_kernel"]}
    folded = iter(numbered(tensors, "onnx::Conv_"))
    for name in ("stem", *(f"blocks.{i}.conv.depthwise" for i in range(BLOCKS))):
        state |= {f"{name}.weight": next(folded), f"{name}.bias": next(folded)}
    matrices = iter(numbered(tensors, "onnx::MatMul_"))
    for i in range(BLOCKS):
        for name in ("ffn1.fc1", "ffn1.fc2", "in_proj", "out_proj", "ffn2.fc1", "ffn2.fc2"):
            state[f"blocks.{i}.{name}.weight"] = next(matrices).mT
    return state
