// GELU in its exact erf form on fp32 lanes, built from bf16 multiply-accumulates that AIE2 and
// AIE2P both have. Formula, fit and error: kernels/gelu.py.
//
// fp32 products do not exist in the hardware; aie_api emulates one by six to nine bf16 products.
// Three are enough here: a factor is split into two bf16, high + low, and the product of the two
// low parts (2^-18 of the result) is left out.
#pragma once

#include <aie_api/aie.hpp>

#include "unroll.h"

// Lanes of one bf16 multiply-accumulate. Source: aie_api mul_acc32_fp.hpp of AIE2 and AIE2P.
#if __AIE_ARCH__ == 20
constexpr unsigned lanes = 16;
#else
constexpr unsigned lanes = 32;
#endif

using fp32_lanes = aie::vector<float, lanes>;
using bf16_lanes = aie::vector<bfloat16, lanes>;
using accum_lanes = aie::accum<accfloat, lanes>;

// value = high + low, to 16 bits of mantissa. Needs rounding to nearest.
struct split {
  bf16_lanes high, low;

  explicit split(const accum_lanes &value)
      : high(value.to_vector<bfloat16>()),
        low(aie::sub(value, high).template to_vector<bfloat16>()) {}
};

inline accum_lanes constant(float value) {
  return accum_lanes(aie::broadcast<float, lanes>(value));
}

// a * b, and sum + a * b. What depends on a.low, which is ready last, comes last.
inline accum_lanes product(const split &a, const split &b) {
  return aie::mac(aie::mac(aie::mul(a.high, b.high), a.high, b.low), a.low, b.high);
}
inline accum_lanes fma(const accum_lanes &sum, const split &a, const split &b) {
  return aie::mac(aie::mac(aie::mac(sum, a.high, b.high), a.high, b.low), a.low, b.high);
}
inline split square(const split &a) { return split(product(a, a)); }

// The eighth root of Q(a) by powers of a - 3, the highest first. Found by kernels/gelu.py: fit.
constexpr float tail_root[] = {
    1.6426714864792302e-05f, -7.954024476930499e-05f, -0.0006957039004191756f,
    0.005080774426460266f,   0.011386949568986893f,   -0.1796383112668991f,
    0.4378228783607483f,
};

// max(x, 0) - a * Q(a) with a = min(|x|, 6).
inline accum_lanes gelu(const fp32_lanes &x) {
  const fp32_lanes a = aie::min(aie::max(x, aie::neg(x)), aie::broadcast<float, lanes>(6.0f));
  const split centred(aie::add(accum_lanes(a), aie::broadcast<float, lanes>(-3.0f)));

  accum_lanes root = constant(tail_root[0]);
  unroll<6>([&](auto i) { root = fma(constant(tail_root[i + 1]), split(root), centred); });

  const split tail = square(square(square(split(root))));
  const accum_lanes positive(aie::max(x, aie::zeros<float, lanes>()));
  return aie::sub(positive, product(tail, split(accum_lanes(a))));
}
