// The operations whose results on chips are known, one function an operation.
#include <aie_api/aie.hpp>
#include <stdint.h>

template <unsigned R, unsigned S, unsigned T, typename V, typename Out>
void multiply(const V *a, const V *b, Out *c) {
  using MMUL = aie::mmul<R, S, T, V, V, accauto>;
  aie::set_saturation(aie::saturation_mode::none); // it stays from kernel to kernel
  MMUL product;
  product.mul(aie::load_v<MMUL::size_A>(a), aie::load_v<MMUL::size_B>(b));
  aie::store_v(c, product.template to_vector<Out>());
}

template <typename V> void sums(const V *a, const V *b, V *plus, V *minus) {
  aie::store_v(plus, aie::add(aie::load_v<16>(a), aie::load_v<16>(b)));
  aie::store_v(minus, aie::sub(aie::load_v<16>(a), aie::load_v<16>(b)));
}

// Both halves of what a shuffle makes of two vectors of 64 bytes.
template <typename V, typename Out> void halves(uint8_t *out, V low, V high) {
  aie::store_v(reinterpret_cast<Out *>(out), low);
  aie::store_v(reinterpret_cast<Out *>(out + 64), high);
}
template <typename T> void filters(const uint8_t *in, uint8_t *out) {
  const auto v = aie::load_v<128 / sizeof(T)>(reinterpret_cast<const T *>(in));
  halves<aie::vector<T, 64 / sizeof(T)>, T>(out, aie::filter_even(v), aie::filter_odd(v));
}
template <typename T> void turned(const uint8_t *in, uint8_t *out, unsigned rows, unsigned columns) {
  const auto v = aie::load_v<64 / sizeof(T)>(reinterpret_cast<const T *>(in));
  aie::store_v(reinterpret_cast<T *>(out), aie::transpose(v, rows, columns));
}

extern "C" {

void mul_bf16(bfloat16 *a, bfloat16 *b, float *c) { multiply<4, 8, 4>(a, b, c); }
void mul_i8(int8_t *a, int8_t *b, int32_t *c) { multiply<4, 8, 8>(a, b, c); }
void mul_i16(int16_t *a, int16_t *b, int32_t *c) { multiply<4, 2, 8>(a, b, c); }

void mac_bf16(bfloat16 *a, bfloat16 *b, float *c) {
  using MMUL = aie::mmul<4, 8, 4, bfloat16, bfloat16, accauto>;
  MMUL product(aie::load_v<MMUL::size_C>(c));
  product.mac(aie::load_v<MMUL::size_A>(a), aie::load_v<MMUL::size_B>(b));
  aie::store_v(c, product.to_vector<float>());
}

void sums_f32(float *a, float *b, float *plus, float *minus) { sums(a, b, plus, minus); }
void sums_bf16(bfloat16 *a, bfloat16 *b, bfloat16 *plus, bfloat16 *minus) {
  sums(a, b, plus, minus);
}

void to_bf16(float *in, bfloat16 *out, int32_t rounding) {
  aie::set_rounding(aie::rounding_mode(rounding));
  aie::store_v(out, aie::accum<accfloat, 16>(aie::load_v<16>(in)).to_vector<bfloat16>());
}
void widened(bfloat16 *in, float *out) {
  aie::store_v(out, aie::accum<accfloat, 16>(aie::load_v<16>(in)).to_vector<float>());
}

void shifted_down(int32_t *in, int16_t *out, int32_t rounding, int32_t saturation, int32_t shift) {
  aie::set_rounding(aie::rounding_mode(rounding));
  aie::set_saturation(aie::saturation_mode(saturation));
  aie::accum<acc64, 16> acc;
  acc.from_vector(aie::load_v<16>(in));
  aie::store_v(out, acc.to_vector<int16_t>(shift));
}
void shifted_up(int16_t *in, int32_t *out, int32_t shift) {
  aie::set_saturation(aie::saturation_mode::none);
  aie::accum<acc64, 16> acc;
  acc.from_vector(aie::load_v<16>(in), shift);
  aie::store_v(out, acc.to_vector<int32_t>());
}
void packed(int16_t *in, int8_t *out, int32_t saturation) {
  aie::set_saturation(aie::saturation_mode(saturation));
  aie::store_v(out, aie::pack(aie::load_v<16>(in)));
}
#if __AIE_ARCH__ == 20
void floors(bfloat16 *in, int32_t *out) {
  aie::store_v(out, bfloat16_to_int(aie::load_v<16>(in), 0));
}
#endif

// Bytes are moved as elements of `bits`.
void filtered(uint8_t *in, uint8_t *out, int32_t bits) {
  bits == 8 ? filters<int8_t>(in, out) : bits == 16 ? filters<int16_t>(in, out)
                                                    : filters<int32_t>(in, out);
}
void transposed(uint8_t *in, uint8_t *out, int32_t bits, int32_t rows, int32_t columns) {
  bits == 8    ? turned<int8_t>(in, out, rows, columns)
  : bits == 16 ? turned<int16_t>(in, out, rows, columns)
               : turned<int32_t>(in, out, rows, columns);
}
}
