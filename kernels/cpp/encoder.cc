// The kernels of a transformer encoder whose data all come in 64 x 64 tiles: products, layer norm
// folded around them, GELU, and attention over key tiles with running maxima and sums. One source
// for AIE2 (npu1) and AIE2P (npu2); kernels/encoder_bodies.py is their meaning.
//
// Layouts of the objects in the core's memory (r x s x t is the instruction; mb = m/r, nb = n/t):
//   left operand, x         bf16 [k/s][mb][r][s]
//   right operand, w        bf16 [k/s][nb][s][t], or bfp16 [nb/2][k/s][2][t] in blocks of s along k
//                           (RIGHT_BFP16); of a weight object, then fp32 bias and column sums
//   accumulator, output     fp32 or bf16 [mb][nb][r][t]
//   scratch                 fp32; products: a slot is 64 means, 64 reciprocal deviations;
//                           attention: 64 maxima, 64 sums, then room for 16 queries' maxima and
//                           scores of 32 keys
// Program memory is 16 KB for all of it and the core's own program: loops are unrolled no further
// than their chains of operations need, and what several kernels share is one copy.
#include <aie_api/aie.hpp>
#include <stdint.h>

#include "gelu.h"
#include "powers.h"
#include "register_block.h"
#include "split.h"
#include "unroll.h"

namespace {

constexpr unsigned tile = 64;
static_assert(DIM_M == tile && DIM_K == tile && DIM_N == tile && MMUL_S == 8, "tiles are 64 x 64");
static_assert(MMUL_R == MMUL_T, "a transposed block is a block");

constexpr unsigned block_elems = MMUL::size_C;
// What a right operand takes, in bf16's.
#if RIGHT_BFP16
constexpr unsigned right_elems = rows * columns * right_blocks::memory_bytes() / sizeof(bfloat16);

// A right operand's vector of `column` at its first k-step; `block_columns` of them to the next.
inline right_output right_column(bfloat16 *w, unsigned column) {
  right_output stream(reinterpret_cast<bfp16ebs8 *>(w));
  stream.seek(column / block_columns * steps * block_columns + column % block_columns);
  return stream;
}
#else
constexpr unsigned right_elems = tile * tile;
#endif
constexpr unsigned parts = block_elems / lanes;    // vectors of a block
constexpr unsigned part_rows = lanes / MMUL_T;     // rows of such a vector
constexpr float epsilon = 1e-5f;                   // of layer norms
constexpr float lowest = -1048576.0f;              // the running maximum before the first key
constexpr float hidden = -1073741824.0f;           // the score of a key that is not there

// In scratch: a value a query; a group of queries' maxima, counted, in vectors; what else is for a while.
#ifndef SCRATCH_ELEMS
#define SCRATCH_ELEMS 768
#endif
constexpr unsigned scratch_elems = SCRATCH_ELEMS;
constexpr unsigned maxima = 0, sums = tile, raised = 2 * tile, workspace = 3 * tile;

inline void set_rounding() { aie::set_rounding(aie::rounding_mode::conv_even); }

inline accum_lanes load(const float *address) { return accum_lanes(aie::load_v<lanes>(address)); }
inline void store(float *address, const accum_lanes &value) {
  aie::store_v(address, value.template to_vector<float>());
}

// A value a column, in each row of a vector; and a value a row, in each of its columns.
inline fp32_lanes per_column(const float *values) {
  return aie::load_v<MMUL_T>(values).template grow_replicate<lanes>();
}
inline fp32_lanes per_row(const float *values) {
  const fp32_lanes repeated = aie::load_v<part_rows>(values).template grow_replicate<lanes>();
  return aie::transpose(repeated, MMUL_T, part_rows);
}

// Vectors side by side in loops whose chain of operations is longer than one's share of the slots.
constexpr unsigned together = 8;

// acc's column of blocks, times a factor.
__attribute__((noinline)) void scale_column(float *acc, unsigned column, const split factor) {
  constexpr unsigned blocks = together / parts;
  float *block = acc + column * block_elems;
  for (unsigned i = 0; i < rows; i += blocks)
    unroll<blocks>([&](auto g) {
      unroll<parts>([&](auto part) {
        float *address = block + (i + g) * columns * block_elems + part * lanes;
        store(address, product(split(load(address)), factor));
      });
    });
}

// acc = (first ? 0 : acc) + x @ w for `height` rows of blocks, and for `count` columns of register
// blocks from `column` on; a row of acc's blocks takes `stride` elements. All products go through here.
__attribute__((noinline)) void multiply(const bfloat16 *__restrict x, const bfloat16 *__restrict w,
                                        float *__restrict acc, unsigned stride, unsigned height,
                                        unsigned column, unsigned count, bool first) {
  register_block block;
  for (unsigned i = 0; i < height; i += block_rows)
    for (unsigned j = 0; j < count; ++j) {
      float *corner = acc + i * stride + j * block_columns * block_elems;
      if (first)
        block.begin([](auto, auto) { return aie::zeros<float, block_elems>(); });
      else
        block.begin([&](auto di, auto dj) {
          return aie::load_v<block_elems>(corner + di * stride + dj * block_elems);
        });
      block.multiply(x + i * MMUL::size_A, w, column + j);
      block.store(corner, stride);
    }
}

// Sums of the eight values in each row of left-operand blocks.
template <unsigned N> inline aie::vector<float, N / 2> pair_sums(const aie::vector<float, N> &v) {
  return aie::add(aie::filter_even(v), aie::filter_odd(v));
}
inline aie::vector<float, MMUL_R> row_sums(const aie::accum<accfloat, MMUL::size_A> &sums) {
  return pair_sums(pair_sums(pair_sums(sums.template to_vector<float>())));
}

// The same of bf16 blocks themselves: by a product with ones where it is exact, which is half the
// vector operations.
#if __AIE_ARCH__ == 20
struct row_sum {
  MMUL total;

