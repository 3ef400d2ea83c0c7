// fp32 lanes, and their products: sums of bf16 products, which is all that the hardware has.
//
// aie_api emulates an fp32 product by six to nine bf16 products. Three are enough for most: a factor
// is split into two bf16, high + low, and the product of the two low parts (2^-18 of the result) is
// left out. `exact` splits into three, and its six products hold 2^-24.
#pragma once

#include <aie_api/aie.hpp>
#include <stdint.h>

#include "unroll.h"

// Lanes of one bf16 multiply-accumulate. Source: aie_api mul_acc32_fp.hpp of AIE2 and AIE2P.
#if __AIE_ARCH__ == 20
constexpr unsigned lanes = 16;
#else
constexpr unsigned lanes = 32;
#endif

using fp32_lanes = aie::vector<float, lanes>;
using int_lanes = aie::vector<int32_t, lanes>;
using bf16_lanes = aie::vector<bfloat16, lanes>;
using accum_lanes = aie::accum<accfloat, lanes>;

inline accum_lanes constant(float value) {
  return accum_lanes(aie::broadcast<float, lanes>(value));
}
inline int_lanes bits_of(const accum_lanes &value) {
  return value.to_vector<float>().cast_to<int32_t>();
}
inline accum_lanes from_bits(const int_lanes &bits) {
  return accum_lanes(bits.template cast_to<float>());
}

// value = high + low, to 16 bits of mantissa. Needs rounding to nearest.
struct split {
  bf16_lanes high, low;

  explicit split(const accum_lanes &value)
      : high(value.to_vector<bfloat16>()),
        low(aie::sub(value, high).template to_vector<bfloat16>()) {}
};

// a * b, and sum + a * b. What depends on a.low, which is ready last, comes last.
inline accum_lanes product(const split &a, const split &b) {
  return aie::mac(aie::mac(aie::mul(a.high, b.high), a.high, b.low), a.low, b.high);
}
inline accum_lanes fma(const accum_lanes &sum, const split &a, const split &b) {
  return aie::mac(aie::mac(aie::mac(sum, a.high, b.high), a.high, b.low), a.low, b.high);
}
// sum - a * b; the large product first, since it is what `sum` may cancel against.
inline accum_lanes fnma(const accum_lanes &sum, const split &a, const split &b) {
  return aie::msc(aie::msc(aie::msc(sum, a.high, b.high), a.high, b.low), a.low, b.high);
}

// value = high + middle + low, all 24 bits.
struct exact {
  bf16_lanes high, middle, low;

  explicit exact(const accum_lanes &value) {
    high = value.to_vector<bfloat16>();
    const accum_lanes rest = aie::sub(value, high);
    middle = rest.to_vector<bfloat16>();
    low = aie::sub(rest, middle).template to_vector<bfloat16>();
  }
};

// sum - a * b, the large products first, which `sum` may cancel against. One copy of it, since what
// needs all bits is rare.
__attribute__((noinline)) inline accum_lanes less_product(const accum_lanes sum,
                                                          const accum_lanes left,
                                                          const accum_lanes right) {
  const exact a(left), b(right);
  const accum_lanes large = aie::msc(aie::msc(sum, a.high, b.high), a.high, b.middle);
  const accum_lanes middle = aie::msc(aie::msc(large, a.middle, b.high), a.middle, b.middle);
  return aie::msc(aie::msc(middle, a.high, b.low), a.low, b.high);
}

inline accum_lanes negative(const accum_lanes &value) { return aie::sub(constant(0.0f), value); }

// -1 / x of positive x, to all bits: a first guess from the exponent, then Newton's iterations, each of
// which squares the error, 5e-2 at first. One copy of it, since it is rarely called.
__attribute__((noinline)) inline accum_lanes negative_reciprocal(const accum_lanes x) {
  const int_lanes magic = aie::broadcast<int32_t, lanes>(0x7ef311c7);
  accum_lanes y = negative(from_bits(aie::sub(magic, bits_of(x))));
  for (unsigned i = 0; i < 3; ++i) // y * (2 + x * y), twice negated
    y = less_product(constant(0.0f), y, less_product(constant(-2.0f), x, y));
  return y;
}

// 1 / sqrt(x) of positive x, to 2^-16; the first error is 3e-2.
inline accum_lanes reciprocal_root(const accum_lanes &x) {
  const int_lanes one = aie::broadcast<int32_t, lanes>(1 << 23); // of an exponent
  const int_lanes magic = aie::broadcast<int32_t, lanes>(0x5f3759df);
  const split half(from_bits(aie::sub(bits_of(x), one)));
  accum_lanes y = from_bits(aie::sub(magic, aie::downshift(bits_of(x), 1)));
  for (unsigned i = 0; i < 3; ++i) {
    const split before(y);
    y = product(before, split(fnma(constant(1.5f), half, split(product(before, before)))));
  }
  return y;
}
