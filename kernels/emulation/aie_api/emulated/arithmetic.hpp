// Lane by lane arithmetic. Products and sums are fp32; bf16 products are exact in fp32.
#pragma once

#include "accum.hpp"

namespace aie {

template <typename T, unsigned N>
inline accum<accfloat, N> mul(const vector<T, N> &a, const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> mac(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = acc.part[i] + x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> msc(const accum<accfloat, N> &acc, const vector<T, N> &a,
                              const vector<T, N> &b) {
  const accum<accfloat, N> x(a), y(b);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = acc.part[i] - x.part[i] * y.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> add(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  const accum<accfloat, N> x(v);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = acc.part[i] + x.part[i]; });
  return out;
}

template <typename T, unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &acc, const vector<T, N> &v) {
  const accum<accfloat, N> x(v);
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = acc.part[i] - x.part[i]; });
  return out;
}

template <unsigned N>
inline accum<accfloat, N> sub(const accum<accfloat, N> &a, const accum<accfloat, N> &b) {
  accum<accfloat, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = a.part[i] - b.part[i]; });
  return out;
}

template <unsigned N>
inline vector<float, N> max(const vector<float, N> &a, const vector<float, N> &b) {
  vector<float, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = a.part[i] > b.part[i] ? a.part[i] : b.part[i]; });
  return out;
}

template <unsigned N>
inline vector<float, N> min(const vector<float, N> &a, const vector<float, N> &b) {
  vector<float, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = a.part[i] < b.part[i] ? a.part[i] : b.part[i]; });
  return out;
}

template <unsigned N> inline vector<float, N> neg(const vector<float, N> &a) {
  vector<float, N> out;
  emulated::each<out.chunks>([&](auto i) { out.part[i] = -a.part[i]; });
  return out;
}

} // namespace aie