  row_sum() : total(aie::zeros<float, block_elems>()) {}
  void add(const aie::vector<bfloat16, MMUL::size_A> &v) {
    total.mac(v, aie::broadcast<bfloat16, MMUL::size_B>(1.0f));
  }
  aie::vector<float, MMUL_R> rows() const { // the first column
    return aie::filter_even(aie::filter_even(total.template to_vector<float>()));
  }
};
#else
struct row_sum {
  aie::accum<accfloat, MMUL::size_A> total;

  row_sum() { total.from_vector(aie::zeros<float, MMUL::size_A>()); }
  void add(const aie::vector<bfloat16, MMUL::size_A> &v) {
    total = aie::mac(total, v, aie::broadcast<bfloat16, MMUL::size_A>(1.0f));
  }
  aie::vector<float, MMUL_R> rows() const { return row_sums(total); }
};
#endif

// One group of queries in `encoder_scores`: all keys' scores are kept until the maxima are known. Where
// powers are bfp16, behind them in their object. Else those of half of the keys in scratch, of the
// others in what is free: the last group's powers' place, and at last the first half of the keys.
constexpr unsigned group_columns = block_columns;
constexpr unsigned group_row = group_columns * block_elems;
static_assert(group_columns * MMUL_T == group && group_columns * group <= workspace - raised);
#if RIGHT_BFP16
constexpr unsigned key_parts = 1;
#else
constexpr unsigned key_parts = workspace + tile * group <= scratch_elems ? 1 : 2;
#endif
constexpr unsigned keys = tile / key_parts;
constexpr unsigned key_rows = keys / MMUL_R, key_steps = keys / MMUL_S; // blocks of scores, of powers

struct room {
  float *scores;
  unsigned row; // elements from a row of blocks to the next
};
#if RIGHT_BFP16
inline room room_for(unsigned, unsigned, bfloat16 *, bfloat16 *pt, float *) {
  return {reinterpret_cast<float *>(pt + right_elems), group_row};
}
#else
static_assert(workspace + keys * group <= scratch_elems);
static_assert(key_parts == 1 ||
              (columns * MMUL::size_B == rows * MMUL::size_A && key_rows == steps &&
               group_row * 2 <= group_columns * MMUL::size_B && key_rows * MMUL::size_A >= group_row * 2));
inline room room_for(unsigned part, unsigned first, bfloat16 *k, bfloat16 *pt, float *scratch) {
  if (part == 0)
    return {scratch + workspace, group_row};
  const unsigned last = columns - group_columns;
  bfloat16 *free = first < last ? pt + last * MMUL::size_B : k;
  return {reinterpret_cast<float *>(free), columns * MMUL::size_B / 2};
}
#endif

// Scores of a part of the keys for the queries of a column of register blocks; those of keys from
// `valid` on are out of the way.
void score(const bfloat16 *__restrict k, const bfloat16 *__restrict qt, const room &to,
           unsigned column, unsigned part, unsigned valid) {
  multiply(k + part * key_rows * MMUL::size_A, qt, to.scores, to.row, key_rows, column, 1, true);
  const unsigned before = part * keys;
  for (unsigned key = valid > before ? valid - before : 0; key < keys; ++key)
    for (unsigned i = 0; i < group_columns; ++i)
      aie::store_v(to.scores + key / MMUL_R * to.row + i * block_elems + key % MMUL_R * MMUL_T,
                   aie::broadcast<float, MMUL_T>(hidden));
}

// A score or maximum as an integer, rounded: what adding `to_integer` makes of it, as bits.
inline int_group counted(const accum_group &value) {
  return aie::add(value, group_of(to_integer)).template to_vector<float>().cast_to<int32_t>();
}
inline accum_group uncounted(const int_group &count) {
  return aie::sub(accum_group(count.cast_to<float>()), group_of(to_integer));
}

// The maxima before of a column's queries, counted, in each row of the vector.
inline int_group counted_before(const float *kept) {
  return counted(accum_group(aie::load_v<MMUL_T>(kept).template grow_replicate<group>()));
}

// For each column the maxima before. In memory, where loops over columns find them: an array of
// vectors would take half of the stack.
inline void count_maxima(float *__restrict counts, const float *__restrict kept) {
  unroll<group_columns>([&](auto column) {
    aie::store_v(counts + column * group,
                 counted_before(kept + column * MMUL_T).template cast_to<float>());
  });
}

// For each column the maxima over these keys and those before: vectors of counts.
inline void raise(float *__restrict counts, const room &of) {
  constexpr unsigned vectors = block_elems / group;
  int_group best[group_columns];
  unroll<group_columns>([&](auto column) {
    best[column] = aie::load_v<group>(counts + column * group).template cast_to<int32_t>();
  });
  AT_LEAST_TWICE
  for (unsigned i = 0; i < key_rows; ++i)
    unroll<group_columns * vectors>([&](auto v) {
      const accum_group score(aie::load_v<group>(of.scores + i * of.row + v * group));
      best[v / vectors] = aie::max(best[v / vectors], counted(score));
    });
  unroll<group_columns>([&](auto column) {
    int_group highest = best[column];
    for (unsigned n = group / 2; n >= MMUL_T; n /= 2)
      highest = aie::max(highest, aie::shuffle_down_rotate(highest, n));
    aie::store_v(counts + column * group, highest.template cast_to<float>());
  });
}

// acc's column of blocks, and the queries' sums, times 2^difference; the differences are integers.
void rescale(float *__restrict acc, float *__restrict sums_of_column, unsigned column,
             const accum_group &difference) {
  const accum_group power = aie::add(difference, group_of(to_bf16));
  const int_group bits = power.template to_vector<float>().cast_to<int32_t>();
  // The queries repeat in `bits`, so turning them changes nothing; Peano cannot join a vector to itself.
  const int_group again = aie::shuffle_down_rotate(bits, MMUL_T);
  const bf16_lanes factor = low_halves(aie::concat(bits, again)).template extract<lanes>(0);
  const split old(accum_lanes(per_column(sums_of_column))); // to 2^-17, as acc
  const accum_lanes scaled = aie::mac(aie::mul(old.low, factor), old.high, factor);
  aie::store_v(sums_of_column, scaled.template to_vector<float>().template extract<MMUL_T>(0));
  scale_column(acc, column, split(accum_lanes(factor)));
}

// The powers of a right-operand block's scores, less `maximum`; `row` as of a room.
inline aie::vector<bfloat16, MMUL::size_B> powers(const float *__restrict scores, unsigned row,
                                                  const accum_group &maximum) {
  const unsigned below = MMUL_R == MMUL_S ? lanes : row; // the scores of the next keys
  static_assert(MMUL::size_B == 2 * lanes);
  const fp32_lanes all = maximum.template to_vector<float>().template grow_replicate<lanes>();
  const accum_lanes half_above = aie::add(accum_lanes(all), constant(0.5f));
  const int_lanes upper = power_bits(aie::sub(load(scores), half_above));
  const int_lanes lower = power_bits(aie::sub(load(scores + below), half_above));
#if __AIE_ARCH__ == 20
  return low_halves(aie::concat(upper, lower));
#else
  return aie::concat(low_halves(upper), low_halves(lower));
#endif
}

// pt's column of blocks from the scores; returns the sums over these keys, as the matrix unit sees
// them. Of half of the keys pt is that half's.
#if RIGHT_BFP16
inline aie::vector<float, MMUL_T> store_powers(const float *__restrict scores, unsigned row,
                                               bfloat16 *__restrict pt, unsigned column,
                                               const accum_group &maximum) {
  const right_blocks ones = to_bfp16(aie::broadcast<bfloat16, MMUL::size_A>(1.0f));
  MMUL total(aie::zeros<float, block_elems>());
  right_output stream = right_column(pt, column);
  for (unsigned i = 0; i < key_steps; i += 4)
    unroll<4>([&](auto g) {
      const auto p = powers(scores + (i + g) * (MMUL_S / MMUL_R) * row, row, maximum);
      const right_blocks rounded = to_bfp16(aie::transpose(p, MMUL_S, MMUL_T));
      stream << rounded;
      stream.seek(block_columns - 1);
      total.mac(ones, aie::op_transpose(rounded));
    });
  return total.template to_vector<float>().template extract<MMUL_T>(0);
}
#else
inline aie::vector<float, MMUL_T> store_powers(const float *__restrict scores, unsigned row,
                                               bfloat16 *__restrict pt, unsigned column,
                                               const accum_group &maximum) {
  const auto ones = aie::broadcast<bfloat16, MMUL::size_A>(1.0f);
  MMUL total(aie::zeros<float, block_elems>());
  pt += column * MMUL::size_B;
  for (unsigned i = 0; i < key_steps; i += 4)
    unroll<4>([&](auto g) {
      const auto p = powers(scores + (i + g) * (MMUL_S / MMUL_R) * row, row, maximum);
      aie::store_v(pt + (i + g) * columns * MMUL::size_B, p);
      total.mac(ones, p);
    });
  return total.template to_vector<float>().template extract<MMUL_T>(0);
}
#endif

// Maxima that are raised: acc and the sums keep step. Of the columns from `first` on.
void settle(float *__restrict acc, float *__restrict scratch, unsigned first) {
  for (unsigned column = 0; column < group_columns; ++column) {
    const unsigned query = (first + column) * MMUL_T;
    const int_group before = counted_before(scratch + maxima + query);
    const int_group now =
        aie::load_v<group>(scratch + raised + column * group).template cast_to<int32_t>();
    const accum_group maximum = uncounted(now);
    if (!aie::lt(before, now).empty())
      rescale(acc, scratch + sums + query, first + column, aie::sub(uncounted(before), maximum));
    aie::store_v(scratch + maxima + query,
                 maximum.template to_vector<float>().template extract<MMUL_T>(0));
  }
}

// Powers and their sums from the scores of a group of queries, `first` the first of its columns.
void attend(const room &of, bfloat16 *__restrict pt, float *__restrict scratch, unsigned first) {
  for (unsigned column = 0; column < group_columns; ++column) {
    const unsigned query = (first + column) * MMUL_T;
    const accum_group maximum(
        aie::load_v<MMUL_T>(scratch + maxima + query).template grow_replicate<group>());
    const auto added =
        store_powers(of.scores + column * block_elems, of.row, pt, first + column, maximum);
    aie::store_v(scratch + sums + query,
                 aie::add(aie::load_v<MMUL_T>(scratch + sums + query), added));
  }
}

} // namespace

