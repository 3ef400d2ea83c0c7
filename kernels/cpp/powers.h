// Powers of two of fp32 lanes, as bf16.
//
// The bits of a bf16, as an integer over 2^7, are its exponent plus a mantissa in [0, 1): a piecewise
// linear logarithm, 127 above the true one at the powers of two and at most 0.086 off between them.
// So the bits of 2^s are s + 127 plus a small correction of s's fraction, to the nearest 2^-7; and an
// fp32 in [2^16, 2^17) counts just those: adding 1.5 * 2^16 leaves the bf16 in its low half. AIE2P's
// own `aie::exp2` leaves the correction out, and is up to 6 % high.
#pragma once

#include <aie_api/aie.hpp>
#include <stdint.h>

#include "split.h"

constexpr unsigned group = 16; // fp32 lanes of a 512-bit vector
using fp32_group = aie::vector<float, group>;
using int_group = aie::vector<int32_t, group>;
using accum_group = aie::accum<accfloat, group>;

inline accum_group group_of(float value) {
  return accum_group(aie::broadcast<float, group>(value));
}

// Adding it to |x| < 2^22 rounds to integers, whose order is that of the bits as integers.
constexpr float to_integer = 12582912.0f; // 1.5 * 2^23
// The same for multiples of 2^-7, with a bf16's bias.
constexpr float to_bf16 = 98304.0f + 127.0f;

// The bf16 in the low halves; below the smallest normal number, zero.
inline aie::vector<bfloat16, 32> low_halves(const aie::vector<int32_t, 32> &bits) {
  const auto zero = aie::broadcast<int32_t, 32>(0x47c00000); // the bits of 1.5 * 2^16
  return aie::filter_even(aie::max(bits, zero).template cast_to<int16_t>())
      .template cast_to<bfloat16>();
}

// With c = s - 1/2 - floor(s): the bits are s - 1/2 + a constant + c * (c1 + c * (c2 + c * c3)).
// Found by kernels/powers.py: fit; the constant is a multiple of 2^-7, c1 and c3 are bf16.
constexpr float power_0 = 53.0f / 128.0f, power_1 = -0.0198974609375f, power_2 = 0.34362104535f,
                power_3 = 0.080078125f;

// Of s - 1/2: the bf16 of 2^s in the low half.
inline int_lanes power_bits(const accum_lanes &shifted) {
  const accum_lanes whole = aie::sub(aie::add(shifted, constant(to_integer)), constant(to_integer));
  const bf16_lanes c = aie::sub(shifted, whole).template to_vector<bfloat16>();
  const bf16_lanes square = aie::mul(c, c).template to_vector<bfloat16>();
  const bf16_lanes steepest = aie::broadcast<bfloat16, lanes>(power_3);
  const bf16_lanes slope = aie::mac(constant(power_2), c, steepest).template to_vector<bfloat16>();
  const accum_lanes linear = aie::mac(shifted, c, aie::broadcast<bfloat16, lanes>(power_1));
  return bits_of(aie::add(aie::mac(linear, square, slope), constant(power_0 + to_bf16)));
}
