// aie::mmul for bf16 with fp32 accumulation: the shapes that aie_api has, and no others.
#pragma once

#include "accum.hpp"
#include "bfp16.hpp"

namespace aie {
namespace emulated {

// Source: aie_api detail/aie2/mmul_bf16_bf16.hpp and detail/aie2p/mmul_bf16_bf16.hpp, dense forms.
constexpr bool mmul_is_legal(unsigned m, unsigned k, unsigned n) {
  if (m == 8 && k == 1 && n == 8)
    return true;
  return k == 8 && (m == 4 || m == 8) && (n == 4 || n == 8);
}

// Whether aie_api converts the operands to bfp16 first: AIE2P multiplies those by one instruction.
constexpr bool mmul_through_bfp16(unsigned n) {
#if defined(AIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16) && AIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16
  return __AIE_ARCH__ == 21 && n == 8;
#else
  return false;
#endif
}

// Lanes 2P and 2P + 1 of v, four times each.
template <unsigned P> inline chunk<float, 8> spread(chunk<float, 8> v) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(v, v, 2 * P, 2 * P, 2 * P, 2 * P, 2 * P + 1, 2 * P + 1, 2 * P + 1,
                                 2 * P + 1);
#else
  return __builtin_shuffle(v, chunk<int32_t, 8>{2 * P, 2 * P, 2 * P, 2 * P, 2 * P + 1, 2 * P + 1,
                                                2 * P + 1, 2 * P + 1});
#endif
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
  using row = emulated::chunk<float, 8>;

  // A row of C is one chunk; where it has four elements, the upper half of the chunk sums the odd
  // k and the lower half the even ones, so that the host's registers are full.
  row c[R];

  mmul() {
    emulated::each<R>([&](auto i) { c[i] = row{}; });
  }
  mmul(const accum_type &acc) : mmul() {
    emulated::each<R>([&](auto i) {
      std::memcpy(&c[i], reinterpret_cast<const char *>(acc.part) + 4 * i * T, 4 * T);
    });
  }
  template <typename V> mmul(const vector<V, size_C> &v, int = 0) : mmul(accum_type(v)) {}

  accum_type to_accum() const {
    accum_type out;
    emulated::each<R>([&](auto i) {
      emulated::chunk<float, T> half[8 / T];
      std::memcpy(half, &c[i], sizeof(half));
      if constexpr (T == 4)
        half[0] += half[1];
      std::memcpy(reinterpret_cast<char *>(out.part) + 4 * i * T, half, 4 * T);
    });
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

  __attribute__((always_inline)) void mac(const vector<A, size_A> &a, const vector<B, size_B> &b) {
    accum<accfloat, size_A> x(a);
    accum<accfloat, size_B> y(b);
    if constexpr (emulated::mmul_through_bfp16(T) && S == 8) {
      emulated::round_rows(x.part);
      emulated::round_columns(y.part);
    }
    if constexpr (T == 4)
      emulated::each<R>([&](auto i) {
        emulated::each<S / 2>(
            [&](auto pair) { c[i] += emulated::spread<pair>(x.part[i]) * y.part[pair]; });
      });
    else
      emulated::each<S>([&](auto k) {
        emulated::each<R>([&](auto i) {
          c[i] += reinterpret_cast<const float *>(x.part)[i * S + k] * y.part[k];
        });
      });
  }
};

} // namespace aie
