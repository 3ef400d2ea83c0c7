// aie::vector: N elements kept as chunks that the host's registers hold.
#pragma once

#include "core.hpp"

namespace aie {
namespace emulated {

template <typename T> struct storage { using type = T; };
template <> struct storage<bfloat16> { using type = uint16_t; };

// Elements a chunk: at most 32 bytes of fp32. A chunk of bf16 has as many elements as one of fp32,
// so that conversions go chunk by chunk.
template <unsigned N> constexpr unsigned lanes = N < 8 ? N : 8;

template <typename T, unsigned L> struct chunk_of {
  typedef T type __attribute__((vector_size(sizeof(T) * L)));
};
template <typename T, unsigned L> using chunk = typename chunk_of<typename storage<T>::type, L>::type;

template <unsigned L> inline chunk<float, L> widen(chunk<bfloat16, L> v) {
  return (chunk<float, L>)(__builtin_convertvector(v, chunk<uint32_t, L>) << 16);
}

template <unsigned L> inline chunk<bfloat16, L> narrow(chunk<float, L> v, const rounding &how) {
  using U = chunk<uint32_t, L>;
  const U u = (U)v;
  const U negative = (U)((chunk<int32_t, L>)u < 0);
  const U rounded = u + how.base + (negative & how.negative) + (u >> 16 & 1u) * how.odd;
  const U nan = (U)((u & 0x7fffffffu) > 0x7f800000u);
  return __builtin_convertvector(((rounded & ~nan) | ((u | 0x400000u) & nan)) >> 16,
                                 chunk<bfloat16, L>);
}

} // namespace emulated

template <typename T, unsigned N> struct vector {
  static_assert(sizeof(T) * N >= 16 && sizeof(T) * N <= 512 && (N & (N - 1)) == 0,
                "aie::vector: 128 to 4096 bits, a power of two of elements");
  using value_type = T;
  static constexpr unsigned lanes = emulated::lanes<N>;
  static constexpr unsigned chunks = N / lanes;
  using chunk = emulated::chunk<T, lanes>;

  chunk part[chunks];

  static constexpr unsigned size() { return N; }

  T get(unsigned i) const {
    T value;
    std::memcpy(&value, reinterpret_cast<const char *>(part) + i * sizeof(T), sizeof(T));
    return value;
  }
  void set(T value, unsigned i) {
    std::memcpy(reinterpret_cast<char *>(part) + i * sizeof(T), &value, sizeof(T));
  }
  T operator[](unsigned i) const { return get(i); }

  // The i-th of the parts of Out elements.
  template <unsigned Out> vector<T, Out> extract(unsigned i) const {
    static_assert(Out <= N);
    vector<T, Out> out;
    std::memcpy(out.part, reinterpret_cast<const char *>(part) + i * sizeof(out), sizeof(out));
    return out;
  }
  template <unsigned In> vector &insert(unsigned i, const vector<T, In> &v) {
    static_assert(In <= N);
    std::memcpy(reinterpret_cast<char *>(part) + i * sizeof(v), v.part, sizeof(v));
    return *this;
  }
  // The same bits as elements of another type.
  template <typename U> vector<U, N * sizeof(T) / sizeof(U)> cast_to() const {
    vector<U, N * sizeof(T) / sizeof(U)> out;
    static_assert(sizeof(out) == sizeof(*this));
    std::memcpy(out.part, part, sizeof(out));
    return out;
  }

  // This vector over and over, until Out elements are full.
  template <unsigned Out> vector<T, Out> grow_replicate() const {
    static_assert(Out >= N && Out % N == 0);
    vector<T, Out> out;
    for (unsigned i = 0; i < Out / N; ++i)
      std::memcpy(reinterpret_cast<char *>(out.part) + i * N * sizeof(T), part, N * sizeof(T));
    return out;
  }
};

template <typename T, unsigned N, typename... More>
inline vector<T, N *(1 + sizeof...(More))> concat(const vector<T, N> &v, const More &...more) {
  static_assert((std::is_same_v<More, vector<T, N>> && ...));
  vector<T, N *(1 + sizeof...(More))> out;
  unsigned i = 0;
  out.insert(i++, v);
  (out.insert(i++, more), ...);
  return out;
}

template <typename T, unsigned N> inline vector<T, N> broadcast(T value) {
  typename emulated::storage<T>::type bits;
  std::memcpy(&bits, &value, sizeof(bits));
  vector<T, N> out;
  emulated::each<vector<T, N>::chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = typename vector<T, N>::chunk{} + bits; });
  return out;
}

template <typename T, unsigned N> inline vector<T, N> zeros() {
  vector<T, N> out;
  emulated::each<vector<T, N>::chunks>([&](auto i) AIE_EMULATION_INLINE { out.part[i] = typename vector<T, N>::chunk{}; });
  return out;
}

} // namespace aie
