// aie::mmul for bf16 with fp32 accumulation: the shapes that aie_api has, and no others.
#pragma once

#include "accum.hpp"

namespace aie {
namespace emulated {

// Source: aie_api detail/aie2/mmul_bf16_bf16.hpp and detail/aie2p/mmul_bf16_bf16.hpp, dense forms.
constexpr bool mmul_is_legal(unsigned m, unsigned k, unsigned n) {
  if (m == 8 && k == 1 && n == 8)
    return true;
  return k == 8 && (m == 4 || m == 8) && (n == 4 || n == 8);
}

} // namespace emulated

template <unsigned R, unsigned S, unsigned T, typename A, typename B = A, typename Tag = accauto>
struct mmul {
  static_assert(std::is_same_v<A, bfloat16> && std::is_same_v<B, bfloat16>,
                "emulated aie_api: aie::mmul has bfloat16 operands only");
  static_assert(std::is_same_v<Tag, accauto> || std::is_same_v<Tag, accfloat>,
                "emulated aie_api: aie::mmul of bfloat16 accumulates in accfloat");
  static_assert(emulated::mmul_is_legal(R, S, T),
                "aie_api has no bfloat16 mmul of this shape: "
                "use 4x8x4, 8x8x4, 4x8x8, 8x8x8 or 8x1x8");

  static constexpr unsigned M = R, K = S, N = T;
  static constexpr unsigned size_A = R * S, size_B = S * T, size_C = R * T;
  using accum_type = accum<accfloat, size_C>;
  using row = emulated::chunk<float, T>;

  row c[R];

  mmul() {
    for (auto &r : c)
      r = row{};
  }
  mmul(const accum_type &acc) { std::memcpy(c, acc.part, sizeof(c)); }
  template <typename V> mmul(const vector<V, size_C> &v, int = 0) : mmul(accum_type(v)) {}

  accum_type to_accum() const {
    accum_type out;
    std::memcpy(out.part, c, sizeof(c));
    return out;
  }
  operator accum_type() const { return to_accum(); }
  template <typename V> vector<V, size_C> to_vector(int = 0) const {
    return to_accum().template to_vector<V>();
  }

  void mul(const vector<A, size_A> &a, const vector<B, size_B> &b) {
    *this = mmul();
    mac(a, b);
  }

  // c[i] += sum over k of a[i][k] * b[k], in the order of k.
  __attribute__((always_inline)) void mac(const vector<A, size_A> &a, const vector<B, size_B> &b) {
    alignas(32) float x[size_A];
    const accum<accfloat, size_A> wide(a);
    std::memcpy(x, wide.part, sizeof(x));
    for (unsigned k = 0; k < S; ++k) {
      emulated::chunk<bfloat16, T> bits;
      std::memcpy(&bits, reinterpret_cast<const char *>(b.part) + 2 * k * T, sizeof(bits));
      const row y = emulated::widen<T>(bits);
      for (unsigned i = 0; i < R; ++i)
        c[i] += x[i * S + k] * y;
    }
  }
};

} // namespace aie
