// What the emulation promises, one function a promise.
#include <aie_api/aie.hpp>
#include <stdint.h>

template <unsigned M, unsigned K, unsigned N>
void multiply(const bfloat16 *a, const bfloat16 *b, float *c) {
  using MMUL = aie::mmul<M, K, N, bfloat16, bfloat16>;
  MMUL product(aie::load_v<MMUL::size_C>(c));
  product.mac(aie::load_v<MMUL::size_A>(a), aie::load_v<MMUL::size_B>(b));
  aie::store_v(c, product.template to_vector<float>());
}

extern "C" {
void mmul_4x8x4(bfloat16 *a, bfloat16 *b, float *c) { multiply<4, 8, 4>(a, b, c); }
void mmul_8x8x4(bfloat16 *a, bfloat16 *b, float *c) { multiply<8, 8, 4>(a, b, c); }
void mmul_4x8x8(bfloat16 *a, bfloat16 *b, float *c) { multiply<4, 8, 8>(a, b, c); }
void mmul_8x8x8(bfloat16 *a, bfloat16 *b, float *c) { multiply<8, 8, 8>(a, b, c); }
void mmul_8x1x8(bfloat16 *a, bfloat16 *b, float *c) { multiply<8, 1, 8>(a, b, c); }

void round_in(float *x, bfloat16 *out, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  aie::store_v(out, aie::accum<accfloat, 16>(aie::load_v<16>(x)).to_vector<bfloat16>());
}
void round_as_found(float *x, bfloat16 *out) {
  aie::store_v(out, aie::accum<accfloat, 16>(aie::load_v<16>(x)).to_vector<bfloat16>());
}
void rounding_mode_now(int32_t *mode) { *mode = int32_t(aie::get_rounding()); }

void arithmetic(float *a, float *b, float *out) {
  const auto x = aie::load_v<16>(a), y = aie::load_v<16>(b);
  const aie::accum<accfloat, 16> acc(x);
  aie::store_v(out, aie::mul(x, y).to_vector<float>());
  aie::store_v(out + 16, aie::mac(acc, x, y).to_vector<float>());
  aie::store_v(out + 32, aie::msc(acc, x, y).to_vector<float>());
  aie::store_v(out + 48, aie::add(acc, y).to_vector<float>());
  aie::store_v(out + 64, aie::sub(acc, y).to_vector<float>());
  aie::store_v(out + 80, aie::max(x, y));
  aie::store_v(out + 96, aie::min(x, y));
  aie::store_v(out + 112, aie::neg(x));
  aie::store_v(out + 128, aie::broadcast<float, 16>(x[3]));
  aie::store_v(out + 144, aie::zeros<float, 16>());
  aie::store_v(out + 160, aie::load_v<4>(a).grow_replicate<16>());
  aie::store_v(out + 176, aie::sub(acc, aie::accum<accfloat, 16>(y)).to_vector<float>());
}

void multiply_in(bfloat16 *a, bfloat16 *b, float *c, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  multiply<8, 8, 8>(a, b, c);
}

void shuffles(float *a, float *out) {
  const auto x = aie::load_v<16>(a), y = aie::load_v<16>(a + 16);
  aie::store_v(out, aie::transpose(x, 2, 8));
  aie::store_v(out + 16, aie::filter_even(aie::concat(x, y), 4));
  aie::store_v(out + 32, aie::filter_odd(aie::concat(x, y), 1));
  aie::store_v(out + 48, aie::shuffle_down_rotate(x, 5));
  aie::vector<float, 16> mixed = x;
  aie::store_v(out + 64, mixed.insert(1, y.extract<8>(0)));
}

void integers(int32_t *a, int32_t *b, int32_t *out, int32_t mode) {
  aie::set_rounding(aie::rounding_mode(mode));
  const auto x = aie::load_v<16>(a), y = aie::load_v<16>(b);
  aie::store_v(out, aie::add(x, y));
  aie::store_v(out + 16, aie::sub(x, y));
  aie::store_v(out + 32, aie::max(x, y));
  aie::store_v(out + 48, aie::downshift(x, 3));
  aie::store_v(out + 64, aie::broadcast<int32_t, 16>(aie::lt(x, y).empty()));
}
}