extern "C" {

// par = the first 16 words of a control object.
void encoder_parameters(bfloat16 *__restrict w, int32_t *__restrict par) {
  set_rounding();
  aie::store_v(par, aie::load_v<16>(reinterpret_cast<const int32_t *>(w)));
}

// acc = (first ? 0 : acc) + x @ w.
void encoder_gemm(bfloat16 *__restrict x, bfloat16 *__restrict w, float *__restrict acc,
                  int32_t first) {
  set_rounding();
  multiply(x, w, acc, columns * block_elems, rows, 0, columns / block_columns, first != 0);
}

// A slot's sums and sums of squares of x's rows: those of x, onto the kept ones unless `first`.
void encoder_stats(bfloat16 *__restrict x, float *__restrict scratch, int32_t slot, int32_t first) {
  set_rounding();
  constexpr unsigned blocks = __AIE_ARCH__ == 20 ? 2 : 1; // more are faster, but take more code
  float *kept = scratch + 2 * tile * slot;
  for (unsigned i = 0; i < rows; i += blocks) {
    row_sum sum[blocks];
    aie::accum<accfloat, MMUL::size_A> square[blocks];
    unroll<blocks>([&](auto g) { square[g].from_vector(aie::zeros<float, MMUL::size_A>()); });
    AT_LEAST_TWICE
    for (unsigned step = 0; step < steps; ++step)
      unroll<blocks>([&](auto g) {
        const auto v = aie::load_v<MMUL::size_A>(x + (step * rows + i + g) * MMUL::size_A);
        sum[g].add(v);
        square[g] = aie::mac(square[g], v, v);
      });
    unroll<blocks>([&](auto g) {
      float *place = kept + (i + g) * MMUL_R;
      auto row = sum[g].rows(), row_square = row_sums(square[g]);
      if (!first) {
        row = aie::add(row, aie::load_v<MMUL_R>(place));
        row_square = aie::add(row_square, aie::load_v<MMUL_R>(place + tile));
      }
      aie::store_v(place, row);
      aie::store_v(place + tile, row_square);
    });
  }
}

// A slot's sums become means and 1 / sqrt(variance + epsilon).
void encoder_moments(float *__restrict scratch, int32_t slot, int32_t width) {
  set_rounding();
  float *kept = scratch + 2 * tile * slot;
  const accum_lanes biased = from_bits(aie::broadcast<int32_t, lanes>(0x4b000000 + width)); // + 2^23
  const accum_lanes exact_width = aie::sub(biased, constant(8388608.0f));
  const accum_lanes less = negative_reciprocal(exact_width), none = constant(0.0f);
  for (unsigned i = 0; i < tile; i += lanes) {
    const accum_lanes mean = less_product(none, load(kept + i), less);
    const accum_lanes square = less_product(none, load(kept + tile + i), less);
    const fp32_lanes variance = less_product(square, mean, mean).template to_vector<float>();
    const accum_lanes positive(aie::max(variance, aie::zeros<float, lanes>()));
    store(kept + i, mean);
    store(kept + tile + i, reciprocal_root(aie::add(positive, constant(epsilon))));
  }
}

// acc = (width ? rstd * (acc - mean * column sum) : acc) + bias. The product that is subtracted is
// held to 2^-17, so rows whose mean is m deviations lose m * 2^-17 of a column sum.
void encoder_affine(bfloat16 *__restrict w, float *__restrict acc, float *__restrict scratch,
                    int32_t slot, int32_t width) {
  set_rounding();
  const float *bias = reinterpret_cast<const float *>(w + right_elems), *column_sums = bias + tile;
  // Without a norm there are no slots.
  const float *means = scratch + (width ? 2 * tile * slot : 0), *reciprocals = means + tile;
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned part = 0; part < parts; ++part) {
      float *row = acc + i * columns * block_elems + part * lanes;
      const unsigned first = i * MMUL_R + part * part_rows;
      const split mean(accum_lanes(per_row(means + first)));
      const split reciprocal(accum_lanes(per_row(reciprocals + first)));
      for (unsigned j = 0; !width && j < columns; j += together / 2)
        unroll<together / 2>([&](auto g) {
          float *address = row + (j + g) * block_elems;
          store(address, aie::add(load(address), per_column(bias + (j + g) * MMUL_T)));
        });
      for (unsigned j = 0; width && j < columns; j += together)
        unroll<together>([&](auto g) {
          float *address = row + (j + g) * block_elems;
          const accum_lanes start(per_column(bias + (j + g) * MMUL_T));
          const split column_sum(accum_lanes(per_column(column_sums + (j + g) * MMUL_T)));
          const split centred(fnma(load(address), mean, column_sum));
          store(address, fma(start, centred, reciprocal));
        });
    }
}

