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

// Lanes of a, then of b, by number.
template <std::size_t... I, typename V> inline chunk<float, sizeof...(I)> pick(V a, V b) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, int(I)...);
#else
  constexpr std::size_t lanes = sizeof(V) / sizeof(float);
  return chunk<float, sizeof...(I)>{(I < lanes ? a[I % lanes] : b[I % lanes])...};
#endif
}

using wide = chunk<float, 16>; // as much as the widest registers of hosts hold

template <std::size_t... I> inline wide joined(row8 a, row8 b, std::index_sequence<I...>) {
  return pick<I...>(a, b);
}
inline wide join(row8 a, row8 b) { return joined(a, b, std::make_index_sequence<16>{}); }

// What each of 16 elements of C, in rows of T, takes of A's column K and of B's row K.
template <unsigned T, unsigned K, std::size_t... I>
inline wide of_left(wide upper, wide lower, std::index_sequence<I...>) {
  return pick<(I / T * 8 + K)...>(upper, lower);
}
template <unsigned T, unsigned First, std::size_t... I>
inline wide of_right(row8 v, std::index_sequence<I...>) {
  return pick<(First + I % T)...>(v, v);
}
template <unsigned T, unsigned First, std::size_t... I>
inline wide repeated(row8 v, std::index_sequence<I...>) {
  return pick<(First + I / T)...>(v, v);
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

  static constexpr unsigned wides = size_C / 16, rows = 16 / T; // of C in each
  emulated::wide c[wides];

  mmul() {
    emulated::each<wides>([&](auto i) { c[i] = emulated::wide{}; });
  }
  mmul(const accum_type &acc) {
    emulated::each<wides>([&](auto i) { c[i] = emulated::join(acc.part[2 * i], acc.part[2 * i + 1]); });
  }
  template <typename V> mmul(const vector<V, size_C> &v, int = 0) : mmul(accum_type(v)) {}

  accum_type to_accum() const {
    accum_type out;
    emulated::each<wides>([&](auto i) {
      out.part[2 * i] = emulated::pick<0, 1, 2, 3, 4, 5, 6, 7>(c[i], c[i]);
      out.part[2 * i + 1] = emulated::pick<8, 9, 10, 11, 12, 13, 14, 15>(c[i], c[i]);
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
    constexpr auto lanes = std::make_index_sequence<16>{};
    emulated::each<wides>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (S == 1) {
        c[i] += emulated::repeated<T, i * rows>(x.part[0], lanes) *
                emulated::of_right<T, 0>(y.part[0], lanes);
      } else {
        const emulated::wide upper = emulated::join(x.part[i * rows], x.part[i * rows + 1]);
        emulated::wide lower = upper;
        if constexpr (T == 4)
          lower = emulated::join(x.part[i * rows + 2], x.part[i * rows + 3]);
        emulated::each<S>([&](auto k) AIE_EMULATION_INLINE {
          c[i] += emulated::of_left<T, k>(upper, lower, lanes) *
                  emulated::of_right<T, k * T % 8>(y.part[k * T / 8], lanes);
        });
      }
    });
  }
};

} // namespace aie
