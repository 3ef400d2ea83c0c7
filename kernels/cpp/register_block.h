// The inner loop of all matrix products: a block of accumulators that stays in registers while the
// operands stream past. The left operand lies as [k/s][m/r][r][s], the result as [m/r][n/t][r][t].
// The right one lies as [k/s][n/t][s][t], or where RIGHT_BFP16 is 1 in bfp16, as aie::block_vectors
// [n/2t][k/s][2] of t columns, so that those of a register block follow each other.
// Compile-time sizes: DIM_K deep, MMUL_R x MMUL_S x MMUL_T an instruction. Where the right operand is
// bfp16, the left one is rounded to it once, or with LEFT_PARTS 2 in two parts that add up to its bf16.
#pragma once

#include <aie_api/aie.hpp>

#include "unroll.h"

#if defined(__AIECC__)
#define AT_LEAST_TWICE _Pragma("clang loop min_iteration_count(2)")
#else
#define AT_LEAST_TWICE
#endif

#ifndef LEFT_PARTS
#define LEFT_PARTS 1
#endif

#if RIGHT_BFP16
using MMUL = aie::mmul<MMUL_R, MMUL_S, MMUL_T, bfp16ebs8, bfp16ebs8, accauto>;
using right_blocks = aie::block_vector<bfp16ebs8, MMUL::size_B>;
using right_input = aie::block_vector_input_buffer_stream<bfp16ebs8, MMUL::size_B>;
using right_output = aie::block_vector_output_buffer_stream<bfp16ebs8, MMUL::size_B>;

using left_accum = aie::accum<accfloat, MMUL::size_A>;

inline right_blocks to_bfp16(const aie::vector<bfloat16, MMUL::size_A> &v) {
  return left_accum(v).template to_vector<bfp16ebs8>();
}

static_assert(LEFT_PARTS == 1 || LEFT_PARTS == 2);

// -1 on the diagonal, 0 elsewhere: its own transpose, and exact.
inline right_blocks minus_identity() {
  aie::vector<bfloat16, MMUL::size_B> v = aie::zeros<bfloat16, MMUL::size_B>();
  unroll<MMUL_S>([&](auto i) { v.set(-1.0f, i * (MMUL_T + 1)); });
  return to_bfp16(v);
}
#else
using MMUL = aie::mmul<MMUL_R, MMUL_S, MMUL_T, bfloat16, bfloat16, accauto>;
#endif

constexpr unsigned rows = DIM_M / MMUL_R, steps = DIM_K / MMUL_S, columns = DIM_N / MMUL_T;

// Accumulators held in registers: 16 x 512 bits of AIE2's 9 x 1024, 4 x 1024 or 4 x 2048 of AIE2P's
// 5 x 2048. AIE2P's bf16 product needs registers of its own, for broadcast or converted operands, and
// for what a first part leaves to the second.
#if __AIE_ARCH__ == 20
constexpr unsigned block_rows = 4, block_columns = 4;
#elif LEFT_PARTS == 2
constexpr unsigned block_rows = 1, block_columns = 2;
#else
constexpr unsigned block_rows = 2, block_columns = 2;
#endif

static_assert(DIM_M % (block_rows * MMUL_R) == 0, "DIM_M is not a multiple of a register block");
static_assert(DIM_N % (block_columns * MMUL_T) == 0, "DIM_N is not a multiple of a register block");
static_assert(DIM_K % MMUL_S == 0 && steps >= 2, "DIM_K is not two or more instructions deep");

struct register_block {
  MMUL c[block_rows][block_columns];
#if LEFT_PARTS == 2
  const right_blocks minus = minus_identity();
#endif

  // start(i, j): what the accumulator of row i and column j begins with.
  template <typename Start>
  inline __attribute__((always_inline)) void begin(Start start) {
    unroll<block_rows>([&](auto i) {
      unroll<block_columns>([&](auto j) { c[i][j] = MMUL(start(i, j)); });
    });
  }

  // Add the product of all of k: of x from the block's first row on, and of w's column of blocks.
#if RIGHT_BFP16
  inline __attribute__((always_inline)) void multiply(const bfloat16 *__restrict x,
                                                      const bfloat16 *__restrict w,
                                                      unsigned column) {
    right_input stream(reinterpret_cast<const bfp16ebs8 *>(w));
    stream.seek(column * steps * block_columns);
    AT_LEAST_TWICE
    for (unsigned step = 0; step < steps; ++step) {
      right_blocks a[block_rows][LEFT_PARTS];
      unroll<block_rows>([&](auto i) {
        const left_accum value(aie::load_v<MMUL::size_A>(x + i * MMUL::size_A));
        a[i][0] = value.template to_vector<bfp16ebs8>();
#if LEFT_PARTS == 2
        MMUL rest(value);
        rest.mac(a[i][0], aie::op_transpose(minus));
        a[i][1] = rest.to_accum().template to_vector<bfp16ebs8>();
#endif
      });
      unroll<block_columns>([&](auto j) __attribute__((always_inline)) {
        const auto b = stream.pop();
        unroll<block_rows>([&](auto i) __attribute__((always_inline)) {
          unroll<LEFT_PARTS>([&](auto part) __attribute__((always_inline)) {
            c[i][j].mac(a[i][part], aie::op_transpose(b));
          });
        });
      });
      x += rows * MMUL::size_A;
    }
  }
#else
  inline __attribute__((always_inline)) void multiply(const bfloat16 *__restrict x,
                                                      const bfloat16 *__restrict w,
                                                      unsigned column) {
    w += column * block_columns * MMUL::size_B;
    AT_LEAST_TWICE
    for (unsigned step = 0; step < steps; ++step) {
      aie::vector<bfloat16, MMUL::size_A> a[block_rows];
      unroll<block_rows>([&](auto i) { a[i] = aie::load_v<MMUL::size_A>(x + i * MMUL::size_A); });
      unroll<block_columns>([&](auto j) __attribute__((always_inline)) {
        const auto b = aie::load_v<MMUL::size_B>(w + j * MMUL::size_B);
        unroll<block_rows>([&](auto i) __attribute__((always_inline)) { c[i][j].mac(a[i], b); });
      });
      x += rows * MMUL::size_A;
      w += columns * MMUL::size_B;
    }
  }
#endif

  // Store into blocks; a row of them takes `stride` elements.
  inline __attribute__((always_inline)) void store(float *__restrict acc, unsigned stride) const {
    unroll<block_rows>([&](auto i) {
      unroll<block_columns>([&](auto j) {
        aie::store_v(acc + i * stride + j * MMUL::size_C, c[i][j].template to_vector<float>());
      });
    });
  }
};