// acc = gelu(acc).
void encoder_gelu(float *__restrict acc) {
  set_rounding();
  gelu(
      tile * tile / (gelus * lanes), [&](unsigned i) { return aie::load_v<lanes>(acc + i * lanes); },
      [&](unsigned i, const accum_lanes &value) { store(acc + i * lanes, value); });
}

// acc += x, from the left operand's layout.
void encoder_residual(bfloat16 *__restrict x, float *__restrict acc) {
  set_rounding();
  constexpr unsigned halves = MMUL_S / MMUL_T; // blocks of the accumulator in one of x
  for (unsigned i = 0; i < rows; ++i) {
    AT_LEAST_TWICE
    for (unsigned step = 0; step < steps; ++step) {
      const auto v = aie::load_v<MMUL::size_A>(x + (step * rows + i) * MMUL::size_A);
      float *block = acc + (i * columns + step * halves) * block_elems;
      if constexpr (halves == 2) {
        store(block, aie::add(load(block), aie::filter_even(v, MMUL_T)));
        store(block + lanes, aie::add(load(block + lanes), aie::filter_odd(v, MMUL_T)));
      } else {
        store(block, aie::add(load(block), v.template extract<lanes>(0)));
        store(block + lanes, aie::add(load(block + lanes), v.template extract<lanes>(1)));
      }
    }
  }
}

