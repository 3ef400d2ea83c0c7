// Functions that AIE2P has instructions for.
#pragma once

#include "accum.hpp"

#include <cmath>

namespace aie {

// 2^floor(v) * (1 + frac(v)) as bf16: an interpolated power, up to 6.15 % above it. Results too small
// for a normal number are zero. Inferred from AMD's notes on kernels for Peano (2026), and errors of 2
// to 4 % that a project measured; that the sum is rounded as the core is told to, is assumed.
template <typename T, unsigned N> inline vector<T, N> exp2(const vector<float, N> &v) {
  static_assert(std::is_same_v<T, bfloat16>, "aie_api: aie::exp2 gives bfloat16");
  static_assert(N == 0 || __AIE_ARCH__ == 21, "aie_api: aie::exp2 exists on AIE2P only");
  vector<float, N> power;
  emulated::each<power.chunks>([&](auto i) {
    for (unsigned k = 0; k < power.lanes; ++k) {
      const float x = v.part[i][k], whole = std::floor(x);
      power.part[i][k] = x < -126.0f ? 0.0f : std::ldexp(1.0f + (x - whole), int(whole));
    }
  });
  return accum<accfloat, N>(power).template to_vector<bfloat16>();
}

} // namespace aie
