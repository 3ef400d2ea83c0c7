// A loop with constant indices, so that arrays of vectors and accumulators stay in registers.
#pragma once

#include <utility>

template <typename Body, std::size_t... I>
inline __attribute__((always_inline)) void unroll(Body body, std::index_sequence<I...>) {
  (body(std::integral_constant<unsigned, I>{}), ...);
}

// body(0), body(1), ... body(Count - 1).
template <unsigned Count, typename Body>
inline __attribute__((always_inline)) void unroll(Body body) {
  unroll(body, std::make_index_sequence<Count>{});
}
