// Scalars, accumulator tags, and the state of a core: its rounding mode and its first fault.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

// bf16 as the core sees it; conversions from float on the scalar side round to nearest even.
struct bfloat16 {
  uint16_t bits;

  bfloat16() = default;
  bfloat16(float value) {
    uint32_t u;
    std::memcpy(&u, &value, 4);
    const bool nan = (u & 0x7fffffffu) > 0x7f800000u;
    bits = uint16_t(nan ? (u >> 16 | 0x40u) : (u + 0x7fffu + (u >> 16 & 1u)) >> 16);
  }
  operator float() const {
    const uint32_t u = uint32_t(bits) << 16;
    float value;
    std::memcpy(&value, &u, 4);
    return value;
  }
};
static_assert(sizeof(bfloat16) == 2);

struct accfloat {};
struct accauto {};
struct acc32 {};
struct acc64 {};

// Values of the crRnd register. Source: aie_api, aie::rounding_mode.
namespace aie {

enum class rounding_mode : unsigned {
  floor = 0,
  ceil = 1,
  symmetric_floor = 2,
  symmetric_ceil = 3,
  negative_inf = 8,
  positive_inf = 9,
  symmetric_zero = 10,
  symmetric_inf = 11,
  conv_even = 12,
  conv_odd = 13,
};

// Values of the crSat register. Source: aie_api, aie::saturation_mode.
enum class saturation_mode : unsigned { none = 0, saturate = 1, symmetric = 3 };

namespace emulated {

// What is added to the 32 bits of an fp32 before its low 16 bits are cut off:
// `base`, and `negative` for numbers below zero, and `odd` if the kept part is odd.
struct rounding {
  rounding_mode mode;
  uint32_t base, negative, odd;
};

constexpr rounding rounding_of(rounding_mode mode) {
  switch (mode) {
  case rounding_mode::floor:           return {mode, 0, 0xffffu, 0};
  case rounding_mode::ceil:            return {mode, 0xffffu, -0xffffu, 0};
  case rounding_mode::symmetric_floor: return {mode, 0, 0, 0};
  case rounding_mode::symmetric_ceil:  return {mode, 0xffffu, 0, 0};
  case rounding_mode::negative_inf:    return {mode, 0x7fffu, 1u, 0};
  case rounding_mode::positive_inf:    return {mode, 0x8000u, -1u, 0};
  case rounding_mode::symmetric_zero:  return {mode, 0x7fffu, 0, 0};
  case rounding_mode::symmetric_inf:   return {mode, 0x8000u, 0, 0};
  case rounding_mode::conv_even:       return {mode, 0x7fffu, 0, 1u};
  case rounding_mode::conv_odd:        return {mode, 0x8000u, 0, -1u};
  }
  return {mode, 0, 0xffffu, 0};
}

// A core rounds down after reset. A host thread stands for a core; the mode leaks from kernel to
// kernel as it does on the array, which is why every kernel sets it at entry.
inline thread_local rounding core_rounding
    __attribute__((tls_model("initial-exec"))) = rounding_of(rounding_mode::floor);

inline thread_local saturation_mode core_saturation
    __attribute__((tls_model("initial-exec"))) = saturation_mode::none;

// For lambdas in hot loops: compilers count them as calls, and stop inlining in large kernels.
#define AIE_EMULATION_INLINE __attribute__((always_inline))

// body(0), body(1), ... body(Count - 1), with constants: compilers then keep arrays in registers.
template <typename Body, std::size_t... I>
inline __attribute__((always_inline)) void each(std::index_sequence<I...>, Body body) {
  (body(std::integral_constant<unsigned, unsigned(I)>{}), ...);
}
template <unsigned Count, typename Body>
inline __attribute__((always_inline)) void each(Body body) {
  each(std::make_index_sequence<Count>{}, body);
}

} // namespace emulated

static inline void set_rounding(rounding_mode mode) {
  emulated::core_rounding = emulated::rounding_of(mode);
}
static inline rounding_mode get_rounding() { return emulated::core_rounding.mode; }
static inline rounding_mode swap_rounding(rounding_mode mode) {
  const rounding_mode old = get_rounding();
  set_rounding(mode);
  return old;
}
static inline void set_saturation(saturation_mode mode) { emulated::core_saturation = mode; }

} // namespace aie

// Bytes of the first load or store whose address was not a multiple of what the core needs; the
// host reads and clears it. On the array such an access silently uses the address rounded down.
extern "C" {
__attribute__((visibility("default"), weak)) uint32_t aie_emulation_misaligned = 0;
}

static inline void event0() {}
static inline void event1() {}
