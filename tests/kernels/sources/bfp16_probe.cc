// What the emulation promises of bfp16 in memory, which AIE2P alone has.
#include <aie_api/aie.hpp>
#include <stdint.h>

namespace {

using blocks = aie::block_vector<bfp16ebs8, 64>;
using input = aie::block_vector_input_buffer_stream<bfp16ebs8, 64>;
using output = aie::block_vector_output_buffer_stream<bfp16ebs8, 64>;

blocks rounded(const float *x) {
  return aie::accum<accfloat, 64>(aie::load_v<64>(x)).to_vector<bfp16ebs8>();
}

} // namespace

extern "C" {
// The second of two vectors; both are written, the second first.
void round_to_bytes(float *x, uint8_t *out, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  output first(reinterpret_cast<bfp16ebs8 *>(out)), second(reinterpret_cast<bfp16ebs8 *>(out));
  second.seek(1);
  second << rounded(x + 64);
  first.push(rounded(x));
}

// c += a times the second vector of b, then as much again with a in bfp16 too.
void multiply_by_bytes(bfloat16 *a, uint8_t *b, float *c, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  input from(reinterpret_cast<bfp16ebs8 *>(b));
  from.seek(1);
  blocks right;
  from >> right;
  const auto left = aie::load_v<64>(a);
  aie::mmul<8, 8, 8, bfloat16, bfp16ebs8> mixed(aie::load_v<64>(c));
  mixed.mac(left, aie::op_transpose(right));
  aie::mmul<8, 8, 8, bfp16ebs8, bfp16ebs8> native(mixed.to_accum());
  native.mac(aie::accum<accfloat, 64>(left).to_vector<bfp16ebs8>(), aie::op_transpose(right));
  aie::store_v(c, native.to_vector<float>());
}

void multiply_bfloat16(bfloat16 *a, bfloat16 *b, float *c, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  aie::mmul<8, 8, 8, bfloat16, bfloat16> product(aie::load_v<64>(c));
  product.mac(aie::load_v<64>(a), aie::load_v<64>(b));
  product.mac(aie::load_v<64>(a), aie::load_v<64>(b));
  aie::store_v(c, product.to_vector<float>());
}
}
