// Powers of two of 16 fp32 lanes, as bf16.
//
// The bits of a bf16, as an integer over 2^7, are its exponent plus a mantissa in [0, 1): a piecewise
// linear logarithm, 127 above the true one at the powers of two and at most 0.086 off between them.
// So the bits of 2^s are s + 127 plus a small correction of s's fraction, to the nearest 2^-7; and an
// fp32 in [2^16, 2^17) counts just those: adding 1.5 * 2^16 leaves the bf16 in its low half.
#pragma once

#include <aie_api/aie.hpp>
#include <stdint.h>

constexpr unsigned group = 16; // fp32 lanes of a 512-bit vector
using fp32_group = aie::vector<float, group>;
using int_group = aie::vector<int32_t, group>;
using bf16_group = aie::vector<bfloat16, group>;
using accum_group = aie::accum<accfloat, group>;

inline accum_group group_of(float value) {
  return accum_group(aie::broadcast<float, group>(value));
}

// Adding it to |x| < 2^22 rounds to integers, whose order is that of the bits as integers.
constexpr float to_integer = 12582912.0f; // 1.5 * 2^23
// The same for multiples of 2^-7, with a bf16's bias.
constexpr float to_bf16 = 98304.0f + 127.0f;

// The bf16 in the low halves of two groups; below the smallest normal number, zero.
inline aie::vector<bfloat16, 2 * group> low_halves(const accum_group &a, const accum_group &b) {
  const int_group zero = aie::broadcast<int32_t, group>(0x47c00000); // the bits of 1.5 * 2^16
  const int_group first = aie::max(a.to_vector<float>().cast_to<int32_t>(), zero);
  const int_group second = aie::max(b.to_vector<float>().cast_to<int32_t>(), zero);
  return aie::filter_even(aie::concat(first, second).template cast_to<int16_t>())
      .template cast_to<bfloat16>();
}

#if __AIE_ARCH__ == 20

// With c = s - 1/2 - floor(s): the bits are s - 1/2 + a constant + c * (c1 + c * (c2 + c * c3)).
// Found by kernels/powers.py: fit; the constant is a multiple of 2^-7, c1 and c3 are bf16.
constexpr float power_0 = 53.0f / 128.0f, power_1 = -0.0198974609375f, power_2 = 0.34362104535f,
                power_3 = 0.080078125f;

// Of s - 1/2: the bf16 of 2^s in the low half.
inline accum_group power_bits(const accum_group &shifted) {
  const accum_group whole = aie::sub(aie::add(shifted, group_of(to_integer)), group_of(to_integer));
  const bf16_group c = aie::sub(shifted, whole).template to_vector<bfloat16>();
  const bf16_group square = aie::mul(c, c).template to_vector<bfloat16>();
  const bf16_group slope =
      aie::mac(group_of(power_2), c, aie::broadcast<bfloat16, group>(power_3)).template to_vector<bfloat16>();
  const accum_group linear = aie::mac(shifted, c, aie::broadcast<bfloat16, group>(power_1));
  return aie::add(aie::mac(linear, square, slope), group_of(power_0 + to_bf16));
}

#endif
