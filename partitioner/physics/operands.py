"""Types of operands and results: their spellings in measurements, and their bytes."""

from __future__ import annotations

from enum import StrEnum


class Dtype(StrEnum):
    """Operands of a product, as the matrix unit takes them."""

    INT8 = "int8"
    INT16 = "int16"
    INT16_INT8 = "int16 x int8"
    INT32 = "int32"
    BF16 = "bf16"
    BF16_EMULATED = "bf16 as bfp16"
    BF16_BFP16 = "bf16 x bfp16"
    BFP16 = "bfp16"
    FP32 = "fp32"


BFP16_BYTES = 9 / 8  # nine bytes hold eight values
BYTES: dict[str, float] = {
    "int4": 0.5, "int8": 1, "int16": 2, "int32": 4, "bf16": 2, "fp16": 2, "fp32": 4,
    "bfp16": BFP16_BYTES, "bfp16ebs8": BFP16_BYTES,
}  # fmt: skip
_ALIASES = {"i8": "int8", "uint8": "int8", "i16": "int16", "i32": "int32", "f32": "fp32"}
_ALIASES |= {"float32": "fp32", "bfloat16": "bf16", "f16": "fp16", "float16": "fp16"}


def type_named(text: str) -> str:
    """The model's name of a type by any of its spellings; what is unknown stays as it is."""
    first = text.split("(")[0].split(" ")[0].strip().lower()
    return _ALIASES.get(first, first)


def operand_bytes(dtype: Dtype) -> tuple[float, float]:
    """Bytes an element of either operand takes in memory."""
    if dtype is Dtype.BF16_BFP16:
        return 2, BFP16_BYTES
    if dtype is Dtype.BFP16:
        return BFP16_BYTES, BFP16_BYTES
    if dtype is Dtype.INT16_INT8:
        return 2, 1
    size = BYTES["bf16" if dtype is Dtype.BF16_EMULATED else dtype.value]
    return size, size
