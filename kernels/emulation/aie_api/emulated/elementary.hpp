// Functions that AIE2P has instructions for.
#pragma once

#include "accum.hpp"

#include <cmath>

namespace aie {

// 2^v as bf16. Results too small for a normal number are zero. Not faithful: the exact power, rounded
// as the core is told to, where the hardware is said to interpolate, 2^floor(v) * (1 + frac(v)).
// Source: AMD's notes on kernels for Peano (2026); see docs/kernels.md, "What is uncertain".
template <typename T, unsigned N> inline vector<T, N> exp2(const vector<float, N> &v) {
  static_assert(std::is_same_v<T, bfloat16>, "aie_api: aie::exp2 gives bfloat16");
  static_assert(N == 0 || __AIE_ARCH__ == 21, "aie_api: aie::exp2 exists on AIE2P only");
  vector<float, N> power;
  emulated::each<power.chunks>([&](auto i) {
    for (unsigned k = 0; k < power.lanes; ++k)
      power.part[i][k] = v.part[i][k] < -126.0f ? 0.0f : std::exp2(v.part[i][k]);
  });
  return accum<accfloat, N>(power).template to_vector<bfloat16>();
}

} // namespace aie
