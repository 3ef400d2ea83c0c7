// aie::mmul for bf16 and bfp16 with fp32 accumulation: the shapes that aie_api has, and no others.
#pragma once

#include "accum.hpp"
#include "bfp16.hpp"
#include "datapath.hpp"

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

// What each of eight elements of C, in rows of T, takes of A's column K and of B's row K.
template <unsigned T, unsigned K, std::size_t... I>
inline row8 of_left(row8 upper, row8 lower, std::index_sequence<I...>) {
  return pick<(I / T * 8 + K)...>(upper, lower);
}
template <unsigned T, unsigned First, std::size_t... I>
inline row8 of_right(row8 v, std::index_sequence<I...>) {
  return pick<(First + I % T)...>(v, v);
}

template <unsigned N> inline bool any_unusual(const row8 (&v)[N]) {
  bits8 found{};
  each<N>([&](auto i) AIE_EMULATION_INLINE { found |= unusual<8>(v[i]); });
  return any<8>(found);
}

// C of a product, and its sum with the product of fp32 operands in chunks of eight.
template <unsigned R, unsigned S, unsigned T> struct product_block {
  static constexpr unsigned M = R, K = S, N = T;
  static constexpr unsigned size_A = R * S, size_B = S * T, size_C = R * T;
  using accum_type = accum<accfloat, size_C>;

  static constexpr unsigned chunks = size_C / 8, rows = 8 / T; // of C in each chunk
  row8 c[chunks];

  product_block() {
    each<chunks>([&](auto i) { c[i] = row8{}; });
  }
  product_block(const accum_type &acc) {
    each<chunks>([&](auto i) { c[i] = acc.part[i]; });
  }
  template <typename V>
  product_block(const vector<V, size_C> &v, int = 0) : product_block(accum_type(v)) {}

  accum_type to_accum() const {
    accum_type out;
    each<chunks>([&](auto i) { out.part[i] = c[i]; });
    return out;
  }
  operator accum_type() const { return to_accum(); }
  template <typename V>
    requires(!std::is_same_v<V, bfp16ebs8>) // of an accumulator only
  auto to_vector(int = 0) const {
    return to_accum().template to_vector<V>();
  }

  // By the datapath of bf16 products.
  __attribute__((always_inline)) void add(const row8 (&x)[size_A / 8], const row8 (&y)[size_B / 8]) {
    constexpr auto lanes = std::make_index_sequence<8>{};
    const bool rare = any_unusual(x) | any_unusual(y);
    each<chunks>([&](auto i) AIE_EMULATION_INLINE {
      if constexpr (S == 1) {
        c[i] = emulated::mac<8>(c[i], row8{} + x[0][unsigned(i)], y[0]);
      } else {
        const auto left = [&](auto k) AIE_EMULATION_INLINE {
          return of_left<T, k>(x[i * rows], x[i * rows + rows - 1], lanes);
        };
        const auto right = [&](auto k) AIE_EMULATION_INLINE {
          return of_right<T, k * T % 8>(y[k * T / 8], lanes);
        };
        c[i] = mac8(c[i], left, right, rare);
      }
    });
  }

  // By that of bfp16 products, of which nothing is known: one after the other, as fp32 numbers.
  __attribute__((always_inline)) void add_in_order(const row8 (&x)[size_A / 8],
                                                   const row8 (&y)[size_B / 8]) {
    static_assert(S == 8 && T == 8);
    each<chunks>([&](auto i) AIE_EMULATION_INLINE {
      each<8>([&](auto k) AIE_EMULATION_INLINE { c[i] += x[i][unsigned(k)] * y[k]; });
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
      this->add_in_order(x.part, y.part);
    } else {
      this->add(x.part, y.part);
    }
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
    add_in_order(x, y);
  }
};

} // namespace aie
