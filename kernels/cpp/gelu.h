// GELU in its exact erf form on fp32 lanes, built from bf16 multiply-accumulates that AIE2 and
// AIE2P both have. Formula, fits and error: kernels/gelu.py.
#pragma once

#include "powers.h"
#include "split.h"
#include "unroll.h"

// log2(Q(a)) by powers of a - 3, and 2^f by powers of f, the lowest first.
constexpr float tail_log[] = {-9.5329359f,     -4.736665207f,    -0.6704429912f, -0.007422683631f,
                              0.001132531216f, -0.000197305583f, 2.300739288e-05f};
constexpr float tail_power[] = {1.0f, 0.6932925415f, 0.2422221218f, 0.05493164062f};

// Vectors side by side.
constexpr unsigned gelus = 4;

inline bf16_lanes to_bf16_lanes(const accum_lanes &value) {
  return value.template to_vector<bfloat16>();
}
inline bf16_lanes bf16_constant(float value) { return aie::broadcast<bfloat16, lanes>(value); }

// start + factor * value, where value may be rounded to bf16.
inline accum_lanes times_rounded(const accum_lanes &start, const split &factor,
                                 const accum_lanes &value) {
  const bf16_lanes rounded = to_bf16_lanes(value);
  return aie::mac(aie::mac(start, factor.high, rounded), factor.low, rounded);
}

// min(|x|, 6).
inline accum_lanes limited(const fp32_lanes &x) {
  return accum_lanes(
      aie::min(aie::max(x, aie::neg(x)), aie::broadcast<float, lanes>(6.0f)));
}

// log2(Q(a)). The higher a term the smaller, and the less of its factors' low parts it needs.
inline accum_lanes log_of_tail(const accum_lanes &a) {
  const split c(aie::add(a, constant(-3.0f)));
  accum_lanes sum = aie::mac(constant(tail_log[5]), c.high, bf16_constant(tail_log[6]));
  sum = aie::mac(constant(tail_log[4]), c.high, to_bf16_lanes(sum));
  sum = times_rounded(constant(tail_log[3]), c, sum);
  sum = fma(constant(tail_log[2]), c, split(sum));
  sum = fma(constant(tail_log[1]), c, split(sum));
  return fma(constant(tail_log[0]), c, split(sum));
}

// 2^f.
inline accum_lanes small_power(const accum_lanes &f) {
  const split part(f);
  accum_lanes sum = aie::mac(constant(tail_power[2]), part.high, bf16_constant(tail_power[3]));
  sum = times_rounded(constant(tail_power[1]), part, sum);
  return fma(constant(tail_power[0]), part, split(sum));
}

// max(x, 0) - a * 2^logarithm.
inline accum_lanes less_tail(const fp32_lanes &x, const accum_lanes &logarithm) {
  const accum_lanes whole =
      aie::sub(aie::add(logarithm, constant(to_integer)), constant(to_integer));
  const split tail(small_power(aie::sub(logarithm, whole)));
  const bf16_lanes power = aie::filter_even(bits_of(aie::add(whole, constant(to_bf16)))
                                                .template cast_to<int16_t>())
                               .template cast_to<bfloat16>(); // 2^whole, see powers.h
  const split a(limited(x));
  const bf16_lanes high = to_bf16_lanes(aie::mul(a.high, power)); // exact: powers of two
  const bf16_lanes low = to_bf16_lanes(aie::mul(a.low, power));
  const accum_lanes positive(aie::max(x, aie::zeros<float, lanes>()));
  return aie::msc(aie::msc(aie::msc(positive, high, tail.high), high, tail.low), low, tail.high);
}

// store(i, gelu(load(i))) for i = 0, 1, ... count * gelus - 1. Each vector passes two stages; those of
// one round and the next run together, since either alone is a chain longer than its operations. One
// copy of the code: the first round stores what the second overwrites, the last prepares nothing new.
template <typename Load, typename Store>
inline __attribute__((always_inline)) void gelu(unsigned count, Load load, Store store) {
  fp32_lanes x[gelus];
  accum_lanes logarithm[gelus];
  unroll<gelus>([&](auto g) {
    x[g] = aie::zeros<float, lanes>();
    logarithm[g] = constant(0.0f);
  });
  for (unsigned i = 0; i <= count; ++i) {
    const unsigned now = gelus * (i < count ? i : i - 1), before = gelus * (i ? i - 1 : 0);
    fp32_lanes next_x[gelus];
    accum_lanes next[gelus];
    unroll<gelus>([&](auto g) {
      next_x[g] = load(now + g);
      next[g] = log_of_tail(limited(next_x[g]));
    });
    unroll<gelus>([&](auto g) {
      store(before + g, less_tail(x[g], logarithm[g]));
      x[g] = next_x[g];
      logarithm[g] = next[g];
    });
  }
}
