// The GEMM of one core: out = gelu(x @ w.T + bias) or x @ w.T + bias + residual, in bf16 with fp32
// accumulation. One source for AIE2 (npu1) and AIE2P (npu2); kernels/gemm_bf16.py is its meaning,
// its constraints and its cycle model.
//
// Compile-time sizes: DIM_M x DIM_K x DIM_N elements a tile, MMUL_R x MMUL_S x MMUL_T an instruction.
// Layouts of the objects in the core's memory (mb = m/r, nb = n/t, kb = k/s):
//   x         bf16 [kb][mb][r][s]
//   w         bf16 [kb][nb][s][t], then n fp32 of bias
//   acc       fp32 [mb][nb][r][t]
//   residual  bf16 [mb][nb][r][t]
//   out       bf16 [mb][nb][r][t]
#include <aie_api/aie.hpp>
#include <stdint.h>

#include "gelu.h"
#include "register_block.h"
#include "unroll.h"

namespace {

// One register block: its accumulators start from the bias or from `acc`, and go back to `acc`.
inline __attribute__((always_inline)) void
multiply_block(const bfloat16 *__restrict x, const bfloat16 *__restrict w,
               const float *__restrict bias, float *__restrict acc, bool first) {
  register_block block;
  if (first)
    block.begin([&](auto, auto j) {
      return aie::load_v<MMUL_T>(bias + j * MMUL_T).template grow_replicate<MMUL::size_C>();
    });
  else
    block.begin([&](auto i, auto j) {
      return aie::load_v<MMUL::size_C>(acc + (i * columns + j) * MMUL::size_C);
    });
  block.multiply(x, w, 0);
  block.store(acc, columns * MMUL::size_C);
}

} // namespace

extern "C" {

// acc = (first ? bias : acc) + x @ w. The bias is the tail of w.
void gemm_bf16(bfloat16 *__restrict x, bfloat16 *__restrict w, float *__restrict acc,
               int32_t first) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  const float *bias = reinterpret_cast<const float *>(w + DIM_K * DIM_N);
  for (unsigned i = 0; i < rows; i += block_rows)
    for (unsigned j = 0; j < columns; j += block_columns)
      multiply_block(x + i * MMUL::size_A, w + j * MMUL::size_B, bias + j * MMUL_T,
                     acc + (i * columns + j) * MMUL::size_C, first != 0);
}

// acc += residual.
void gemm_bf16_residual(bfloat16 *__restrict residual, float *__restrict acc) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  AT_LEAST_TWICE
  for (unsigned i = 0; i < DIM_M * DIM_N; i += lanes) {
    const aie::accum<accfloat, lanes> sum(aie::load_v<lanes>(residual + i));
    aie::store_v(acc + i, aie::add(sum, aie::load_v<lanes>(acc + i)).template to_vector<float>());
  }
}

// out = acc rounded to nearest even, through the exact GELU if `activation` is 1.
void gemm_bf16_store(float *__restrict acc, bfloat16 *__restrict out, int32_t activation) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  if (activation == 1) {
    constexpr unsigned together = gelus * lanes;
    static_assert(DIM_M * DIM_N % together == 0, "the output tile is not whole groups of GELUs");
    gelu(
        DIM_M * DIM_N / together, [&](unsigned i) { return aie::load_v<lanes>(acc + i * lanes); },
        [&](unsigned i, const accum_lanes &value) {
          aie::store_v(out + i * lanes, value.template to_vector<bfloat16>());
        });
  } else {
    AT_LEAST_TWICE
    for (unsigned i = 0; i < DIM_M * DIM_N; i += lanes) {
      const aie::accum<accfloat, lanes> value(aie::load_v<lanes>(acc + i));
      aie::store_v(out + i, value.template to_vector<bfloat16>());
    }
  }
}

} // extern "C"
