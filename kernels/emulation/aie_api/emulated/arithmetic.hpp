// Lane by lane arithmetic. Floating-point sums are those of datapath.hpp; bf16 products are exact.
#pragma once

#include "accum.hpp"
#include "datapath.hpp"

namespace aie {
namespace emulated {

// A function of two vectors or accumulators, chunk by chunk.
template <typename V, typename Function>
inline V each_chunk(const V &a, const V &b, Function function) {
  V out;
  each<out.chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = function(a.part[i], b.part[i]); });
  return out;
}

// Numbers of which integers' order is that of floats, -0 below +0: how the core selects.
template <typename T, typename Chunk> inline auto ordered(Chunk v) {
  if constexpr (std::is_same_v<T, float>) {
    using Bits = chunk<int32_t, sizeof(Chunk) / 4>;
    return (Bits)v ^ ((Bits)v >> 31 & INT32_MAX);
  } else {
    return v;
  }
}

} // namespace emulated

// The sign bit changes.
template <typename T, unsigned N> inline vector<T, N> neg(const vector<T, N> &a) {
  vector<T, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE {
    if constexpr (std::is_same_v<T, bfloat16>)
      out.part[i] = a.part[i] ^ 0x8000;
    else
      out.part[i] = -a.part[i];
  });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> mul(const vector<T, N> &a, const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  return emulated::each_chunk(x, y, [](auto p, auto q) AIE_EMULATION_INLINE {
    return emulated::flushed<accum<accfloat, N>::lanes>(p * q + 0.0f, 0);
  });
}

template <typename T, unsigned N>
inline accum<accfloat, N> mac(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) AIE_EMULATION_INLINE {
    if constexpr (std::is_same_v<T, bfloat16>)
      out.part[i] = emulated::mac<out.lanes>(acc.part[i], x.part[i], y.part[i]);
    else // aie_api splits the factors and sums bf16 products; here their product is one fp32
      out.part[i] = emulated::sum<out.lanes>(acc.part[i], x.part[i] * y.part[i]);
  });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> msc(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  return mac(acc, neg(a), b);
}

template <unsigned N>
inline accum<accfloat, N> add(const accum<accfloat, N> &a, const accum<accfloat, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE {
    return emulated::sum<accum<accfloat, N>::lanes>(x, y);
  });
}

template <unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &a, const accum<accfloat, N> &b) {
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE {
    return emulated::sum<accum<accfloat, N>::lanes>(x, -y);
  });
}

template <typename T, unsigned N>
inline accum<accfloat, N> add(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  return add(acc, accum<accfloat, N>(v));
}

template <typename T, unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  return sub(acc, accum<accfloat, N>(v));
}

// Of floating point through accumulators: a bf16 sum is rounded as the core is told to.
template <typename T, unsigned N>
inline vector<T, N> add(const vector<T, N> &a, const vector<T, N> &b) {
  if constexpr (std::is_integral_v<T>)
    return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x + y; });
  else
    return add(accum<accfloat, N>(a), b).template to_vector<T>();
}

template <typename T, unsigned N>
inline vector<T, N> sub(const vector<T, N> &a, const vector<T, N> &b) {
  if constexpr (std::is_integral_v<T>)
    return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE { return x - y; });
  else
    return sub(accum<accfloat, N>(a), b).template to_vector<T>();
}

template <typename T, unsigned N>
inline vector<T, N> max(const vector<T, N> &a, const vector<T, N> &b) {
  static_assert(!std::is_same_v<T, bfloat16>, "emulated aie_api: max is not for bfloat16 vectors");
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE {
    return emulated::ordered<T>(x) > emulated::ordered<T>(y) ? x : y;
  });
}

template <typename T, unsigned N>
inline vector<T, N> min(const vector<T, N> &a, const vector<T, N> &b) {
  static_assert(!std::is_same_v<T, bfloat16>, "emulated aie_api: min is not for bfloat16 vectors");
  return emulated::each_chunk(a, b, [](auto x, auto y) AIE_EMULATION_INLINE {
    return emulated::ordered<T>(x) < emulated::ordered<T>(y) ? x : y;
  });
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
