// 4x4x4 is an int16 shape; bf16 has none.
#include <aie_api/aie.hpp>

extern "C" void illegal(bfloat16 *a, bfloat16 *b, float *c) {
  aie::mmul<4, 4, 4, bfloat16, bfloat16> product;
  product.mac(aie::load_v<16>(a), aie::load_v<16>(b));
  aie::store_v(c, product.to_vector<float>());
}
