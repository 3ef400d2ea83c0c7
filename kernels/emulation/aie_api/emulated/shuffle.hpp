// Lanes moved within a vector: transpose, filters, rotation. Legal sizes are those of aie_api.
#pragma once

#include "vector.hpp"

namespace aie {
namespace emulated {

// Source: aie_api detail/aie2/transpose.hpp, which AIE2P includes: vectors of up to 1024 bits.
template <typename T> constexpr bool transposes(unsigned elems) {
  return sizeof(T) * elems >= 16 && sizeof(T) * elems <= 128;
}

// out[i] = v[from(i)]
template <unsigned Out, typename T, unsigned N, typename From>
inline __attribute__((always_inline)) vector<T, Out> gather(const vector<T, N> &v, From from) {
  using raw = typename storage<T>::type;
  raw in[N], moved[Out];
  std::memcpy(in, v.part, sizeof(in));
  for (unsigned i = 0; i < Out; ++i)
    moved[i] = in[from(i)];
  vector<T, Out> out;
  std::memcpy(out.part, moved, sizeof(moved));
  return out;
}

} // namespace emulated

// v as a row-major (rows, columns) matrix, transposed.
template <typename T, unsigned N>
inline __attribute__((always_inline)) vector<T, N> transpose(const vector<T, N> &v, unsigned rows,
                                                             unsigned columns) {
  static_assert(emulated::transposes<T>(N), "aie_api transposes vectors of 128 to 1024 bits");
  return emulated::gather<N>(v, [=](unsigned i) { return i % rows * columns + i / rows; });
}

// Every other run of `step` elements: the first, third, ... or the second, fourth, ...
template <typename T, unsigned N>
inline __attribute__((always_inline)) vector<T, N / 2> filter_even(const vector<T, N> &v,
                                                                   unsigned step = 1) {
  return emulated::gather<N / 2>(v, [=](unsigned i) { return i / step * 2 * step + i % step; });
}
template <typename T, unsigned N>
inline __attribute__((always_inline)) vector<T, N / 2> filter_odd(const vector<T, N> &v,
                                                                  unsigned step = 1) {
  return emulated::gather<N / 2>(v, [=](unsigned i) { return (i / step * 2 + 1) * step + i % step; });
}

// out[i] = v[i + n], around the end.
template <typename T, unsigned N>
inline __attribute__((always_inline)) vector<T, N> shuffle_down_rotate(const vector<T, N> &v,
                                                                       unsigned n) {
  return emulated::gather<N>(v, [=](unsigned i) { return (i + n) % N; });
}

} // namespace aie
