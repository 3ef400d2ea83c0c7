// Operands rounded to bfp16ebs8: eight values that share an exponent, with mantissas of eight bits.
//
// A block's step is 2^-6 of the power of two at or below its largest magnitude; a mantissa is a
// multiple of it from -128 to 127, in the core's rounding mode. Where the largest rounds to +128,
// the shared exponent is raised and all are rounded anew.
// Sources: the format, mlir-aie programming_examples/ml/block_datatypes; that the conversion obeys
// the rounding mode, mlir-aie pull request 3442 (measured on Strix: errors that this step gives, and
// twice or half of it does not); the raised exponent, an open project's measurement on AIE2P of
// September 2026 under conv_even. Assumed: that it is raised in the other modes too, and how products
// add up (mmul.hpp). No block's bytes were ever captured. Not modelled: magnitudes from 2^110 on,
// subnormals.
#pragma once

#include "core.hpp"
#include "vector.hpp"

#include <cmath>

namespace aie {
namespace emulated {

using row8 = chunk<float, 8>;
using bits8 = chunk<int32_t, 8>;

inline bits8 larger(bits8 a, bits8 b) { return a > b ? a : b; }

template <unsigned N> inline bits8 rotate(bits8 v) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(v, v, N % 8, (N + 1) % 8, (N + 2) % 8, (N + 3) % 8, (N + 4) % 8,
                                 (N + 5) % 8, (N + 6) % 8, (N + 7) % 8);
#else
  return __builtin_shuffle(v, (bits8{0, 1, 2, 3, 4, 5, 6, 7} + int(N)) & 7);
#endif
}

// A bf16's magnitude as it counts for the shared exponent, whose bits are on top. Under conv_even a
// positive mantissa of all ones will round up to the next power of two.
inline bits8 weight(row8 v) {
  return ((bits8)v & 0x7fffffff) + ((bits8)v >= 0 ? bits8{} + 0x10000 : bits8{});
}

// Under conv_even: adding 1.5 * 2^23 steps leaves no bits below a step, rounded to nearest even.
inline row8 to_steps(row8 v, bits8 weights) {
  const row8 shift = (row8)((weights & 0x7f800000) + (17 << 23) + 0x400000);
  return (v + shift) - shift;
}

// One number to an integer, by the meaning of each mode.
inline double to_integer(double v, rounding_mode mode) {
  const double low = std::floor(v), high = std::ceil(v), middle = low + 0.5;
  const bool low_is_even = std::fmod(low, 2.0) == 0.0;
  const double away = v < 0 ? low : high, inward = v < 0 ? high : low;
  const double nearest = v < middle ? low : high;
  switch (mode) {
  case rounding_mode::floor:           return low;
  case rounding_mode::ceil:            return high;
  case rounding_mode::symmetric_floor: return inward;
  case rounding_mode::symmetric_ceil:  return away;
  case rounding_mode::negative_inf:    return v == middle ? low : nearest;
  case rounding_mode::positive_inf:    return v == middle ? high : nearest;
  case rounding_mode::symmetric_zero:  return v == middle ? inward : nearest;
  case rounding_mode::symmetric_inf:   return v == middle ? away : nearest;
  case rounding_mode::conv_even:       return v == middle ? (low_is_even ? low : high) : nearest;
  case rounding_mode::conv_odd:        return v == middle ? (low_is_even ? high : low) : nearest;
  }
  return low;
}

// Round a block of eight numbers that lie `stride` apart, in any mode; return its biased exponent.
inline __attribute__((noinline)) int round_block(float *v, unsigned stride, rounding_mode mode) {
  int exponent = -127;
  for (unsigned i = 0; i < 8; ++i)
    if (v[i * stride] != 0)
      exponent = std::max(exponent, std::ilogb(v[i * stride]));
  double rounded[8], largest = 128;
  for (; largest > 127; ++exponent) {
    largest = -128;
    for (unsigned i = 0; i < 8; ++i) {
      rounded[i] = to_integer(std::ldexp(double(v[i * stride]), 6 - exponent), mode);
      largest = std::max(largest, rounded[i]);
    }
  }
  for (unsigned i = 0; i < 8; ++i)
    v[i * stride] = float(std::ldexp(rounded[i], exponent - 1 - 6));
  return exponent - 1 + 127;
}

// What a block of eight lanes weighs under conv_even, in every lane.
inline bits8 block_weight(row8 v) {
  bits8 w = weight(v);
  w = larger(w, rotate<4>(w));
  w = larger(w, rotate<2>(w));
  return larger(w, rotate<1>(w));
}

// Each row is a block: rows of a left operand.
template <unsigned R> inline __attribute__((always_inline)) void round_rows(row8 (&v)[R]) {
  if (__builtin_expect(core_rounding.mode != rounding_mode::conv_even, 0)) {
    for (row8 &row : v)
      round_block(reinterpret_cast<float *>(&row), 1, core_rounding.mode);
    return;
  }
  each<R>([&](auto i) AIE_EMULATION_INLINE { v[i] = to_steps(v[i], block_weight(v[i])); });
}

// Each column of eight rows is a block: columns of a right operand.
inline __attribute__((always_inline)) void round_columns(row8 (&v)[8]) {
  if (__builtin_expect(core_rounding.mode != rounding_mode::conv_even, 0)) {
    for (unsigned column = 0; column < 8; ++column)
      round_block(reinterpret_cast<float *>(v) + column, 8, core_rounding.mode);
    return;
  }
  bits8 w = weight(v[0]);
  each<7>([&](auto i) AIE_EMULATION_INLINE { w = larger(w, weight(v[i + 1])); });
  each<8>([&](auto i) AIE_EMULATION_INLINE { v[i] = to_steps(v[i], w); });
}

} // namespace emulated
} // namespace aie
