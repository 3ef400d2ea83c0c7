// Host emulation of the part of AMD's aie_api that this project's kernels use.
//
// The very C++ sources that Peano compiles for a core are compiled for the host against these
// headers, and the simulator calls the result. The names and signatures are those of the public
// aie_api (https://xilinx.github.io/aie_api); what is not here does not compile. `__AIE_ARCH__`
// says whose rules hold, as it does for the real headers: 20 is AIE2 (npu1), 21 is AIE2P (npu2).
//
// Faithful: legal matrix shapes, alignment of loads and stores, rounding under all modes with the mode
// kept from kernel to kernel, and floating-point sums as the vector unit aligns them (datapath.hpp,
// which tells what of it is proven and what is inferred). Not modelled: payloads of NaN.
#pragma once

#if !defined(__AIE_ARCH__) || (__AIE_ARCH__ != 20 && __AIE_ARCH__ != 21)
#error "define __AIE_ARCH__: 20 for AIE2 (npu1), 21 for AIE2P (npu2)"
#endif

#include "emulated/core.hpp"
#include "emulated/vector.hpp"
#include "emulated/block_vector.hpp"
#include "emulated/accum.hpp"
#include "emulated/memory.hpp"
#include "emulated/arithmetic.hpp"
#include "emulated/elementary.hpp"
#include "emulated/mmul.hpp"
#include "emulated/integers.hpp"
#include "emulated/shuffle.hpp"
