// A lane of the vector unit's floating-point sums by its definition, in integers: for numbers of any
// size, infinities and NaN. datapath.hpp tells the rule and where it comes from, and is faster.
#pragma once

#include "core.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aie {
namespace emulated {

// A finite number not zero: mantissa * 2^(place - fraction), where `place` is its exponent.
struct term {
  int64_t mantissa;
  int place, fraction;
};

inline int place_of(float v) { return std::max(std::ilogb(v), -126); }

// A number with all the 24 bits of fp32.
inline term term_of(float v) {
  const int place = place_of(v);
  return {int64_t(std::ldexp(double(v), 23 - place)), place, 23};
}
inline term product_of(float a, float b) {
  const term x = term_of(a), y = term_of(b);
  return {x.mantissa * y.mantissa, x.place + y.place, 46};
}

// n / 2^shift to the nearest, ties to even.
inline int64_t shifted(int64_t n, int shift) {
  if (shift <= 0)
    return n << -shift;
  if (shift > 62)
    return 0;
  const int64_t kept = n >> shift, rest = n - (kept << shift), half = int64_t(1) << (shift - 1);
  return kept + (rest > half || (rest == half && (kept & 1)));
}

struct aligned_sum {
  int64_t steps = 0; // of 2^(place - 23)
  int place;

  aligned_sum(const term *terms, unsigned count) : place(std::numeric_limits<int>::min()) {
    for (unsigned i = 0; i < count; ++i)
      place = std::max(place, terms[i].place);
    for (unsigned i = 0; i < count; ++i)
      steps += shifted(terms[i].mantissa, terms[i].fraction - 23 + place - terms[i].place);
  }

  // Rounded to fp32; infinite from 2^128 on, and below 2^-126 zero, with its sign if it is `kept`.
  float rounded(bool sign_kept) const {
    const double value = std::ldexp(double(float(steps)), place - 23);
    if (std::fabs(value) < 0x1p-126)
      return sign_kept && value < 0 ? -0.0f : 0.0f;
    return float(value);
  }
};

inline float one_sum(float a, float b) {
  if (!std::isfinite(a) || !std::isfinite(b))
    return a + b;
  term terms[2];
  unsigned count = 0;
  for (float v : {a, b})
    if (v != 0)
      terms[count++] = term_of(v);
  return count ? aligned_sum(terms, count).rounded(true) : 0.0f;
}

// acc + a[0] * b[0] + ... of `count` products, at most eight.
inline __attribute__((noinline)) float one_mac(float acc, const float *a, const float *b,
                                               unsigned count) {
  term terms[9];
  unsigned used = 0;
  float special = 0; // infinities and NaN add up to what they are
  if (!std::isfinite(acc))
    special += acc;
  else if (acc != 0)
    terms[used++] = term_of(acc);
  for (unsigned k = 0; k < count; ++k) {
    if (!std::isfinite(a[k]) || !std::isfinite(b[k]))
      special += a[k] * b[k];
    else if (a[k] != 0 && b[k] != 0)
      terms[used++] = product_of(a[k], b[k]);
  }
  if (special != 0)
    return special;
  return used ? aligned_sum(terms, used).rounded(false) : 0.0f;
}

} // namespace emulated
} // namespace aie
