// aie::mmul for bf16 and bfp16 with fp32 accumulation: the shapes that aie_api has, and no others.
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

// C of a product, and its sum with the product of fp32 operands in chunks of eight.
template <unsigned R, unsigned S, unsigned T> struct product_block {
  static constexpr unsigned M = R, K = S, N = T;
  static constexpr unsigned size_A = R * S, size_B = S * T, size_C = R * T;
  using accum_type = accum<accfloat, size_C>;

  static constexpr unsigned wides = size_C / 16, rows = 16 / T; // of C in each
  wide c[wides];

  product_block() {
    each<wides>([&](auto i) { c[i] = wide{}; });
  }
  product_block(const accum_type &acc) {
    each<wides>([&](auto i) { c[i] = join(acc.part[2 * i], acc.part[2 * i + 1]); });
  }
  template <typename V>
  product_block(const vector<V, size_C> &v, int = 0) : product_block(accum_type(v)) {}

  accum_type to_accum() const {
    accum_type out;
    each<wides>([&](auto i) {
      out.part[2 * i] = pick<0, 1, 2, 3, 4, 5, 6, 7>(c[i], c[i]);
      out.part[2 * i + 1] = pick<8, 9, 10, 11, 12, 13, 14, 15>(c[i], c[i]);
    });
    return out;
  }
  operator accum_type() const { return to_accum(); }
  template <typename V>
    requires(!std::is_same_v<V, bfp16ebs8>) // of an accumulator only
  auto to_vector(int = 0) const {
    return to_accum().template to_vector<V>();
  }

  __attribute__((always_inline)) void add(const row8 (&x)[size_A / 8], const row8 (&y)[size_B / 8]) {
    constexpr auto lanes = std::make_index_sequence<16>{};
    each<wides>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (T == 8 && S == 8) { // rows of C are rows of B, each times a number of A
        const float *left = reinterpret_cast<const float *>(x) + i * 16;
        row8 upper = pick<0, 1, 2, 3, 4, 5, 6, 7>(c[i], c[i]);
        row8 lower = pick<8, 9, 10, 11, 12, 13, 14, 15>(c[i], c[i]);
        each<S>([&](auto k) AIE_EMULATION_INLINE {
          upper += left[k] * y[k];
          lower += left[8 + k] * y[k];
        });
        c[i] = join(upper, lower);
      } else if constexpr (S == 1) {
        c[i] += repeated<T, i * rows>(x[0], lanes) * of_right<T, 0>(y[0], lanes);
      } else {
        const wide upper = join(x[i * rows], x[i * rows + 1]);
        wide lower = upper;
        if constexpr (T == 4)
          lower = join(x[i * rows + 2], x[i * rows + 3]);
        each<S>([&](auto k) AIE_EMULATION_INLINE {
          c[i] += of_left<T, k>(upper, lower, lanes) * of_right<T, k * T % 8>(y[k * T / 8], lanes);
        });
      }
    });
  }
};

// Rows become columns: blocks of D by D change places across the diagonal, for D of 4, 2 and 1.
template <unsigned D, std::size_t... I>
inline void exchange(row8 &a, row8 &b, std::index_sequence<I...>) {
  const row8 upper = pick<(I & D ? 8 + I - D : I)...>(a, b);
  b = pick<(I & D ? 8 + I : I + D)...>(a, b);
  a = upper;
}
inline __attribute__((always_inline)) void transpose_rows(row8 (&v)[8]) {
  each<3>([&](auto stage) AIE_EMULATION_INLINE {
    constexpr unsigned D = 4 >> stage;
    each<8>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (!(i & D))
        exchange<D>(v[i], v[i + D], std::make_index_sequence<8>{});
    });
  });
}

// The values of an 8x8 operand that bfp16 will multiply by.
template <typename V> inline void bfp16_values(const V &v, row8 (&out)[8]) {
  if constexpr (std::is_same_v<typename V::value_type, bfloat16>) {
    each<8>([&](auto i) AIE_EMULATION_INLINE { out[i] = widen<8>(v.part[i]); });
    round_rows(out);
  } else {
    each<8>([&](auto i) AIE_EMULATION_INLINE { out[i] = v.part[i].values(); });
  }
}

} // namespace emulated

template <unsigned R, unsigned S, unsigned T, typename A, typename B = A, typename Tag = accauto>
struct mmul : emulated::product_block<R, S, T> {
  static_assert(std::is_same_v<A, bfloat16> && std::is_same_v<B, bfloat16>,
                "emulated aie_api: operands of aie::mmul are bfloat16, or in 8x8x8 bfp16ebs8 on the "
                "right and either on the left");
  static_assert(std::is_same_v<Tag, accauto> || std::is_same_v<Tag, accfloat>,
                "emulated aie_api: aie::mmul of bfloat16 accumulates in accfloat");
  static_assert(emulated::mmul_is_legal(R, S, T),
                "aie_api has no bfloat16 mmul of this shape: "
                "use 4x8x4, 8x8x4, 4x8x8, 8x8x8 or 8x1x8");
  using block = emulated::product_block<R, S, T>;
  using block::block, block::size_A, block::size_B;

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
    this->add(x.part, y.part);
  }
};

// By a bfp16 operand, whose blocks are columns: it lies transposed, and says so. A bf16 left operand
// is rounded in rows. Source: aie_api detail/aie2p/mmul_bfp16_bfp16.hpp, and mmul::mac in aie.hpp.
template <typename A, typename Tag>
struct mmul<8, 8, 8, A, bfp16ebs8, Tag> : emulated::product_block<8, 8, 8> {
  static_assert(std::is_same_v<A, bfloat16> || std::is_same_v<A, bfp16ebs8>,
                "aie_api multiplies bfp16ebs8 by bfloat16 or bfp16ebs8 on the left");
  static_assert(std::is_same_v<Tag, accauto> || std::is_same_v<Tag, accfloat>,
                "emulated aie_api: aie::mmul of bfp16ebs8 accumulates in accfloat");
  using left = std::conditional_t<std::is_same_v<A, bfp16ebs8>, block_vector<bfp16ebs8, 64>,
                                  vector<bfloat16, 64>>;
  using emulated::product_block<8, 8, 8>::product_block;

  void mul(const left &a, const emulated::transposed<bfp16ebs8, 64> &b) {
    *this = mmul();
    mac(a, b);
  }

  __attribute__((always_inline)) void mac(const left &a,
                                          const emulated::transposed<bfp16ebs8, 64> &b) {
    emulated::row8 x[8], y[8];
    emulated::bfp16_values(a, x);
    emulated::bfp16_values(b.v, y);
    emulated::transpose_rows(y);
    add(x, y);
  }
};

} // namespace aie
