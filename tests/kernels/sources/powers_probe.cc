// 2^x of 32 fp32 values as cpp/powers.h makes it on AIE2, where x is given less 1/2.
#include POWERS

extern "C" void powers(float *shifted, bfloat16 *out) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  const accum_group first(aie::load_v<16>(shifted)), second(aie::load_v<16>(shifted + 16));
  aie::store_v(out, low_halves(power_bits(first), power_bits(second)));
}
