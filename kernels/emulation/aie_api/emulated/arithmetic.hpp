// Lane by lane arithmetic. Products and sums are fp32; bf16 products are exact in fp32.
#pragma once

#include "accum.hpp"

namespace aie {
namespace emulated {

// A function of two vectors, chunk by chunk; bf16 has no such operations here.
template <typename T, unsigned N, typename Function>
inline vector<T, N> each_chunk(const vector<T, N> &a, const vector<T, N> &b, Function function) {
  static_assert(!std::is_same_v<T, bfloat16>, "emulated aie_api: not for bfloat16 vectors");
  vector<T, N> out;
  each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = function(a.part[i], b.part[i]); });
  return out;
}

} // namespace emulated

template <typename T, unsigned N>
inline accum<accfloat, N> mul(const vector<T, N> &a, const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> mac(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = acc.part[i] + x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> msc(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = acc.part[i] - x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> add(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  const accum<accfloat, N> x(v);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = acc.part[i] + x.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  const accum<accfloat, N> x(v);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = acc.part[i] - x.part[i]; });
  return out;
}

template <unsigned N>
inline accum<accfloat, N> add(const accum<accfloat, N> &a, const accum<accfloat, N> &b) {
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = a.part[i] + b.part[i]; });
  return out;
}

template <unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &a, const accum<accfloat, N> &b) {
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = a.part[i] - b.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline vector<T, N> add(const vector<T, N> &a, const vector<T, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x + y; });
}

template <typename T, unsigned N>
inline vector<T, N> sub(const vector<T, N> &a, const vector<T, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x - y; });
}

template <typename T, unsigned N>
inline vector<T, N> max(const vector<T, N> &a, const vector<T, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x > y ? x : y; });
}

template <typename T, unsigned N>
inline vector<T, N> min(const vector<T, N> &a, const vector<T, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x < y ? x : y; });
}

template <unsigned N> inline vector<float, N> neg(const vector<float, N> &a) {
  vector<float, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = -a.part[i]; });
  return out;
}

namespace emulated {

// What is added to a two's complement number before `shift` of its bits are cut off. `half` is half
// of the kept part's last bit; `below` and `odd` are 1 where the number is negative, the kept part odd.
template <typename Chunk>
inline Chunk before_shift(rounding_mode mode, int32_t half, Chunk below, Chunk odd) {
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

} // namespace emulated

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

// Which lanes of a comparison hold.
template <unsigned N> struct mask {
  bool lane[N];

  bool empty() const {
    bool any = false;
    for (unsigned i = 0; i < N; ++i)
      any |= lane[i];
    return !any;
  }
};

template <typename T, unsigned N> inline mask<N> lt(const vector<T, N> &a, const vector<T, N> &b) {
  mask<N> out;
  for (unsigned i = 0; i < N; ++i)
    out.lane[i] = a.get(i) < b.get(i);
  return out;
}

} // namespace aie
