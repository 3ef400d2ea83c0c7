// The encoder's kernels, and which rounding mode they leave the core in.
#include ENCODER

extern "C" void rounding_mode_now(int32_t *mode) { *mode = int32_t(aie::get_rounding()); }
