// Integers: products with wrapping 32-bit sums, and moves between vectors and accumulators with the
// core's rounding and saturation. Proven on AIE2, bit for bit (tests/kernels/silicon).
#pragma once

#include "accum.hpp"

#include <concepts>
#include <limits>

namespace aie {

namespace emulated {

// What is added to a two's complement number before `shift` of its bits are cut off. `half` is half
// of the kept part's last bit; `below` and `odd` are 1 where the number is negative, the kept part odd.
template <typename Chunk, typename Half>
inline Chunk before_shift(rounding_mode mode, Half half, Chunk below, Chunk odd) {
  const Chunk all = Chunk{} + (2 * half - 1);
  switch (mode) {
  case rounding_mode::floor:           return Chunk{};
  case rounding_mode::ceil:            return all;
  case rounding_mode::symmetric_floor: return all * below;
  case rounding_mode::symmetric_ceil:  return all * (1 - below);
  case rounding_mode::negative_inf:    return Chunk{} + half - 1;
  case rounding_mode::positive_inf:    return Chunk{} + half;
  case rounding_mode::symmetric_zero:  return half - 1 + below;
  case rounding_mode::symmetric_inf:   return half - below;
  case rounding_mode::conv_even:       return half - 1 + odd;
  case rounding_mode::conv_odd:        return half - odd;
  }
  return Chunk{};
}

// v as T: its low bits, or clipped, as the core's saturation mode says.
template <typename T> inline T saturated(int64_t v) {
  constexpr int64_t most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::min();
  switch (core_saturation) {
  case saturation_mode::saturate:  return T(v < least ? least : v > most ? most : v);
  case saturation_mode::symmetric: return T(v < -most ? -most : v > most ? most : v);
  default:                         return T(v);
  }
}

inline int64_t rounded_shift(int64_t v, unsigned shift) {
  if (shift == 0)
    return v;
  const int64_t half = int64_t(1) << (shift - 1);
  return (v + before_shift<int64_t>(core_rounding.mode, half, v < 0, v >> shift & 1)) >> shift;
}

template <typename Tag>
concept integer_accumulator = std::is_same_v<Tag, acc32> || std::is_same_v<Tag, acc64>;

} // namespace emulated

// acc32 wraps at 32 bits.
template <emulated::integer_accumulator Tag, unsigned N> struct accum<Tag, N> {
  using lane_type = std::conditional_t<std::is_same_v<Tag, acc32>, int32_t, int64_t>;

  lane_type lane[N];

  accum() = default;
  template <std::integral T> explicit accum(const vector<T, N> &v, int shift = 0) {
    from_vector(v, shift);
  }

  // v * 2^shift.
  template <std::integral T> void from_vector(const vector<T, N> &v, int shift = 0) {
    for (unsigned i = 0; i < N; ++i)
      lane[i] = lane_type(uint64_t(int64_t(v.get(i))) << shift);
  }

  // lane / 2^shift, in the core's rounding and saturation modes.
  template <std::integral T> vector<T, N> to_vector(int shift = 0) const {
    vector<T, N> out;
    for (unsigned i = 0; i < N; ++i)
      out.set(emulated::saturated<T>(emulated::rounded_shift(lane[i], shift)), i);
    return out;
  }
};

// int16 to int8, saturated.
template <unsigned N> inline vector<int8_t, N> pack(const vector<int16_t, N> &v) {
  vector<int8_t, N> out;
  for (unsigned i = 0; i < N; ++i)
    out.set(emulated::saturated<int8_t>(v.get(i)), i);
  return out;
}

// v / 2^shift in the core's rounding mode: aie_api goes through an accumulator.
template <unsigned N>
inline vector<int32_t, N> downshift(const vector<int32_t, N> &v, unsigned shift) {
  vector<int32_t, N> out;
  if (shift == 0)
    return v;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE {
    const auto below = v.part[i] >> 31 & 1, odd = v.part[i] >> shift & 1;
    const auto bias = emulated::before_shift(emulated::core_rounding.mode, 1 << (shift - 1), below, odd);
    out.part[i] = (v.part[i] + bias) >> shift;
  });
  return out;
}

// C of R x T += A of R x S times B of S x T.
template <unsigned R, unsigned S, unsigned T, std::integral A, std::integral B, typename Tag>
struct mmul<R, S, T, A, B, Tag> {
  static_assert(std::is_same_v<A, B> && R == 4 && T == 8 &&
                    ((std::is_same_v<A, int8_t> && S == 8) || (std::is_same_v<A, int16_t> && S == 2)),
                "emulated aie_api: integer mmul of 4x8x8 int8 or 4x2x8 int16");
  static constexpr unsigned size_A = R * S, size_B = S * T, size_C = R * T;

  accum<acc32, size_C> total;

  mmul() { total.from_vector(zeros<int32_t, size_C>()); }

  void mac(const vector<A, size_A> &a, const vector<B, size_B> &b) {
    for (unsigned i = 0; i < R; ++i)
      for (unsigned j = 0; j < T; ++j) {
        uint32_t sum = uint32_t(total.lane[i * T + j]);
        for (unsigned k = 0; k < S; ++k)
          sum += uint32_t(int32_t(a.get(i * S + k)) * int32_t(b.get(k * T + j)));
        total.lane[i * T + j] = int32_t(sum);
      }
  }
  void mul(const vector<A, size_A> &a, const vector<B, size_B> &b) {
    *this = mmul();
    mac(a, b);
  }

  template <std::integral Out> vector<Out, size_C> to_vector(int shift = 0) const {
    return total.template to_vector<Out>(shift);
  }
};

} // namespace aie

#if __AIE_ARCH__ == 20
// v * 2^shift to the next integer below, an intrinsic of AIE2. AIE2P's conversions round to nearest.
template <unsigned N>
inline aie::vector<int32_t, N> bfloat16_to_int(const aie::vector<bfloat16, N> &v, int shift) {
  aie::vector<int32_t, N> out;
  for (unsigned i = 0; i < N; ++i)
    out.set(int32_t(std::floor(std::ldexp(float(v.get(i)), shift))), i);
  return out;
}
#endif
