// aie::block_vector<bfp16ebs8, 64>: eight blocks of eight values, and their streams from and to memory.
//
// In memory a block is its biased exponent e, then eight mantissas m in two's complement; a value is
// m * 2^(e - 127 - 6), and a vector is 72 bytes. Such a vector is read and written by streams alone.
// Sources: the bytes, mlir-aie programming_examples/ml/block_datatypes (floatToBfp16 of its hosts);
// streams and sizes, aie_api iterator.hpp and detail/aie2p/block_vector.hpp; that a stream may stand
// at any vector of a buffer, the kernels there, which seek. Not modelled: what a stream has fetched
// before it is popped, so a stream must not read what is written while it is open.
#pragma once

#include "bfp16.hpp"
#include "memory.hpp"

// No type of its own in memory: a pointer to it has no arithmetic.
struct bfp16ebs8;

namespace aie {
namespace emulated {

// The step of a block, 2^(biased - 127 - 6): as a number whose reciprocal is one too.
inline double step_of(int biased) {
  const uint64_t bits = uint64_t(biased - 127 - 6 + 1023) << 52;
  double step;
  std::memcpy(&step, &bits, sizeof(step));
  return step;
}

using mantissas8 = chunk<int8_t, 8>;

struct block {
  uint8_t exponent;
  int8_t mantissas[8];

  // In the core's rounding mode.
  void round(row8 v) {
    if (__builtin_expect(core_rounding.mode != rounding_mode::conv_even, 0)) {
      exponent = uint8_t(round_block(reinterpret_cast<float *>(&v), 1, core_rounding.mode));
    } else {
      const bits8 w = block_weight(v);
      v = to_steps(v, w);
      exponent = uint8_t(w[0] >> 23);
    }
    const auto steps = __builtin_convertvector(v, chunk<double, 8>) * (1 / step_of(exponent));
    const auto m = __builtin_convertvector(__builtin_convertvector(steps, bits8), mantissas8);
    std::memcpy(mantissas, &m, sizeof(mantissas));
  }
  row8 values() const {
    mantissas8 m;
    std::memcpy(&m, mantissas, sizeof(mantissas));
    return __builtin_convertvector(m, row8) * float(step_of(exponent));
  }
};
static_assert(sizeof(block) == 9);

} // namespace emulated

template <typename T, unsigned N> struct block_vector {
  static_assert(N > 0 && __AIE_ARCH__ == 21, "aie::block_vector exists on AIE2P only");
  static_assert(std::is_same_v<T, bfp16ebs8> && N == 64,
                "emulated aie_api: aie::block_vector has 64 elements of bfp16ebs8");
  using value_type = T;

  emulated::block part[N / 8];

  static constexpr unsigned size() { return N; }
  static constexpr unsigned memory_bytes() { return sizeof(part); }
};

namespace emulated {

template <typename T, unsigned N> struct transposed { const block_vector<T, N> &v; };

// Where a stream stands, in vectors of `Bytes`.
template <unsigned Bytes> struct position {
  char *address;

  explicit position(const void *start) : address(static_cast<char *>(const_cast<void *>(start))) {
    if (reinterpret_cast<uintptr_t>(start) % 8 != 0 && aie_emulation_misaligned == 0)
      aie_emulation_misaligned = Bytes;
  }
  void seek(int vectors) { address += vectors * int(Bytes); }
};

} // namespace emulated

// What a product by block vectors asks for: its right operand lies transposed.
template <typename T, unsigned N>
inline emulated::transposed<T, N> op_transpose(const block_vector<T, N> &v) {
  return {v};
}

template <typename T, unsigned N> class block_vector_input_buffer_stream {
public:
  using vector_type = block_vector<T, N>;

  block_vector_input_buffer_stream(const T *start) : at(start) {}

  vector_type pop() {
    vector_type out;
    std::memcpy(out.part, at.address, sizeof(out.part));
    at.seek(1);
    return out;
  }
  block_vector_input_buffer_stream &operator>>(vector_type &v) {
    v = pop();
    return *this;
  }
  void seek(int vectors) { at.seek(vectors); }

private:
  emulated::position<vector_type::memory_bytes()> at;
};

template <typename T, unsigned N> class block_vector_output_buffer_stream {
public:
  using vector_type = block_vector<T, N>;

  block_vector_output_buffer_stream(T *start) : at(start) {}

  void push(const vector_type &v) {
    std::memcpy(at.address, v.part, sizeof(v.part));
    at.seek(1);
  }
  block_vector_output_buffer_stream &operator<<(const vector_type &v) {
    push(v);
    return *this;
  }
  void seek(int vectors) { at.seek(vectors); }

private:
  emulated::position<vector_type::memory_bytes()> at;
};

} // namespace aie