// out = acc or its transpose, rounded to bf16.
void encoder_store(float *__restrict acc, bfloat16 *__restrict out, int32_t transpose) {
  set_rounding();
  for (unsigned i = 0; i < rows; ++i) {
    AT_LEAST_TWICE
    for (unsigned j = 0; j < columns; ++j) {
      const aie::accum<accfloat, block_elems> value(
          aie::load_v<block_elems>(acc + (i * columns + j) * block_elems));
      const auto block = value.template to_vector<bfloat16>();
      if (transpose)
        aie::store_v(out + (j * columns + i) * block_elems, aie::transpose(block, MMUL_R, MMUL_T));
      else
        aie::store_v(out + (i * columns + j) * block_elems, block);
    }
  }
}

// out = the transpose of the row-major tile w, as a right operand.
void encoder_query(bfloat16 *__restrict w, bfloat16 *__restrict out) {
  set_rounding();
  for (unsigned j = 0; j < columns; ++j) {
#if RIGHT_BFP16
    right_output stream = right_column(out, j);
#endif
    AT_LEAST_TWICE
    for (unsigned step = 0; step < steps; ++step) {
      aie::vector<bfloat16, MMUL::size_B> rows_of_w;
      unroll<MMUL_T>([&](auto i) {
        rows_of_w.insert(i, aie::load_v<MMUL_S>(w + (j * MMUL_T + i) * tile + step * MMUL_S));
      });
#if RIGHT_BFP16
      stream << to_bfp16(rows_of_w);
      stream.seek(block_columns - 1);
#else
      aie::store_v(out + (step * columns + j) * MMUL::size_B,
                   aie::transpose(rows_of_w, MMUL_T, MMUL_S));
#endif
    }
  }
}

