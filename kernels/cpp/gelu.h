// GELU in its exact erf form on fp32 lanes, built from bf16 multiply-accumulates that AIE2 and
// AIE2P both have. Formula, fit and error: kernels/gelu.py.
#pragma once

#include "split.h"
#include "unroll.h"

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
