// Loads and stores, with the alignment that the core's memory ports ask for.
#pragma once

#include "vector.hpp"

namespace aie {
namespace emulated {

// Source: aie_api detail/ld_st.hpp, vector_ldst_align.
constexpr unsigned alignment(unsigned bytes) {
  if (bytes == 16)
    return 16;
  return __AIE_ARCH__ == 20 || bytes == 32 ? 32 : 64;
}

template <unsigned Bytes> inline void check(const void *address) {
  if (__builtin_expect(reinterpret_cast<uintptr_t>(address) % alignment(Bytes) != 0, 0))
    if (aie_emulation_misaligned == 0)
      aie_emulation_misaligned = Bytes;
}

} // namespace emulated

template <unsigned N, typename T> inline vector<T, N> load_v(const T *address) {
  emulated::check<sizeof(T) * N>(address);
  vector<T, N> out;
  emulated::each<vector<T, N>::chunks>(
      [&](auto i) AIE_EMULATION_INLINE { std::memcpy(&out.part[i], address + i * out.lanes, sizeof(out.part[i])); });
  return out;
}

template <typename T, unsigned N> inline T *store_v(T *address, const vector<T, N> &v) {
  emulated::check<sizeof(T) * N>(address);
  emulated::each<vector<T, N>::chunks>(
      [&](auto i) AIE_EMULATION_INLINE { std::memcpy(address + i * vector<T, N>::lanes, &v.part[i], sizeof(v.part[0])); });
  return address;
}

} // namespace aie