// No key seen yet.
void encoder_attention_start(float *__restrict acc, float *__restrict scratch) {
  set_rounding();
  AT_LEAST_TWICE
  for (unsigned i = 0; i < tile * tile; i += lanes)
    aie::store_v(acc + i, aie::zeros<float, lanes>());
  for (unsigned i = 0; i < tile; i += lanes) {
    aie::store_v(scratch + maxima + i, aie::broadcast<float, lanes>(lowest));
    aie::store_v(scratch + sums + i, aie::zeros<float, lanes>());
  }
}

// pt = 2^(k @ qt - running maxima), with zeros for keys from `valid` on; sums and acc keep step. What
// is left of k is of no use.
void encoder_scores(bfloat16 *__restrict k, bfloat16 *__restrict qt, bfloat16 *__restrict pt,
                    float *__restrict acc, float *__restrict scratch, int32_t valid) {
  set_rounding();
  for (unsigned j = 0; j < columns; j += group_columns) {
    count_maxima(scratch + raised, scratch + maxima + j * MMUL_T);
    for (unsigned part = 0; part < key_parts; ++part) {
      const room scores = room_for(part, j, k, pt, scratch);
      score(k, qt, scores, j / block_columns, part, valid);
      raise(scratch + raised, scores);
    }
    settle(acc, scratch, j);
    for (unsigned part = 0; part < key_parts; ++part)
      attend(room_for(part, j, k, pt, scratch), pt + part * key_steps * columns * MMUL::size_B,
             scratch, j);
  }
}

// acc's columns over their queries' sums.
void encoder_attention_end(float *__restrict acc, float *__restrict scratch) {
  set_rounding();
  float *shares = scratch + workspace;
  for (unsigned i = 0; i < tile; i += lanes)
    store(shares + i, negative(negative_reciprocal(load(scratch + sums + i))));
  for (unsigned j = 0; j < columns; ++j)
    scale_column(acc, j, split(accum_lanes(per_column(shares + j * MMUL_T))));
}

} // extern "C"
