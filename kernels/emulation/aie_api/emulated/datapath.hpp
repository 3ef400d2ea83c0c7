// Floating-point sums as AIE2's vector unit makes them: by alignment, not in IEEE order.
//
// All terms of one instruction are aligned to the largest of their places. A number's place is its
// power of two; a product's is the sum of its factors', so 1.5 * 1.5 has place 0 and value 2.25.
// Each term is rounded to nearest even on a grid of 23 fractional bits at that place, the rounded
// terms are added exactly, and the sum is rounded to nearest even once more. There is no guard bit.
//
// Proven for bf16 products on AIE2: two projects' captures of npu1, bit for bit
// (tests/kernels/silicon). Likely for fp32 sums: AM020 chapter 4 describes one datapath for both, and
// special values are captured, pairs with wide mantissas are not. Inferred for AIE2P: AM027's text.
//
// Here the grid is found by fp32 numbers themselves: x + 1.5 * P - 1.5 * P leaves the multiples of
// 2^-23 * P, where P is the power of the largest place. Lanes outside of what fp32 can do so, which
// are rare, are done again one by one (one_lane.hpp).
#pragma once

#include "one_lane.hpp"
#include "vector.hpp"

namespace aie {
namespace emulated {

template <unsigned L> using bits = chunk<int32_t, L>;
template <unsigned L> using reals = chunk<float, L>;

constexpr int32_t exponent_bits = 0x7f800000, sign_bit = INT32_MIN, smallest_normal = 0x00800000;

constexpr int32_t power_bits(int exponent) { return (exponent + 127) << 23; }

// The power of two at each number's place; of zeros and subnormals 0.
template <unsigned L> inline reals<L> power(reals<L> v) {
  return (reals<L>)((bits<L>)v & exponent_bits);
}
template <unsigned L> inline reals<L> larger(reals<L> a, reals<L> b) { return a > b ? a : b; }

// Whether any lane of a comparison holds.
template <unsigned L> inline bool any(bits<L> holds) {
#if defined(__AVX__)
  if constexpr (L == 8)
    return !__builtin_ia32_ptestz256((chunk<long long, 4>)holds, (chunk<long long, 4>)holds);
#endif
  uint64_t words[sizeof(holds) / 8], all = 0;
  std::memcpy(words, &holds, sizeof(holds));
  for (uint64_t word : words)
    all |= word;
  return all != 0;
}

// Powers that the fast way cannot take: infinities, NaN and what comes near to overflow.
template <unsigned L> inline bits<L> too_large(reals<L> power) {
  return (bits<L>)power > power_bits(120);
}
// Lanes where a factor is a subnormal, an infinity or NaN.
template <unsigned L> inline bits<L> unusual(reals<L> v) {
  const bits<L> magnitude = (bits<L>)v & INT32_MAX;
  return ((magnitude > 0) & (magnitude < smallest_normal)) | (magnitude >= exponent_bits);
}

// Any number on the grid of `power`: 2 * power less it lies where fp32's own step is the grid's.
template <unsigned L> inline reals<L> on_grid(reals<L> v, reals<L> power) {
  const reals<L> shift = (reals<L>)((bits<L>)(power + power) | (~(bits<L>)v & sign_bit));
  return (v + shift) - shift;
}

// What is too small for a normal number is zero: of a product +0, of an addition with the sum's sign.
template <unsigned L> inline reals<L> flushed(reals<L> v, int32_t kept_bits) {
  const bits<L> normal = ((bits<L>)v & INT32_MAX) >= smallest_normal;
  return (reals<L>)((bits<L>)v & (normal | kept_bits));
}

// VADD.F: a + b.
template <unsigned L> inline __attribute__((always_inline)) reals<L> sum(reals<L> a, reals<L> b) {
  const reals<L> place = larger<L>(power<L>(a), power<L>(b));
  reals<L> out = flushed<L>((on_grid<L>(a, place) + on_grid<L>(b, place)) + 0.0f, sign_bit);
  if (__builtin_expect(any<L>(too_large<L>(place)), 0))
    for (unsigned i = 0; i < L; ++i)
      out[i] = one_sum(a[i], b[i]);
  return out;
}

// VMAC.F with one product a lane: acc + a * b.
template <unsigned L>
inline __attribute__((always_inline)) reals<L> mac(reals<L> acc, reals<L> a, reals<L> b) {
  const reals<L> place = larger<L>(power<L>(acc), power<L>(a) * power<L>(b));
  const reals<L> shift = place * 1.5f;
  reals<L> out = flushed<L>((on_grid<L>(acc, place) + ((a * b + shift) - shift)) + 0.0f, 0);
  if (__builtin_expect(any<L>(too_large<L>(place) | unusual<L>(a) | unusual<L>(b)), 0))
    for (unsigned i = 0; i < L; ++i)
      out[i] = one_mac(acc[i], &a[i], &b[i], 1);
  return out;
}

template <typename Left, typename Right>
inline __attribute__((noinline)) reals<8> mac8_one_by_one(reals<8> acc, Left left, Right right) {
  reals<8> out;
  for (unsigned i = 0; i < 8; ++i) {
    float a[8], b[8];
    each<8>([&](auto k) { a[k] = left(k)[i], b[k] = right(k)[i]; });
    out[i] = one_mac(acc[i], a, b, 8);
  }
  return out;
}

// VMAC.F with eight products a lane, whose factors left(k) and right(k) return. `rare`: some factor
// is unusual. Terms become integers, in steps of the grid: so nine of them are added exactly.
template <typename Left, typename Right>
inline __attribute__((always_inline)) reals<8> mac8(reals<8> acc, Left left, Right right,
                                                    bool rare) {
  reals<8> place = power<8>(acc);
  each<8>([&](auto k) AIE_EMULATION_INLINE {
    place = larger<8>(power<8>(left(k)) * power<8>(right(k)), place);
  });
  const bits<8> awkward = ((bits<8>)place < power_bits(-100)) & ((bits<8>)place > 0);
  rare |= any<8>(awkward | too_large<8>(place));
  const reals<8> grid = larger<8>(place, reals<8>{} + (float)0x1p-100);
  const reals<8> shift = grid * 1.5f;
  const reals<8> steps = (reals<8>)((power_bits(0) - (bits<8>)grid) + power_bits(23)); // 2^23 / grid
  bits<8> total = __builtin_convertvector(on_grid<8>(acc, grid) * steps, bits<8>);
  each<8>([&](auto k) AIE_EMULATION_INLINE {
    total += __builtin_convertvector((left(k) * right(k) + shift) * steps, bits<8>);
  });
  total -= 8 * (3 << 22);
  reals<8> out = __builtin_convertvector(total, reals<8>) * (grid * (float)0x1p-23);
  if (__builtin_expect(rare, 0))
    out = mac8_one_by_one(acc, left, right);
  return out;
}

} // namespace emulated
} // namespace aie
