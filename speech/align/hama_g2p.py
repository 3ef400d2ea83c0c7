"""hama's pronunciations in torch: from spelling to IPA phones, word by word.

Where it stands: tells the aligner which phones of `hama_acoustic.py` a text should show. A
sequence-to-sequence model over letters (Hangul by its parts): an embedding with a small
convolution, two bidirectional GRUs, and a decoder of two GRUs whose attention is pulled towards
where it last was. All words of a text are decoded together, greedily.

Source: graph and weights of the package `hama` 1.7.0 (Apache-2.0), assets/encoder.hama and
assets/decoder_step.hama; its symbols are those of assets/g2p_vocab.json.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as nnf
from torch import Tensor

from aiec.ir.errors import ModelError
from aiec.speech.align.read_hama import numbered, read_hama
from aiec.speech.checkpoint import read_json

HIDDEN = 96  # of every GRU
MAX_LETTERS, MAX_PHONES = 128, 32  # the package's own limits
PULL = 0.1  # taken off an attention score for each letter away from the last place
CONV_REACH = 2  # letters on either side that the encoder's convolution sees


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of a word.

    Attributes:
        id: its row in the vocabulary, which is its column in the acoustic model.
        letter: index of the character of the word that it was read from.
    """

    id: int
    letter: int


class HamaG2P:
    """Pronounces words; what was pronounced once is remembered.

    Args:
        folder: where `encoder.hama`, `decoder_step.hama` and `g2p_vocab.json` lie.

    Raises:
        ModelError: a file is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        vocabulary = read_json(folder / "g2p_vocab.json")
        # Digits are in it, but their pronunciations are not English.
        letters = enumerate(vocabulary["encoder"])
        self.letters = {letter: i for i, letter in letters if not letter.isdigit()}
        self.phones: list[str] = vocabulary["decoder"]
        try:
            self.encoder = Encoder(read_hama(folder / "encoder.hama"))
            self.decoder = Decoder(read_hama(folder / "decoder_step.hama"))
        except (KeyError, ValueError, RuntimeError) as error:
            what = f"{folder} does not hold hama's pronunciations: {error}"
            raise ModelError(what, expected="the assets of hama 1.7.0") from None
        self.known: dict[str, tuple[Phone, ...]] = {}

    def __call__(self, words: Sequence[str]) -> list[tuple[Phone, ...]]:
        """The phones of each word; none for a word without any letter that the model knows."""
        new = sorted({word for word in words if word not in self.known})
        spelled = {word: self._spell(word) for word in new}
        self.known |= dict.fromkeys(new, ())
        legible = [word for word in new if spelled[word]]
        if legible:
            found = self._decode([[i for i, _ in spelled[word]] for word in legible])
            for word, phones in zip(legible, found, strict=True):
                self.known[word] = self._phones(phones, [at for _, at in spelled[word]])
        return [self.known[word] for word in words]

    def _spell(self, word: str) -> list[tuple[int, int]]:
        """Ids of the letters that the model knows, each with its index in `word`."""
        parts = (
            (self.letters.get(part), at)
            for at, char in enumerate(word)
            for part in unicodedata.normalize("NFD" if is_hangul(char) else "NFC", char.lower())
        )
        return [(letter, at) for letter, at in parts if letter is not None][:MAX_LETTERS]

    def _phones(self, found: list[tuple[int, int]], places: list[int]) -> tuple[Phone, ...]:
        """Phones whose letters never run backwards."""
        phones, last = [], 0
        for phone, position in found:
            last = max(last, places[min(position, len(places) - 1)])
            phones.append(Phone(phone, last))
        return tuple(phones)

    @torch.inference_mode()
    def _decode(self, words: list[list[int]]) -> list[list[tuple[int, int]]]:
        """For each word of letter ids: (phone id, index of the letter most attended to)."""
        lengths = torch.tensor([len(word) for word in words])
        longest = int(lengths.max()) + CONV_REACH  # as if padded on, for the convolution
        ids = torch.zeros(len(words), longest, dtype=torch.long)
        for row, word in zip(ids, words, strict=True):
            row[: len(word)] = torch.tensor(word)
        state = self.encoder(ids, lengths)
        token = torch.full((len(words),), self.phones.index("<sos>"))
        steps = []
        for _ in range(MAX_PHONES):
            token, letter, state = self.decoder(token, state)
            steps.append(torch.stack([token, letter], dim=1))
        ended = self.phones.index("<eos>")
        rows = torch.stack(steps, dim=1).tolist()
        return [_until(ended, row) for row in rows]


def is_hangul(char: str) -> bool:
    """Whether `char` is a whole syllable of Hangul, which the model reads by its parts."""
    return "\uac00" <= char <= "\ud7a3"


def _until(end: int, row: list[list[int]]) -> list[tuple[int, int]]:
    phones = [phone for phone, _ in row]
    length = phones.index(end) if end in phones else len(row)
    return [(phone, letter) for phone, letter in row[:length]]


@dataclass(frozen=True, slots=True)
class State:
    """What the decoder sees and carries: words first in every shape.

    Attributes:
        encoded: (words, letters, 192).
        keys: (words, letters, 96).
        padding: (words, letters), True behind a word's end.
        attention: (words, letters), of the last step.
        hidden: (2, words, 96), one for each GRU.
    """

    encoded: Tensor
    keys: Tensor
    padding: Tensor
    attention: Tensor
    hidden: Tensor


class Encoder:
    """Letters to states; `tensors` as they are named in encoder.hama."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.t = {name.removeprefix("model."): tensor for name, tensor in tensors.items()}
        exported = numbered(tensors, "onnx::GRU_")  # bias, weight, recurrent of either layer
        self.grus = [
            _gru(weight, recurrent, bias)
            for bias, weight, recurrent in (exported[:3], exported[3:])
        ]
        self.residual, self.key = numbered(tensors, "onnx::MatMul_")

    def __call__(self, ids: Tensor, lengths: Tensor) -> State:
        """ids (words, letters) with zeros behind a word's end, lengths (words)."""
        embedded = self.t["encoder_embedding.weight"][ids]
        depthwise = self.t["frontend.depthwise.weight"]
        mixed = nnf.conv1d(embedded.mT, depthwise, padding=CONV_REACH, groups=len(depthwise))
        mixed = nnf.conv1d(mixed, self.t["frontend.pointwise.weight"]).mT
        x = _norm(embedded + mixed, self.t, "frontend.norm")
        first, first_state = self._run(0, x, lengths)
        second, second_state = self._run(1, first, lengths)
        encoded = _norm(second + x @ self.residual, self.t, "encoder_out_norm")
        states = torch.stack([first_state, second_state])
        bridge = nnf.linear(states, self.t["bridge.weight"], self.t["bridge.bias"])
        padding = torch.arange(ids.shape[1]) >= lengths[:, None]
        even = (~padding) / lengths[:, None]
        return State(encoded, encoded @ self.key, padding, even, bridge.tanh())

    def _run(self, layer: int, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        packed = nn_pack(x, lengths)
        out, last = self.grus[layer](packed)
        unpacked, _ = torch.nn.utils.rnn.pad_packed_sequence(
            out, batch_first=True, total_length=x.shape[1]
        )
        return unpacked, last.transpose(0, 1).flatten(1)


class Decoder:
    """One phone a step; `tensors` as they are named in decoder_step.hama."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.t = {name.removeprefix("model."): tensor for name, tensor in tensors.items()}
        exported = numbered(tensors, "onnx::GRU_")  # weight, recurrent, bias of either cell
        self.cells = [_gru(*exported[:3]), _gru(*exported[3:])]
        matrices = numbered(tensors, "onnx::MatMul_")
        self.residual, self.query, self.location, self.energy, self.out = matrices

    def __call__(self, token: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """token (words): the last phones; the next ones, their letters, and the state."""
        embedded = self.t["decoder_embedding.weight"][token]
        first, _ = self.cells[0](embedded[:, None], state.hidden[:1].contiguous())
        second, _ = self.cells[1](first, state.hidden[1:].contiguous())
        hidden = torch.stack([first[:, 0], second[:, 0]])
        here = _norm(hidden[1] + embedded @ self.residual, self.t, "decoder_state_norm")
        attention = self._attend(here, state)
        context = (attention[:, None] @ state.encoded)[:, 0]
        joined = torch.cat([here, _norm(context, self.t, "context_norm")], dim=1)
        fused = nnf.linear(joined, self.t["context_proj.weight"], self.t["context_proj.bias"])
        fused = _norm(fused.tanh(), self.t, "fusion_norm")
        weight, bias = self.t["output_in_proj.weight"], self.t["output_in_proj.bias"]
        logits = nnf.linear(fused, weight, bias) @ self.out
        after = State(state.encoded, state.keys, state.padding, attention, hidden)
        return logits.argmax(dim=1), attention.argmax(dim=1), after

    def _attend(self, here: Tensor, state: State) -> Tensor:
        """Attention over letters (words, letters), pulled towards where it was."""
        kernel = self.t["attention.location_conv.weight"]
        around = nnf.conv1d(state.attention[:, None], kernel, padding=kernel.shape[-1] // 2)
        query = (here @ self.query)[:, None]
        score = ((query + state.keys + around.mT @ self.location).tanh() @ self.energy)[..., 0]
        positions = torch.arange(score.shape[1], dtype=score.dtype)
        expected = (state.attention * positions).sum(dim=1, keepdim=True)
        score = score - PULL * (positions - expected).abs()
        return score.masked_fill(state.padding, -torch.inf).softmax(dim=1)


def nn_pack(x: Tensor, lengths: Tensor) -> torch.nn.utils.rnn.PackedSequence:
    """x (words, letters, width) as torch's GRU takes words of different lengths."""
    return torch.nn.utils.rnn.pack_padded_sequence(
        x, lengths, batch_first=True, enforce_sorted=False
    )


def _norm(x: Tensor, tensors: dict[str, Tensor], name: str) -> Tensor:
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return nnf.layer_norm(x, weight.shape, weight, bias)


def _gru(weight: Tensor, recurrent: Tensor, bias: Tensor) -> torch.nn.GRU:
    """torch's GRU of an ONNX one: its gates are update, reset, new; torch wants reset first.

    weight (directions, 3h, inputs), recurrent (directions, 3h, h), bias (directions, 6h).
    """
    directions, _, inputs = weight.shape
    gru = torch.nn.GRU(inputs, HIDDEN, batch_first=True, bidirectional=directions == 2)
    order = torch.arange(3 * HIDDEN).view(3, HIDDEN)[[1, 0, 2]].flatten()
    for i, suffix in zip(range(directions), ("", "_reverse"), strict=False):
        state = {"weight_ih": weight[i], "weight_hh": recurrent[i]}
        state |= {"bias_ih": bias[i, : 3 * HIDDEN], "bias_hh": bias[i, 3 * HIDDEN :]}
        for name, tensor in state.items():
            getattr(gru, f"{name}_l0{suffix}").data = tensor[order].contiguous()
    return gru.requires_grad_(False)
