"""A fingerprint changes with every write that a packed weight could show."""

import pytest
import torch

from aiec.runtime.fingerprint import fingerprint

WRITES = {
    "all": lambda w: w.mul_(1.01),
    "one": lambda w: w[3, 5].add_(0.02),
    "row": lambda w: w[7].zero_(),
    "column": lambda w: w[:, 7].zero_(),
    "two rows exchanged": lambda w: w.copy_(w.flip(0)),
    "two columns exchanged": lambda w: w.copy_(w.flip(1)),
    "sign": lambda w: w.neg_(),
    "nan": lambda w: w[0, 0].fill_(torch.nan),
}
DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_writes_are_seen(write, dtype):
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(0)).to(dtype)
    before = fingerprint(weight)
    assert fingerprint(weight) == before
    write(weight)
    assert fingerprint(weight) != before


@pytest.mark.parametrize("shape", [(), (1,), (5,), (0,), (4, 3, 3), (2, 0)])
def test_any_shape(shape):
    weight = torch.ones(shape)
    before = fingerprint(weight)
    weight.mul_(2)
    assert (fingerprint(weight) != before) == (weight.numel() > 0)


def test_nan_is_equal_to_itself():
    weight = torch.full((4, 4), torch.nan)
    assert fingerprint(weight) == fingerprint(weight.clone())


def test_modes_do_not_matter():
    weight = torch.randn(6, 8)
    with torch.inference_mode():
        assert fingerprint(weight.clone()) == fingerprint(weight)
    assert fingerprint(torch.nn.Parameter(weight)) == fingerprint(weight)
