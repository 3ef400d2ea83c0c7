// 2^x of 32 fp32 values as cpp/powers.h makes it, where x is given less 1/2.
#include POWERS

extern "C" void powers(float *shifted, bfloat16 *out) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  aie::vector<int32_t, 32> bits;
  for (unsigned i = 0; i < 32 / lanes; ++i)
    bits.insert(i, power_bits(accum_lanes(aie::load_v<lanes>(shifted + i * lanes))));
  aie::store_v(out, low_halves(bits));
}
