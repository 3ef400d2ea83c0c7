// aie::accum<accfloat, N>: fp32 lanes. Conversion to bf16 and bfp16 obeys the core's rounding mode.
#pragma once

#include "block_vector.hpp"
#include "vector.hpp"

namespace aie {

template <typename Tag, unsigned N> struct accum {
  static_assert(std::is_same_v<Tag, accfloat>, "emulated aie_api: only accfloat accumulators");
  static constexpr unsigned chunks = vector<float, N>::chunks;
  static constexpr unsigned lanes = vector<float, N>::lanes;

  typename vector<float, N>::chunk part[chunks];

  accum() = default;
  template <typename T> explicit accum(const vector<T, N> &v, int shift = 0) { from_vector(v, shift); }

  static constexpr unsigned size() { return N; }

  template <typename T> void from_vector(const vector<T, N> &v, int = 0) {
    emulated::each<chunks>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (std::is_same_v<T, bfloat16>)
        part[i] = emulated::widen<lanes>(v.part[i]);
      else
        part[i] = v.part[i];
    });
  }

  template <typename T> vector<T, N> to_vector(int = 0) const {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, bfloat16>);
    vector<T, N> out;
    const emulated::rounding how = emulated::core_rounding;
    emulated::each<chunks>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (std::is_same_v<T, bfloat16>)
        out.part[i] = emulated::narrow<lanes>(part[i], how);
      else
        out.part[i] = part[i];
    });
    return out;
  }

  template <typename T>
    requires std::is_same_v<T, bfp16ebs8>
  block_vector<T, N> to_vector(int = 0) const {
    block_vector<T, N> out;
    emulated::each<N / 8>([&](auto i) AIE_EMULATION_INLINE { out.part[i].round(part[i]); });
    return out;
  }

  template <unsigned Out> accum<Tag, Out> extract(unsigned i) const {
    return accum<Tag, Out>(to_vector<float>().template extract<Out>(i));
  }
  template <unsigned In> accum &insert(unsigned i, const accum<Tag, In> &v) {
    std::memcpy(reinterpret_cast<char *>(part) + i * sizeof(v), v.part, sizeof(v));
    return *this;
  }

  template <typename T> operator vector<T, N>() const { return to_vector<T>(); }
};

} // namespace aie
