builtin.module {
  aie.device(npu1) {
    func.func private @gemm_bf16(memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> () attributes {link_with = "gemm_bf16.o"}
    func.func private @gemm_bf16_residual(memref<288xbf16>, memref<256xf32>) -> () attributes {link_with = "gemm_bf16.o"}
    func.func private @gemm_bf16_store(memref<256xf32>, memref<256xbf16>, i32) -> () attributes {link_with = "gemm_bf16.o"}
    %tile_0_0 = aie.tile(0, 0)
    %tile_1_0 = aie.tile(1, 0)
    %tile_2_0 = aie.tile(2, 0)
    %tile_3_0 = aie.tile(3, 0)
    %tile_0_1 = aie.tile(0, 1)
    %tile_1_1 = aie.tile(1, 1)
    %tile_2_1 = aie.tile(2, 1)
    %tile_3_1 = aie.tile(3, 1)
    %tile_0_2 = aie.tile(0, 2)
    %tile_0_3 = aie.tile(0, 3)
    %tile_0_4 = aie.tile(0, 4)
    %tile_0_5 = aie.tile(0, 5)
    %tile_1_2 = aie.tile(1, 2)
    %tile_1_3 = aie.tile(1, 3)
    %tile_1_4 = aie.tile(1, 4)
    %tile_1_5 = aie.tile(1, 5)
    %tile_2_2 = aie.tile(2, 2)
    %tile_2_3 = aie.tile(2, 3)
    %tile_2_4 = aie.tile(2, 4)
    %tile_2_5 = aie.tile(2, 5)
    %tile_3_2 = aie.tile(3, 2)
    %tile_3_3 = aie.tile(3, 3)
    %tile_3_4 = aie.tile(3, 4)
    %tile_3_5 = aie.tile(3, 5)
    %mem_0_x0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_x0"} : memref<512xbf16>
    %mem_0_x1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_x1"} : memref<512xbf16>
    %mem_0_w0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_w0"} : memref<288xbf16>
    %mem_0_w1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_w1"} : memref<288xbf16>
    %mem_0_out0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out0"} : memref<1024xbf16>
    %mem_0_out1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out1"} : memref<1024xbf16>
    %mem_0_x_empty = aie.lock(%tile_0_1, 0) {init = 2 : i32, sym_name = "mem_0_x_empty"}
    %mem_0_x_full = aie.lock(%tile_0_1, 1) {init = 0 : i32, sym_name = "mem_0_x_full"}
    %mem_0_w_empty = aie.lock(%tile_0_1, 2) {init = 2 : i32, sym_name = "mem_0_w_empty"}
    %mem_0_w_full = aie.lock(%tile_0_1, 3) {init = 0 : i32, sym_name = "mem_0_w_full"}
    %mem_0_out_row0_empty = aie.lock(%tile_0_1, 4) {init = 2 : i32, sym_name = "mem_0_out_row0_empty"}
    %mem_0_out_row0_full = aie.lock(%tile_0_1, 5) {init = 0 : i32, sym_name = "mem_0_out_row0_full"}
    %mem_0_out_row1_empty = aie.lock(%tile_0_1, 6) {init = 2 : i32, sym_name = "mem_0_out_row1_empty"}
    %mem_0_out_row1_full = aie.lock(%tile_0_1, 7) {init = 0 : i32, sym_name = "mem_0_out_row1_full"}
    %mem_0_out_row2_empty = aie.lock(%tile_0_1, 8) {init = 2 : i32, sym_name = "mem_0_out_row2_empty"}
    %mem_0_out_row2_full = aie.lock(%tile_0_1, 9) {init = 0 : i32, sym_name = "mem_0_out_row2_full"}
    %mem_0_out_row3_empty = aie.lock(%tile_0_1, 10) {init = 2 : i32, sym_name = "mem_0_out_row3_empty"}
    %mem_0_out_row3_full = aie.lock(%tile_0_1, 11) {init = 0 : i32, sym_name = "mem_0_out_row3_full"}
    %mem_1_x0 = aie.buffer(%tile_1_1) {sym_name = "mem_1_x0"} : memref<512xbf16>
    %mem_1_x1 = aie.buffer(%tile_1_1) {sym_name = "mem_1_x1"} : memref<512xbf16>
    %mem_1_w0 = aie.buffer(%tile_1_1) {sym_name = "mem_1_w0"} : memref<288xbf16>
    %mem_1_w1 = aie.buffer(%tile_1_1) {sym_name = "mem_1_w1"} : memref<288xbf16>
    %mem_1_out0 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out0"} : memref<1024xbf16>
    %mem_1_out1 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out1"} : memref<1024xbf16>
    %mem_1_x_empty = aie.lock(%tile_1_1, 0) {init = 2 : i32, sym_name = "mem_1_x_empty"}
    %mem_1_x_full = aie.lock(%tile_1_1, 1) {init = 0 : i32, sym_name = "mem_1_x_full"}
    %mem_1_w_empty = aie.lock(%tile_1_1, 2) {init = 2 : i32, sym_name = "mem_1_w_empty"}
    %mem_1_w_full = aie.lock(%tile_1_1, 3) {init = 0 : i32, sym_name = "mem_1_w_full"}
    %mem_1_out_row0_empty = aie.lock(%tile_1_1, 4) {init = 2 : i32, sym_name = "mem_1_out_row0_empty"}
    %mem_1_out_row0_full = aie.lock(%tile_1_1, 5) {init = 0 : i32, sym_name = "mem_1_out_row0_full"}
    %mem_1_out_row1_empty = aie.lock(%tile_1_1, 6) {init = 2 : i32, sym_name = "mem_1_out_row1_empty"}
    %mem_1_out_row1_full = aie.lock(%tile_1_1, 7) {init = 0 : i32, sym_name = "mem_1_out_row1_full"}
    %mem_1_out_row2_empty = aie.lock(%tile_1_1, 8) {init = 2 : i32, sym_name = "mem_1_out_row2_empty"}
    %mem_1_out_row2_full = aie.lock(%tile_1_1, 9) {init = 0 : i32, sym_name = "mem_1_out_row2_full"}
    %mem_1_out_row3_empty = aie.lock(%tile_1_1, 10) {init = 2 : i32, sym_name = "mem_1_out_row3_empty"}
    %mem_1_out_row3_full = aie.lock(%tile_1_1, 11) {init = 0 : i32, sym_name = "mem_1_out_row3_full"}
    %mem_2_x0 = aie.buffer(%tile_2_1) {sym_name = "mem_2_x0"} : memref<512xbf16>
    %mem_2_x1 = aie.buffer(%tile_2_1) {sym_name = "mem_2_x1"} : memref<512xbf16>
    %mem_2_w0 = aie.buffer(%tile_2_1) {sym_name = "mem_2_w0"} : memref<288xbf16>
    %mem_2_w1 = aie.buffer(%tile_2_1) {sym_name = "mem_2_w1"} : memref<288xbf16>
    %mem_2_out0 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out0"} : memref<1024xbf16>
    %mem_2_out1 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out1"} : memref<1024xbf16>
    %mem_2_x_empty = aie.lock(%tile_2_1, 0) {init = 2 : i32, sym_name = "mem_2_x_empty"}
    %mem_2_x_full = aie.lock(%tile_2_1, 1) {init = 0 : i32, sym_name = "mem_2_x_full"}
    %mem_2_w_empty = aie.lock(%tile_2_1, 2) {init = 2 : i32, sym_name = "mem_2_w_empty"}
    %mem_2_w_full = aie.lock(%tile_2_1, 3) {init = 0 : i32, sym_name = "mem_2_w_full"}
    %mem_2_out_row0_empty = aie.lock(%tile_2_1, 4) {init = 2 : i32, sym_name = "mem_2_out_row0_empty"}
    %mem_2_out_row0_full = aie.lock(%tile_2_1, 5) {init = 0 : i32, sym_name = "mem_2_out_row0_full"}
    %mem_2_out_row1_empty = aie.lock(%tile_2_1, 6) {init = 2 : i32, sym_name = "mem_2_out_row1_empty"}
    %mem_2_out_row1_full = aie.lock(%tile_2_1, 7) {init = 0 : i32, sym_name = "mem_2_out_row1_full"}
    %mem_2_out_row2_empty = aie.lock(%tile_2_1, 8) {init = 2 : i32, sym_name = "mem_2_out_row2_empty"}
    %mem_2_out_row2_full = aie.lock(%tile_2_1, 9) {init = 0 : i32, sym_name = "mem_2_out_row2_full"}
    %mem_2_out_row3_empty = aie.lock(%tile_2_1, 10) {init = 2 : i32, sym_name = "mem_2_out_row3_empty"}
    %mem_2_out_row3_full = aie.lock(%tile_2_1, 11) {init = 0 : i32, sym_name = "mem_2_out_row3_full"}
    %mem_3_x0 = aie.buffer(%tile_3_1) {sym_name = "mem_3_x0"} : memref<512xbf16>
    %mem_3_x1 = aie.buffer(%tile_3_1) {sym_name = "mem_3_x1"} : memref<512xbf16>
    %mem_3_w0 = aie.buffer(%tile_3_1) {sym_name = "mem_3_w0"} : memref<288xbf16>
    %mem_3_w1 = aie.buffer(%tile_3_1) {sym_name = "mem_3_w1"} : memref<288xbf16>
    %mem_3_out0 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out0"} : memref<1024xbf16>
    %mem_3_out1 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out1"} : memref<1024xbf16>
    %mem_3_x_empty = aie.lock(%tile_3_1, 0) {init = 2 : i32, sym_name = "mem_3_x_empty"}
    %mem_3_x_full = aie.lock(%tile_3_1, 1) {init = 0 : i32, sym_name = "mem_3_x_full"}
    %mem_3_w_empty = aie.lock(%tile_3_1, 2) {init = 2 : i32, sym_name = "mem_3_w_empty"}
    %mem_3_w_full = aie.lock(%tile_3_1, 3) {init = 0 : i32, sym_name = "mem_3_w_full"}
    %mem_3_out_row0_empty = aie.lock(%tile_3_1, 4) {init = 2 : i32, sym_name = "mem_3_out_row0_empty"}
    %mem_3_out_row0_full = aie.lock(%tile_3_1, 5) {init = 0 : i32, sym_name = "mem_3_out_row0_full"}
    %mem_3_out_row1_empty = aie.lock(%tile_3_1, 6) {init = 2 : i32, sym_name = "mem_3_out_row1_empty"}
    %mem_3_out_row1_full = aie.lock(%tile_3_1, 7) {init = 0 : i32, sym_name = "mem_3_out_row1_full"}
    %mem_3_out_row2_empty = aie.lock(%tile_3_1, 8) {init = 2 : i32, sym_name = "mem_3_out_row2_empty"}
    %mem_3_out_row2_full = aie.lock(%tile_3_1, 9) {init = 0 : i32, sym_name = "mem_3_out_row2_full"}
    %mem_3_out_row3_empty = aie.lock(%tile_3_1, 10) {init = 2 : i32, sym_name = "mem_3_out_row3_empty"}
    %mem_3_out_row3_full = aie.lock(%tile_3_1, 11) {init = 0 : i32, sym_name = "mem_3_out_row3_full"}
    %core_0_2_acc = aie.buffer(%tile_0_2) {sym_name = "core_0_2_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_0_2_w0 = aie.buffer(%tile_0_2) {sym_name = "core_0_2_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_0_2_w1 = aie.buffer(%tile_0_2) {sym_name = "core_0_2_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_0_2_x0 = aie.buffer(%tile_0_2) {sym_name = "core_0_2_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_0_2_x1 = aie.buffer(%tile_0_2) {sym_name = "core_0_2_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_0_2_out = aie.buffer(%tile_0_2) {sym_name = "core_0_2_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_0_2_rtp = aie.buffer(%tile_0_2) {sym_name = "core_0_2_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_0_2_x_empty = aie.lock(%tile_0_2, 0) {init = 2 : i32, sym_name = "core_0_2_x_empty"}
    %core_0_2_x_full = aie.lock(%tile_0_2, 1) {init = 0 : i32, sym_name = "core_0_2_x_full"}
    %core_0_2_w_empty = aie.lock(%tile_0_2, 2) {init = 2 : i32, sym_name = "core_0_2_w_empty"}
    %core_0_2_w_full = aie.lock(%tile_0_2, 3) {init = 0 : i32, sym_name = "core_0_2_w_full"}
    %core_0_2_out_empty = aie.lock(%tile_0_2, 4) {init = 1 : i32, sym_name = "core_0_2_out_empty"}
    %core_0_2_out_full = aie.lock(%tile_0_2, 5) {init = 0 : i32, sym_name = "core_0_2_out_full"}
    %core_0_2_ready = aie.lock(%tile_0_2, 6) {init = 0 : i32, sym_name = "core_0_2_ready"}
    %core_0_3_acc = aie.buffer(%tile_0_3) {sym_name = "core_0_3_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_0_3_w0 = aie.buffer(%tile_0_3) {sym_name = "core_0_3_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_0_3_w1 = aie.buffer(%tile_0_3) {sym_name = "core_0_3_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_0_3_x0 = aie.buffer(%tile_0_3) {sym_name = "core_0_3_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_0_3_x1 = aie.buffer(%tile_0_3) {sym_name = "core_0_3_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_0_3_out = aie.buffer(%tile_0_3) {sym_name = "core_0_3_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_0_3_rtp = aie.buffer(%tile_0_3) {sym_name = "core_0_3_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_0_3_x_empty = aie.lock(%tile_0_3, 0) {init = 2 : i32, sym_name = "core_0_3_x_empty"}
    %core_0_3_x_full = aie.lock(%tile_0_3, 1) {init = 0 : i32, sym_name = "core_0_3_x_full"}
    %core_0_3_w_empty = aie.lock(%tile_0_3, 2) {init = 2 : i32, sym_name = "core_0_3_w_empty"}
    %core_0_3_w_full = aie.lock(%tile_0_3, 3) {init = 0 : i32, sym_name = "core_0_3_w_full"}
    %core_0_3_out_empty = aie.lock(%tile_0_3, 4) {init = 1 : i32, sym_name = "core_0_3_out_empty"}
    %core_0_3_out_full = aie.lock(%tile_0_3, 5) {init = 0 : i32, sym_name = "core_0_3_out_full"}
    %core_0_3_ready = aie.lock(%tile_0_3, 6) {init = 0 : i32, sym_name = "core_0_3_ready"}
    %core_0_4_acc = aie.buffer(%tile_0_4) {sym_name = "core_0_4_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_0_4_w0 = aie.buffer(%tile_0_4) {sym_name = "core_0_4_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_0_4_w1 = aie.buffer(%tile_0_4) {sym_name = "core_0_4_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_0_4_x0 = aie.buffer(%tile_0_4) {sym_name = "core_0_4_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_0_4_x1 = aie.buffer(%tile_0_4) {sym_name = "core_0_4_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_0_4_out = aie.buffer(%tile_0_4) {sym_name = "core_0_4_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_0_4_rtp = aie.buffer(%tile_0_4) {sym_name = "core_0_4_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_0_4_x_empty = aie.lock(%tile_0_4, 0) {init = 2 : i32, sym_name = "core_0_4_x_empty"}
    %core_0_4_x_full = aie.lock(%tile_0_4, 1) {init = 0 : i32, sym_name = "core_0_4_x_full"}
    %core_0_4_w_empty = aie.lock(%tile_0_4, 2) {init = 2 : i32, sym_name = "core_0_4_w_empty"}
    %core_0_4_w_full = aie.lock(%tile_0_4, 3) {init = 0 : i32, sym_name = "core_0_4_w_full"}
    %core_0_4_out_empty = aie.lock(%tile_0_4, 4) {init = 1 : i32, sym_name = "core_0_4_out_empty"}
    %core_0_4_out_full = aie.lock(%tile_0_4, 5) {init = 0 : i32, sym_name = "core_0_4_out_full"}
    %core_0_4_ready = aie.lock(%tile_0_4, 6) {init = 0 : i32, sym_name = "core_0_4_ready"}
    %core_0_5_acc = aie.buffer(%tile_0_5) {sym_name = "core_0_5_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_0_5_w0 = aie.buffer(%tile_0_5) {sym_name = "core_0_5_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_0_5_w1 = aie.buffer(%tile_0_5) {sym_name = "core_0_5_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_0_5_x0 = aie.buffer(%tile_0_5) {sym_name = "core_0_5_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_0_5_x1 = aie.buffer(%tile_0_5) {sym_name = "core_0_5_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_0_5_out = aie.buffer(%tile_0_5) {sym_name = "core_0_5_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_0_5_rtp = aie.buffer(%tile_0_5) {sym_name = "core_0_5_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_0_5_x_empty = aie.lock(%tile_0_5, 0) {init = 2 : i32, sym_name = "core_0_5_x_empty"}
    %core_0_5_x_full = aie.lock(%tile_0_5, 1) {init = 0 : i32, sym_name = "core_0_5_x_full"}
    %core_0_5_w_empty = aie.lock(%tile_0_5, 2) {init = 2 : i32, sym_name = "core_0_5_w_empty"}
    %core_0_5_w_full = aie.lock(%tile_0_5, 3) {init = 0 : i32, sym_name = "core_0_5_w_full"}
    %core_0_5_out_empty = aie.lock(%tile_0_5, 4) {init = 1 : i32, sym_name = "core_0_5_out_empty"}
    %core_0_5_out_full = aie.lock(%tile_0_5, 5) {init = 0 : i32, sym_name = "core_0_5_out_full"}
    %core_0_5_ready = aie.lock(%tile_0_5, 6) {init = 0 : i32, sym_name = "core_0_5_ready"}
    %core_1_2_acc = aie.buffer(%tile_1_2) {sym_name = "core_1_2_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_1_2_w0 = aie.buffer(%tile_1_2) {sym_name = "core_1_2_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_1_2_w1 = aie.buffer(%tile_1_2) {sym_name = "core_1_2_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_1_2_x0 = aie.buffer(%tile_1_2) {sym_name = "core_1_2_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_1_2_x1 = aie.buffer(%tile_1_2) {sym_name = "core_1_2_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_1_2_out = aie.buffer(%tile_1_2) {sym_name = "core_1_2_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_1_2_rtp = aie.buffer(%tile_1_2) {sym_name = "core_1_2_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_1_2_x_empty = aie.lock(%tile_1_2, 0) {init = 2 : i32, sym_name = "core_1_2_x_empty"}
    %core_1_2_x_full = aie.lock(%tile_1_2, 1) {init = 0 : i32, sym_name = "core_1_2_x_full"}
    %core_1_2_w_empty = aie.lock(%tile_1_2, 2) {init = 2 : i32, sym_name = "core_1_2_w_empty"}
    %core_1_2_w_full = aie.lock(%tile_1_2, 3) {init = 0 : i32, sym_name = "core_1_2_w_full"}
    %core_1_2_out_empty = aie.lock(%tile_1_2, 4) {init = 1 : i32, sym_name = "core_1_2_out_empty"}
    %core_1_2_out_full = aie.lock(%tile_1_2, 5) {init = 0 : i32, sym_name = "core_1_2_out_full"}
    %core_1_2_ready = aie.lock(%tile_1_2, 6) {init = 0 : i32, sym_name = "core_1_2_ready"}
    %core_1_3_acc = aie.buffer(%tile_1_3) {sym_name = "core_1_3_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_1_3_w0 = aie.buffer(%tile_1_3) {sym_name = "core_1_3_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_1_3_w1 = aie.buffer(%tile_1_3) {sym_name = "core_1_3_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_1_3_x0 = aie.buffer(%tile_1_3) {sym_name = "core_1_3_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_1_3_x1 = aie.buffer(%tile_1_3) {sym_name = "core_1_3_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_1_3_out = aie.buffer(%tile_1_3) {sym_name = "core_1_3_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_1_3_rtp = aie.buffer(%tile_1_3) {sym_name = "core_1_3_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_1_3_x_empty = aie.lock(%tile_1_3, 0) {init = 2 : i32, sym_name = "core_1_3_x_empty"}
    %core_1_3_x_full = aie.lock(%tile_1_3, 1) {init = 0 : i32, sym_name = "core_1_3_x_full"}
    %core_1_3_w_empty = aie.lock(%tile_1_3, 2) {init = 2 : i32, sym_name = "core_1_3_w_empty"}
    %core_1_3_w_full = aie.lock(%tile_1_3, 3) {init = 0 : i32, sym_name = "core_1_3_w_full"}
    %core_1_3_out_empty = aie.lock(%tile_1_3, 4) {init = 1 : i32, sym_name = "core_1_3_out_empty"}
    %core_1_3_out_full = aie.lock(%tile_1_3, 5) {init = 0 : i32, sym_name = "core_1_3_out_full"}
    %core_1_3_ready = aie.lock(%tile_1_3, 6) {init = 0 : i32, sym_name = "core_1_3_ready"}
    %core_1_4_acc = aie.buffer(%tile_1_4) {sym_name = "core_1_4_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_1_4_w0 = aie.buffer(%tile_1_4) {sym_name = "core_1_4_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_1_4_w1 = aie.buffer(%tile_1_4) {sym_name = "core_1_4_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_1_4_x0 = aie.buffer(%tile_1_4) {sym_name = "core_1_4_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_1_4_x1 = aie.buffer(%tile_1_4) {sym_name = "core_1_4_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_1_4_out = aie.buffer(%tile_1_4) {sym_name = "core_1_4_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_1_4_rtp = aie.buffer(%tile_1_4) {sym_name = "core_1_4_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_1_4_x_empty = aie.lock(%tile_1_4, 0) {init = 2 : i32, sym_name = "core_1_4_x_empty"}
    %core_1_4_x_full = aie.lock(%tile_1_4, 1) {init = 0 : i32, sym_name = "core_1_4_x_full"}
    %core_1_4_w_empty = aie.lock(%tile_1_4, 2) {init = 2 : i32, sym_name = "core_1_4_w_empty"}
    %core_1_4_w_full = aie.lock(%tile_1_4, 3) {init = 0 : i32, sym_name = "core_1_4_w_full"}
    %core_1_4_out_empty = aie.lock(%tile_1_4, 4) {init = 1 : i32, sym_name = "core_1_4_out_empty"}
    %core_1_4_out_full = aie.lock(%tile_1_4, 5) {init = 0 : i32, sym_name = "core_1_4_out_full"}
    %core_1_4_ready = aie.lock(%tile_1_4, 6) {init = 0 : i32, sym_name = "core_1_4_ready"}
    %core_1_5_acc = aie.buffer(%tile_1_5) {sym_name = "core_1_5_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_1_5_w0 = aie.buffer(%tile_1_5) {sym_name = "core_1_5_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_1_5_w1 = aie.buffer(%tile_1_5) {sym_name = "core_1_5_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_1_5_x0 = aie.buffer(%tile_1_5) {sym_name = "core_1_5_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_1_5_x1 = aie.buffer(%tile_1_5) {sym_name = "core_1_5_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_1_5_out = aie.buffer(%tile_1_5) {sym_name = "core_1_5_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_1_5_rtp = aie.buffer(%tile_1_5) {sym_name = "core_1_5_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_1_5_x_empty = aie.lock(%tile_1_5, 0) {init = 2 : i32, sym_name = "core_1_5_x_empty"}
    %core_1_5_x_full = aie.lock(%tile_1_5, 1) {init = 0 : i32, sym_name = "core_1_5_x_full"}
    %core_1_5_w_empty = aie.lock(%tile_1_5, 2) {init = 2 : i32, sym_name = "core_1_5_w_empty"}
    %core_1_5_w_full = aie.lock(%tile_1_5, 3) {init = 0 : i32, sym_name = "core_1_5_w_full"}
    %core_1_5_out_empty = aie.lock(%tile_1_5, 4) {init = 1 : i32, sym_name = "core_1_5_out_empty"}
    %core_1_5_out_full = aie.lock(%tile_1_5, 5) {init = 0 : i32, sym_name = "core_1_5_out_full"}
    %core_1_5_ready = aie.lock(%tile_1_5, 6) {init = 0 : i32, sym_name = "core_1_5_ready"}
    %core_2_2_acc = aie.buffer(%tile_2_2) {sym_name = "core_2_2_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_2_2_w0 = aie.buffer(%tile_2_2) {sym_name = "core_2_2_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_2_2_w1 = aie.buffer(%tile_2_2) {sym_name = "core_2_2_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_2_2_x0 = aie.buffer(%tile_2_2) {sym_name = "core_2_2_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_2_2_x1 = aie.buffer(%tile_2_2) {sym_name = "core_2_2_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_2_2_out = aie.buffer(%tile_2_2) {sym_name = "core_2_2_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_2_2_rtp = aie.buffer(%tile_2_2) {sym_name = "core_2_2_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_2_2_x_empty = aie.lock(%tile_2_2, 0) {init = 2 : i32, sym_name = "core_2_2_x_empty"}
    %core_2_2_x_full = aie.lock(%tile_2_2, 1) {init = 0 : i32, sym_name = "core_2_2_x_full"}
    %core_2_2_w_empty = aie.lock(%tile_2_2, 2) {init = 2 : i32, sym_name = "core_2_2_w_empty"}
    %core_2_2_w_full = aie.lock(%tile_2_2, 3) {init = 0 : i32, sym_name = "core_2_2_w_full"}
    %core_2_2_out_empty = aie.lock(%tile_2_2, 4) {init = 1 : i32, sym_name = "core_2_2_out_empty"}
    %core_2_2_out_full = aie.lock(%tile_2_2, 5) {init = 0 : i32, sym_name = "core_2_2_out_full"}
    %core_2_2_ready = aie.lock(%tile_2_2, 6) {init = 0 : i32, sym_name = "core_2_2_ready"}
    %core_2_3_acc = aie.buffer(%tile_2_3) {sym_name = "core_2_3_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_2_3_w0 = aie.buffer(%tile_2_3) {sym_name = "core_2_3_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_2_3_w1 = aie.buffer(%tile_2_3) {sym_name = "core_2_3_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_2_3_x0 = aie.buffer(%tile_2_3) {sym_name = "core_2_3_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_2_3_x1 = aie.buffer(%tile_2_3) {sym_name = "core_2_3_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_2_3_out = aie.buffer(%tile_2_3) {sym_name = "core_2_3_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_2_3_rtp = aie.buffer(%tile_2_3) {sym_name = "core_2_3_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_2_3_x_empty = aie.lock(%tile_2_3, 0) {init = 2 : i32, sym_name = "core_2_3_x_empty"}
    %core_2_3_x_full = aie.lock(%tile_2_3, 1) {init = 0 : i32, sym_name = "core_2_3_x_full"}
    %core_2_3_w_empty = aie.lock(%tile_2_3, 2) {init = 2 : i32, sym_name = "core_2_3_w_empty"}
    %core_2_3_w_full = aie.lock(%tile_2_3, 3) {init = 0 : i32, sym_name = "core_2_3_w_full"}
    %core_2_3_out_empty = aie.lock(%tile_2_3, 4) {init = 1 : i32, sym_name = "core_2_3_out_empty"}
    %core_2_3_out_full = aie.lock(%tile_2_3, 5) {init = 0 : i32, sym_name = "core_2_3_out_full"}
    %core_2_3_ready = aie.lock(%tile_2_3, 6) {init = 0 : i32, sym_name = "core_2_3_ready"}
    %core_2_4_acc = aie.buffer(%tile_2_4) {sym_name = "core_2_4_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_2_4_w0 = aie.buffer(%tile_2_4) {sym_name = "core_2_4_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_2_4_w1 = aie.buffer(%tile_2_4) {sym_name = "core_2_4_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_2_4_x0 = aie.buffer(%tile_2_4) {sym_name = "core_2_4_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_2_4_x1 = aie.buffer(%tile_2_4) {sym_name = "core_2_4_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_2_4_out = aie.buffer(%tile_2_4) {sym_name = "core_2_4_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_2_4_rtp = aie.buffer(%tile_2_4) {sym_name = "core_2_4_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_2_4_x_empty = aie.lock(%tile_2_4, 0) {init = 2 : i32, sym_name = "core_2_4_x_empty"}
    %core_2_4_x_full = aie.lock(%tile_2_4, 1) {init = 0 : i32, sym_name = "core_2_4_x_full"}
    %core_2_4_w_empty = aie.lock(%tile_2_4, 2) {init = 2 : i32, sym_name = "core_2_4_w_empty"}
    %core_2_4_w_full = aie.lock(%tile_2_4, 3) {init = 0 : i32, sym_name = "core_2_4_w_full"}
    %core_2_4_out_empty = aie.lock(%tile_2_4, 4) {init = 1 : i32, sym_name = "core_2_4_out_empty"}
    %core_2_4_out_full = aie.lock(%tile_2_4, 5) {init = 0 : i32, sym_name = "core_2_4_out_full"}
    %core_2_4_ready = aie.lock(%tile_2_4, 6) {init = 0 : i32, sym_name = "core_2_4_ready"}
    %core_2_5_acc = aie.buffer(%tile_2_5) {sym_name = "core_2_5_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_2_5_w0 = aie.buffer(%tile_2_5) {sym_name = "core_2_5_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_2_5_w1 = aie.buffer(%tile_2_5) {sym_name = "core_2_5_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_2_5_x0 = aie.buffer(%tile_2_5) {sym_name = "core_2_5_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_2_5_x1 = aie.buffer(%tile_2_5) {sym_name = "core_2_5_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_2_5_out = aie.buffer(%tile_2_5) {sym_name = "core_2_5_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_2_5_rtp = aie.buffer(%tile_2_5) {sym_name = "core_2_5_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_2_5_x_empty = aie.lock(%tile_2_5, 0) {init = 2 : i32, sym_name = "core_2_5_x_empty"}
    %core_2_5_x_full = aie.lock(%tile_2_5, 1) {init = 0 : i32, sym_name = "core_2_5_x_full"}
    %core_2_5_w_empty = aie.lock(%tile_2_5, 2) {init = 2 : i32, sym_name = "core_2_5_w_empty"}
    %core_2_5_w_full = aie.lock(%tile_2_5, 3) {init = 0 : i32, sym_name = "core_2_5_w_full"}
    %core_2_5_out_empty = aie.lock(%tile_2_5, 4) {init = 1 : i32, sym_name = "core_2_5_out_empty"}
    %core_2_5_out_full = aie.lock(%tile_2_5, 5) {init = 0 : i32, sym_name = "core_2_5_out_full"}
    %core_2_5_ready = aie.lock(%tile_2_5, 6) {init = 0 : i32, sym_name = "core_2_5_ready"}
    %core_3_2_acc = aie.buffer(%tile_3_2) {sym_name = "core_3_2_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_3_2_w0 = aie.buffer(%tile_3_2) {sym_name = "core_3_2_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_3_2_w1 = aie.buffer(%tile_3_2) {sym_name = "core_3_2_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_3_2_x0 = aie.buffer(%tile_3_2) {sym_name = "core_3_2_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_3_2_x1 = aie.buffer(%tile_3_2) {sym_name = "core_3_2_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_3_2_out = aie.buffer(%tile_3_2) {sym_name = "core_3_2_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_3_2_rtp = aie.buffer(%tile_3_2) {sym_name = "core_3_2_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_3_2_x_empty = aie.lock(%tile_3_2, 0) {init = 2 : i32, sym_name = "core_3_2_x_empty"}
    %core_3_2_x_full = aie.lock(%tile_3_2, 1) {init = 0 : i32, sym_name = "core_3_2_x_full"}
    %core_3_2_w_empty = aie.lock(%tile_3_2, 2) {init = 2 : i32, sym_name = "core_3_2_w_empty"}
    %core_3_2_w_full = aie.lock(%tile_3_2, 3) {init = 0 : i32, sym_name = "core_3_2_w_full"}
    %core_3_2_out_empty = aie.lock(%tile_3_2, 4) {init = 1 : i32, sym_name = "core_3_2_out_empty"}
    %core_3_2_out_full = aie.lock(%tile_3_2, 5) {init = 0 : i32, sym_name = "core_3_2_out_full"}
    %core_3_2_ready = aie.lock(%tile_3_2, 6) {init = 0 : i32, sym_name = "core_3_2_ready"}
    %core_3_3_acc = aie.buffer(%tile_3_3) {sym_name = "core_3_3_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_3_3_w0 = aie.buffer(%tile_3_3) {sym_name = "core_3_3_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_3_3_w1 = aie.buffer(%tile_3_3) {sym_name = "core_3_3_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_3_3_x0 = aie.buffer(%tile_3_3) {sym_name = "core_3_3_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_3_3_x1 = aie.buffer(%tile_3_3) {sym_name = "core_3_3_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_3_3_out = aie.buffer(%tile_3_3) {sym_name = "core_3_3_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_3_3_rtp = aie.buffer(%tile_3_3) {sym_name = "core_3_3_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_3_3_x_empty = aie.lock(%tile_3_3, 0) {init = 2 : i32, sym_name = "core_3_3_x_empty"}
    %core_3_3_x_full = aie.lock(%tile_3_3, 1) {init = 0 : i32, sym_name = "core_3_3_x_full"}
    %core_3_3_w_empty = aie.lock(%tile_3_3, 2) {init = 2 : i32, sym_name = "core_3_3_w_empty"}
    %core_3_3_w_full = aie.lock(%tile_3_3, 3) {init = 0 : i32, sym_name = "core_3_3_w_full"}
    %core_3_3_out_empty = aie.lock(%tile_3_3, 4) {init = 1 : i32, sym_name = "core_3_3_out_empty"}
    %core_3_3_out_full = aie.lock(%tile_3_3, 5) {init = 0 : i32, sym_name = "core_3_3_out_full"}
    %core_3_3_ready = aie.lock(%tile_3_3, 6) {init = 0 : i32, sym_name = "core_3_3_ready"}
    %core_3_4_acc = aie.buffer(%tile_3_4) {sym_name = "core_3_4_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_3_4_w0 = aie.buffer(%tile_3_4) {sym_name = "core_3_4_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_3_4_w1 = aie.buffer(%tile_3_4) {sym_name = "core_3_4_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_3_4_x0 = aie.buffer(%tile_3_4) {sym_name = "core_3_4_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_3_4_x1 = aie.buffer(%tile_3_4) {sym_name = "core_3_4_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_3_4_out = aie.buffer(%tile_3_4) {sym_name = "core_3_4_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_3_4_rtp = aie.buffer(%tile_3_4) {sym_name = "core_3_4_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_3_4_x_empty = aie.lock(%tile_3_4, 0) {init = 2 : i32, sym_name = "core_3_4_x_empty"}
    %core_3_4_x_full = aie.lock(%tile_3_4, 1) {init = 0 : i32, sym_name = "core_3_4_x_full"}
    %core_3_4_w_empty = aie.lock(%tile_3_4, 2) {init = 2 : i32, sym_name = "core_3_4_w_empty"}
    %core_3_4_w_full = aie.lock(%tile_3_4, 3) {init = 0 : i32, sym_name = "core_3_4_w_full"}
    %core_3_4_out_empty = aie.lock(%tile_3_4, 4) {init = 1 : i32, sym_name = "core_3_4_out_empty"}
    %core_3_4_out_full = aie.lock(%tile_3_4, 5) {init = 0 : i32, sym_name = "core_3_4_out_full"}
    %core_3_4_ready = aie.lock(%tile_3_4, 6) {init = 0 : i32, sym_name = "core_3_4_ready"}
    %core_3_5_acc = aie.buffer(%tile_3_5) {sym_name = "core_3_5_acc", mem_bank = 1 : i32} : memref<256xf32>
    %core_3_5_w0 = aie.buffer(%tile_3_5) {sym_name = "core_3_5_w0", mem_bank = 2 : i32} : memref<288xbf16>
    %core_3_5_w1 = aie.buffer(%tile_3_5) {sym_name = "core_3_5_w1", mem_bank = 3 : i32} : memref<288xbf16>
    %core_3_5_x0 = aie.buffer(%tile_3_5) {sym_name = "core_3_5_x0", mem_bank = 2 : i32} : memref<256xbf16>
    %core_3_5_x1 = aie.buffer(%tile_3_5) {sym_name = "core_3_5_x1", mem_bank = 3 : i32} : memref<256xbf16>
    %core_3_5_out = aie.buffer(%tile_3_5) {sym_name = "core_3_5_out", mem_bank = 1 : i32} : memref<256xbf16>
    %core_3_5_rtp = aie.buffer(%tile_3_5) {sym_name = "core_3_5_rtp", mem_bank = 2 : i32} : memref<4xi32>
    %core_3_5_x_empty = aie.lock(%tile_3_5, 0) {init = 2 : i32, sym_name = "core_3_5_x_empty"}
    %core_3_5_x_full = aie.lock(%tile_3_5, 1) {init = 0 : i32, sym_name = "core_3_5_x_full"}
    %core_3_5_w_empty = aie.lock(%tile_3_5, 2) {init = 2 : i32, sym_name = "core_3_5_w_empty"}
    %core_3_5_w_full = aie.lock(%tile_3_5, 3) {init = 0 : i32, sym_name = "core_3_5_w_full"}
    %core_3_5_out_empty = aie.lock(%tile_3_5, 4) {init = 1 : i32, sym_name = "core_3_5_out_empty"}
    %core_3_5_out_full = aie.lock(%tile_3_5, 5) {init = 0 : i32, sym_name = "core_3_5_out_full"}
    %core_3_5_ready = aie.lock(%tile_3_5, 6) {init = 0 : i32, sym_name = "core_3_5_ready"}
    aie.flow(%tile_0_0, DMA : 0, %tile_0_1, DMA : 0)
    aie.flow(%tile_0_1, DMA : 0, %tile_0_2, DMA : 0)
    aie.flow(%tile_0_1, DMA : 0, %tile_1_2, DMA : 0)
    aie.flow(%tile_0_1, DMA : 0, %tile_2_2, DMA : 0)
    aie.flow(%tile_0_1, DMA : 0, %tile_3_2, DMA : 0)
    aie.flow(%tile_1_0, DMA : 0, %tile_1_1, DMA : 0)
    aie.flow(%tile_1_1, DMA : 0, %tile_0_3, DMA : 0)
    aie.flow(%tile_1_1, DMA : 0, %tile_1_3, DMA : 0)
    aie.flow(%tile_1_1, DMA : 0, %tile_2_3, DMA : 0)
    aie.flow(%tile_1_1, DMA : 0, %tile_3_3, DMA : 0)
    aie.flow(%tile_2_0, DMA : 0, %tile_2_1, DMA : 0)
    aie.flow(%tile_2_1, DMA : 0, %tile_0_4, DMA : 0)
    aie.flow(%tile_2_1, DMA : 0, %tile_1_4, DMA : 0)
    aie.flow(%tile_2_1, DMA : 0, %tile_2_4, DMA : 0)
    aie.flow(%tile_2_1, DMA : 0, %tile_3_4, DMA : 0)
    aie.flow(%tile_3_0, DMA : 0, %tile_3_1, DMA : 0)
    aie.flow(%tile_3_1, DMA : 0, %tile_0_5, DMA : 0)
    aie.flow(%tile_3_1, DMA : 0, %tile_1_5, DMA : 0)
    aie.flow(%tile_3_1, DMA : 0, %tile_2_5, DMA : 0)
    aie.flow(%tile_3_1, DMA : 0, %tile_3_5, DMA : 0)
    aie.flow(%tile_0_0, DMA : 1, %tile_0_1, DMA : 1)
    aie.flow(%tile_0_1, DMA : 1, %tile_0_2, DMA : 1)
    aie.flow(%tile_0_2, DMA : 0, %tile_0_1, DMA : 2)
    aie.flow(%tile_0_1, DMA : 1, %tile_0_3, DMA : 1)
    aie.flow(%tile_0_3, DMA : 0, %tile_0_1, DMA : 3)
    aie.flow(%tile_0_1, DMA : 1, %tile_0_4, DMA : 1)
    aie.flow(%tile_0_4, DMA : 0, %tile_0_1, DMA : 4)
    aie.flow(%tile_0_1, DMA : 1, %tile_0_5, DMA : 1)
    aie.flow(%tile_0_5, DMA : 0, %tile_0_1, DMA : 5)
    aie.flow(%tile_0_1, DMA : 2, %tile_0_0, DMA : 0)
    aie.flow(%tile_1_0, DMA : 1, %tile_1_1, DMA : 1)
    aie.flow(%tile_1_1, DMA : 1, %tile_1_2, DMA : 1)
    aie.flow(%tile_1_2, DMA : 0, %tile_1_1, DMA : 2)
    aie.flow(%tile_1_1, DMA : 1, %tile_1_3, DMA : 1)
    aie.flow(%tile_1_3, DMA : 0, %tile_1_1, DMA : 3)
    aie.flow(%tile_1_1, DMA : 1, %tile_1_4, DMA : 1)
    aie.flow(%tile_1_4, DMA : 0, %tile_1_1, DMA : 4)
    aie.flow(%tile_1_1, DMA : 1, %tile_1_5, DMA : 1)
    aie.flow(%tile_1_5, DMA : 0, %tile_1_1, DMA : 5)
    aie.flow(%tile_1_1, DMA : 2, %tile_1_0, DMA : 0)
    aie.flow(%tile_2_0, DMA : 1, %tile_2_1, DMA : 1)
    aie.flow(%tile_2_1, DMA : 1, %tile_2_2, DMA : 1)
    aie.flow(%tile_2_2, DMA : 0, %tile_2_1, DMA : 2)
    aie.flow(%tile_2_1, DMA : 1, %tile_2_3, DMA : 1)
    aie.flow(%tile_2_3, DMA : 0, %tile_2_1, DMA : 3)
    aie.flow(%tile_2_1, DMA : 1, %tile_2_4, DMA : 1)
    aie.flow(%tile_2_4, DMA : 0, %tile_2_1, DMA : 4)
    aie.flow(%tile_2_1, DMA : 1, %tile_2_5, DMA : 1)
    aie.flow(%tile_2_5, DMA : 0, %tile_2_1, DMA : 5)
    aie.flow(%tile_2_1, DMA : 2, %tile_2_0, DMA : 0)
    aie.flow(%tile_3_0, DMA : 1, %tile_3_1, DMA : 1)
    aie.flow(%tile_3_1, DMA : 1, %tile_3_2, DMA : 1)
    aie.flow(%tile_3_2, DMA : 0, %tile_3_1, DMA : 2)
    aie.flow(%tile_3_1, DMA : 1, %tile_3_3, DMA : 1)
    aie.flow(%tile_3_3, DMA : 0, %tile_3_1, DMA : 3)
    aie.flow(%tile_3_1, DMA : 1, %tile_3_4, DMA : 1)
    aie.flow(%tile_3_4, DMA : 0, %tile_3_1, DMA : 4)
    aie.flow(%tile_3_1, DMA : 1, %tile_3_5, DMA : 1)
    aie.flow(%tile_3_5, DMA : 0, %tile_3_1, DMA : 5)
    aie.flow(%tile_3_1, DMA : 2, %tile_3_0, DMA : 0)
    %core_0_2 = aie.core(%tile_0_2) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32 = arith.constant 1 : i32
        aie.use_lock(%core_0_2_ready, Acquire, %c1_i32)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_0_2_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_0_2_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_0_2_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_0_2_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_0_2_ready, Release, %c1_i32)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            func.call @gemm_bf16(%core_0_2_x0, %core_0_2_w0, %core_0_2_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            func.call @gemm_bf16(%core_0_2_x1, %core_0_2_w1, %core_0_2_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            func.call @gemm_bf16_residual(%core_0_2_w0, %core_0_2_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
          }
          aie.use_lock(%core_0_2_out_empty, AcquireGreaterEqual, %c1_i32)
          func.call @gemm_bf16_store(%core_0_2_acc, %core_0_2_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_0_2_out_full, Release, %c1_i32)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %c1_i32 = arith.constant 1 : i32
    %mem_0_2 = aie.mem(%tile_0_2) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_0_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_0_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_0_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_0_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_0_2_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_2_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_0_3 = aie.core(%tile_0_3) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_0_3_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_0_3_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_0_3_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_0_3_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_0_3_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_0_3_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_0_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_3_x0, %core_0_3_w0, %core_0_3_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_3_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_0_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_3_x1, %core_0_3_w1, %core_0_3_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_3_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_0_3_w1, %core_0_3_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_3_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_0_3_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_0_3_acc, %core_0_3_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_0_3_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_0_3 = aie.mem(%tile_0_3) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_0_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_3_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_0_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_3_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_0_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_0_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_0_3_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_3_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_3_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_0_4 = aie.core(%tile_0_4) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_0_4_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_0_4_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_0_4_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_0_4_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_0_4_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_0_4_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_0_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_4_x0, %core_0_4_w0, %core_0_4_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_4_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_0_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_4_x1, %core_0_4_w1, %core_0_4_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_4_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_0_4_w0, %core_0_4_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_4_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_0_4_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_0_4_acc, %core_0_4_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_0_4_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_0_4 = aie.mem(%tile_0_4) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_0_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_4_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_0_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_4_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_0_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_4_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_0_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_4_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_0_4_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_4_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_4_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_0_5 = aie.core(%tile_0_5) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_0_5_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_0_5_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_0_5_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_0_5_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_0_5_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_0_5_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_0_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_5_x0, %core_0_5_w0, %core_0_5_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_5_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_0_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_0_5_x1, %core_0_5_w1, %core_0_5_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_5_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_0_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_0_5_w1, %core_0_5_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_0_5_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_0_5_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_0_5_acc, %core_0_5_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_0_5_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_0_5 = aie.mem(%tile_0_5) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_0_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_5_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_0_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_5_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_0_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_5_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_0_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_5_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_0_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_0_5_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_5_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_0_5_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_1_2 = aie.core(%tile_1_2) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_1_2_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_1_2_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_1_2_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_1_2_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_1_2_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_1_2_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_1_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_2_x0, %core_1_2_w0, %core_1_2_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_2_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_1_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_2_x1, %core_1_2_w1, %core_1_2_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_2_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_1_2_w0, %core_1_2_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_2_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_1_2_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_1_2_acc, %core_1_2_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_1_2_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_1_2 = aie.mem(%tile_1_2) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_1_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_2_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_1_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_2_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_1_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_1_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_1_2_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_2_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_2_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_1_3 = aie.core(%tile_1_3) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_1_3_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_1_3_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_1_3_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_1_3_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_1_3_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_1_3_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_1_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_3_x0, %core_1_3_w0, %core_1_3_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_3_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_1_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_3_x1, %core_1_3_w1, %core_1_3_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_3_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_1_3_w1, %core_1_3_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_3_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_1_3_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_1_3_acc, %core_1_3_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_1_3_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_1_3 = aie.mem(%tile_1_3) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_1_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_3_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_1_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_3_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_1_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_1_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_1_3_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_3_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_3_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_1_4 = aie.core(%tile_1_4) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_1_4_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_1_4_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_1_4_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_1_4_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_1_4_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_1_4_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_1_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_4_x0, %core_1_4_w0, %core_1_4_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_4_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_1_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_4_x1, %core_1_4_w1, %core_1_4_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_4_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_1_4_w0, %core_1_4_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_4_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_1_4_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_1_4_acc, %core_1_4_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_1_4_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_1_4 = aie.mem(%tile_1_4) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_1_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_4_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_1_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_4_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_1_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_4_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_1_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_4_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_1_4_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_4_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_4_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_1_5 = aie.core(%tile_1_5) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_1_5_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_1_5_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_1_5_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_1_5_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_1_5_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_1_5_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_1_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_5_x0, %core_1_5_w0, %core_1_5_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_5_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_1_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_1_5_x1, %core_1_5_w1, %core_1_5_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_5_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_1_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_1_5_w1, %core_1_5_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_1_5_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_1_5_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_1_5_acc, %core_1_5_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_1_5_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_1_5 = aie.mem(%tile_1_5) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_1_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_5_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_1_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_5_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_1_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_5_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_1_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_5_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_1_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_1_5_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_1_5_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_1_5_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_2_2 = aie.core(%tile_2_2) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_2_2_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_2_2_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_2_2_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_2_2_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_2_2_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_2_2_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_2_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_2_x0, %core_2_2_w0, %core_2_2_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_2_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_2_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_2_x1, %core_2_2_w1, %core_2_2_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_2_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_2_2_w0, %core_2_2_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_2_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_2_2_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_2_2_acc, %core_2_2_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_2_2_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_2_2 = aie.mem(%tile_2_2) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_2_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_2_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_2_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_2_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_2_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_2_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_2_2_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_2_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_2_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_2_3 = aie.core(%tile_2_3) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_2_3_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_2_3_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_2_3_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_2_3_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_2_3_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_2_3_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_2_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_3_x0, %core_2_3_w0, %core_2_3_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_3_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_2_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_3_x1, %core_2_3_w1, %core_2_3_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_3_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_2_3_w1, %core_2_3_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_3_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_2_3_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_2_3_acc, %core_2_3_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_2_3_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_2_3 = aie.mem(%tile_2_3) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_2_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_3_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_2_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_3_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_2_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_2_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_2_3_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_3_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_3_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_2_4 = aie.core(%tile_2_4) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_2_4_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_2_4_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_2_4_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_2_4_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_2_4_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_2_4_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_2_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_4_x0, %core_2_4_w0, %core_2_4_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_4_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_2_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_4_x1, %core_2_4_w1, %core_2_4_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_4_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_2_4_w0, %core_2_4_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_4_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_2_4_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_2_4_acc, %core_2_4_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_2_4_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_2_4 = aie.mem(%tile_2_4) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_2_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_4_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_2_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_4_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_2_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_4_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_2_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_4_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_2_4_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_4_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_4_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_2_5 = aie.core(%tile_2_5) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_2_5_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_2_5_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_2_5_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_2_5_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_2_5_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_2_5_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_2_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_5_x0, %core_2_5_w0, %core_2_5_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_5_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_2_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_2_5_x1, %core_2_5_w1, %core_2_5_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_5_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_2_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_2_5_w1, %core_2_5_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_2_5_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_2_5_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_2_5_acc, %core_2_5_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_2_5_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_2_5 = aie.mem(%tile_2_5) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_2_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_5_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_2_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_5_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_2_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_5_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_2_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_5_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_2_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_2_5_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_2_5_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_2_5_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_3_2 = aie.core(%tile_3_2) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_3_2_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_3_2_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_3_2_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_3_2_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_3_2_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_3_2_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_3_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_2_x0, %core_3_2_w0, %core_3_2_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_2_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_3_2_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_2_x1, %core_3_2_w1, %core_3_2_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_2_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_3_2_w0, %core_3_2_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_2_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_2_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_3_2_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_3_2_acc, %core_3_2_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_3_2_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_3_2 = aie.mem(%tile_3_2) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_3_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_2_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_3_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_2_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_3_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_3_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_3_2_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_2_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_2_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_3_3 = aie.core(%tile_3_3) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_3_3_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_3_3_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_3_3_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_3_3_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_3_3_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_3_3_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_3_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_3_x0, %core_3_3_w0, %core_3_3_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_3_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_3_3_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_3_x1, %core_3_3_w1, %core_3_3_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_3_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_3_3_w1, %core_3_3_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_3_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_3_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_3_3_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_3_3_acc, %core_3_3_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_3_3_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_3_3 = aie.mem(%tile_3_3) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_3_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_3_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_3_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_3_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_3_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_3_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_3_3_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_3_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_3_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_3_4 = aie.core(%tile_3_4) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_3_4_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_3_4_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_3_4_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_3_4_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_3_4_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_3_4_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_3_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_4_x0, %core_3_4_w0, %core_3_4_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_4_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_3_4_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_4_x1, %core_3_4_w1, %core_3_4_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_4_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_3_4_w0, %core_3_4_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_4_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_4_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_3_4_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_3_4_acc, %core_3_4_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_3_4_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_3_4 = aie.mem(%tile_3_4) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_3_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_4_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_3_4_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_4_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_4_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_3_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_4_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_3_4_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_4_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_4_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_3_4_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_4_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_4_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_3_5 = aie.core(%tile_3_5) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%core_3_5_ready, Acquire, %c1_i32_1)
        %c0 = arith.constant 0 : index
        %output_tiles = memref.load %core_3_5_rtp[%c0] : memref<4xi32>
        %c1 = arith.constant 1 : index
        %k_tile_pairs = memref.load %core_3_5_rtp[%c1] : memref<4xi32>
        %c2 = arith.constant 2 : index
        %activation = memref.load %core_3_5_rtp[%c2] : memref<4xi32>
        %c3 = arith.constant 3 : index
        %residual = memref.load %core_3_5_rtp[%c3] : memref<4xi32>
        aie.use_lock(%core_3_5_ready, Release, %c1_i32_1)
        %tiles = arith.index_cast %output_tiles : i32 to index
        scf.for %tile = %zero to %tiles step %one {
          %pairs = arith.index_cast %k_tile_pairs : i32 to index
          scf.for %pair = %zero to %pairs step %one {
            %0 = arith.cmpi eq, %pair, %zero : index
            %first = arith.extui %0 : i1 to i32
            aie.use_lock(%core_3_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_5_x0, %core_3_5_w0, %core_3_5_acc, %first) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_5_x_empty, Release, %c1_i32_1)
            %c0_i32 = arith.constant 0 : i32
            aie.use_lock(%core_3_5_x_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16(%core_3_5_x1, %core_3_5_w1, %core_3_5_acc, %c0_i32) : (memref<256xbf16>, memref<288xbf16>, memref<256xf32>, i32) -> ()
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_5_x_empty, Release, %c1_i32_1)
          }
          %c0_i32 = arith.constant 0 : i32
          %0 = arith.cmpi ne, %residual, %c0_i32 : i32
          scf.if %0 {
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
            aie.use_lock(%core_3_5_w_full, AcquireGreaterEqual, %c1_i32_1)
            func.call @gemm_bf16_residual(%core_3_5_w1, %core_3_5_acc) : (memref<288xbf16>, memref<256xf32>) -> ()
            aie.use_lock(%core_3_5_w_empty, Release, %c1_i32_1)
          }
          aie.use_lock(%core_3_5_out_empty, AcquireGreaterEqual, %c1_i32_1)
          func.call @gemm_bf16_store(%core_3_5_acc, %core_3_5_out, %activation) : (memref<256xf32>, memref<256xbf16>, i32) -> ()
          aie.use_lock(%core_3_5_out_full, Release, %c1_i32_1)
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %mem_3_5 = aie.mem(%tile_3_5) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_3_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_5_x0 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_3_5_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_5_x1 : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_5_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_3_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_5_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_3_5_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_5_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%core_3_5_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_3_5_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_3_5_out : memref<256xbf16> offset = 0 len = 256)
      aie.use_lock(%core_3_5_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %memtile_dma_0_1 = aie.memtile_dma(%tile_0_1) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x0 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x1 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(MM2S, 0, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x0 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x1 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(S2MM, 1, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%mem_0_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_0_w_full, Release, %c1_i32)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%mem_0_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_0_w_full, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb9:
      %dma_3 = aie.dma_start(MM2S, 1, ^bb10, ^bb12)
    ^bb10:
      aie.use_lock(%mem_0_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_0_w_empty, Release, %c1_i32)
      aie.next_bd ^bb11
    ^bb11:
      aie.use_lock(%mem_0_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_0_w_empty, Release, %c1_i32)
      aie.next_bd ^bb10
    ^bb12:
      %dma_4 = aie.dma_start(S2MM, 2, ^bb13, ^bb15)
    ^bb13:
      aie.use_lock(%mem_0_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_0_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb14
    ^bb14:
      aie.use_lock(%mem_0_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_0_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb13
    ^bb15:
      %dma_5 = aie.dma_start(S2MM, 3, ^bb16, ^bb18)
    ^bb16:
      aie.use_lock(%mem_0_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_0_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb17
    ^bb17:
      aie.use_lock(%mem_0_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_0_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb16
    ^bb18:
      %dma_6 = aie.dma_start(S2MM, 4, ^bb19, ^bb21)
    ^bb19:
      aie.use_lock(%mem_0_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_0_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb20
    ^bb20:
      aie.use_lock(%mem_0_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_0_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb19
    ^bb21:
      %dma_7 = aie.dma_start(S2MM, 5, ^bb22, ^bb24)
    ^bb22:
      aie.use_lock(%mem_0_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_0_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb23
    ^bb23:
      aie.use_lock(%mem_0_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_0_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb22
    ^bb24:
      %dma_8 = aie.dma_start(MM2S, 2, ^bb25, ^bb33)
    ^bb25:
      aie.use_lock(%mem_0_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb26
    ^bb26:
      aie.use_lock(%mem_0_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb27
    ^bb27:
      aie.use_lock(%mem_0_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb28
    ^bb28:
      aie.use_lock(%mem_0_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb29
    ^bb29:
      aie.use_lock(%mem_0_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb30
    ^bb30:
      aie.use_lock(%mem_0_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb31
    ^bb31:
      aie.use_lock(%mem_0_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb32
    ^bb32:
      aie.use_lock(%mem_0_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_0_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb25
    ^bb33:
      aie.end
    }
    %memtile_dma_1_1 = aie.memtile_dma(%tile_1_1) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%mem_1_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_x0 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_1_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%mem_1_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_x1 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_1_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(MM2S, 0, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%mem_1_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_x0 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_1_x_empty, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%mem_1_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_x1 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_1_x_empty, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(S2MM, 1, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%mem_1_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_1_w_full, Release, %c1_i32)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%mem_1_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_1_w_full, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb9:
      %dma_3 = aie.dma_start(MM2S, 1, ^bb10, ^bb12)
    ^bb10:
      aie.use_lock(%mem_1_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_1_w_empty, Release, %c1_i32)
      aie.next_bd ^bb11
    ^bb11:
      aie.use_lock(%mem_1_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_1_w_empty, Release, %c1_i32)
      aie.next_bd ^bb10
    ^bb12:
      %dma_4 = aie.dma_start(S2MM, 2, ^bb13, ^bb15)
    ^bb13:
      aie.use_lock(%mem_1_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_1_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb14
    ^bb14:
      aie.use_lock(%mem_1_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_1_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb13
    ^bb15:
      %dma_5 = aie.dma_start(S2MM, 3, ^bb16, ^bb18)
    ^bb16:
      aie.use_lock(%mem_1_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_1_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb17
    ^bb17:
      aie.use_lock(%mem_1_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_1_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb16
    ^bb18:
      %dma_6 = aie.dma_start(S2MM, 4, ^bb19, ^bb21)
    ^bb19:
      aie.use_lock(%mem_1_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_1_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb20
    ^bb20:
      aie.use_lock(%mem_1_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_1_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb19
    ^bb21:
      %dma_7 = aie.dma_start(S2MM, 5, ^bb22, ^bb24)
    ^bb22:
      aie.use_lock(%mem_1_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_1_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb23
    ^bb23:
      aie.use_lock(%mem_1_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_1_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb22
    ^bb24:
      %dma_8 = aie.dma_start(MM2S, 2, ^bb25, ^bb33)
    ^bb25:
      aie.use_lock(%mem_1_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb26
    ^bb26:
      aie.use_lock(%mem_1_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb27
    ^bb27:
      aie.use_lock(%mem_1_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb28
    ^bb28:
      aie.use_lock(%mem_1_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out0 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb29
    ^bb29:
      aie.use_lock(%mem_1_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb30
    ^bb30:
      aie.use_lock(%mem_1_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb31
    ^bb31:
      aie.use_lock(%mem_1_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb32
    ^bb32:
      aie.use_lock(%mem_1_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_1_out1 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_1_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb25
    ^bb33:
      aie.end
    }
    %memtile_dma_2_1 = aie.memtile_dma(%tile_2_1) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%mem_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_x0 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%mem_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_x1 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(MM2S, 0, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%mem_2_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_x0 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_2_x_empty, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%mem_2_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_x1 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_2_x_empty, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(S2MM, 1, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%mem_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%mem_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb9:
      %dma_3 = aie.dma_start(MM2S, 1, ^bb10, ^bb12)
    ^bb10:
      aie.use_lock(%mem_2_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_2_w_empty, Release, %c1_i32)
      aie.next_bd ^bb11
    ^bb11:
      aie.use_lock(%mem_2_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_2_w_empty, Release, %c1_i32)
      aie.next_bd ^bb10
    ^bb12:
      %dma_4 = aie.dma_start(S2MM, 2, ^bb13, ^bb15)
    ^bb13:
      aie.use_lock(%mem_2_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_2_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb14
    ^bb14:
      aie.use_lock(%mem_2_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_2_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb13
    ^bb15:
      %dma_5 = aie.dma_start(S2MM, 3, ^bb16, ^bb18)
    ^bb16:
      aie.use_lock(%mem_2_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_2_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb17
    ^bb17:
      aie.use_lock(%mem_2_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_2_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb16
    ^bb18:
      %dma_6 = aie.dma_start(S2MM, 4, ^bb19, ^bb21)
    ^bb19:
      aie.use_lock(%mem_2_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_2_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb20
    ^bb20:
      aie.use_lock(%mem_2_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_2_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb19
    ^bb21:
      %dma_7 = aie.dma_start(S2MM, 5, ^bb22, ^bb24)
    ^bb22:
      aie.use_lock(%mem_2_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_2_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb23
    ^bb23:
      aie.use_lock(%mem_2_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_2_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb22
    ^bb24:
      %dma_8 = aie.dma_start(MM2S, 2, ^bb25, ^bb33)
    ^bb25:
      aie.use_lock(%mem_2_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb26
    ^bb26:
      aie.use_lock(%mem_2_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb27
    ^bb27:
      aie.use_lock(%mem_2_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb28
    ^bb28:
      aie.use_lock(%mem_2_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out0 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb29
    ^bb29:
      aie.use_lock(%mem_2_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb30
    ^bb30:
      aie.use_lock(%mem_2_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb31
    ^bb31:
      aie.use_lock(%mem_2_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb32
    ^bb32:
      aie.use_lock(%mem_2_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_2_out1 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_2_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb25
    ^bb33:
      aie.end
    }
    %memtile_dma_3_1 = aie.memtile_dma(%tile_3_1) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%mem_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_x0 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%mem_3_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_x1 : memref<512xbf16> offset = 0 len = 512 sizes = [4, 4, 4, 8] strides = [32, 8, 128, 1])
      aie.use_lock(%mem_3_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(MM2S, 0, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%mem_3_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_x0 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_3_x_empty, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%mem_3_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_x1 : memref<512xbf16> offset = 0 len = 512)
      aie.use_lock(%mem_3_x_empty, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(S2MM, 1, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%mem_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%mem_3_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_3_w_full, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb9:
      %dma_3 = aie.dma_start(MM2S, 1, ^bb10, ^bb12)
    ^bb10:
      aie.use_lock(%mem_3_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_w0 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_3_w_empty, Release, %c1_i32)
      aie.next_bd ^bb11
    ^bb11:
      aie.use_lock(%mem_3_w_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_w1 : memref<288xbf16> offset = 0 len = 288)
      aie.use_lock(%mem_3_w_empty, Release, %c1_i32)
      aie.next_bd ^bb10
    ^bb12:
      %dma_4 = aie.dma_start(S2MM, 2, ^bb13, ^bb15)
    ^bb13:
      aie.use_lock(%mem_3_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_3_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb14
    ^bb14:
      aie.use_lock(%mem_3_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 0 len = 256)
      aie.use_lock(%mem_3_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb13
    ^bb15:
      %dma_5 = aie.dma_start(S2MM, 3, ^bb16, ^bb18)
    ^bb16:
      aie.use_lock(%mem_3_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_3_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb17
    ^bb17:
      aie.use_lock(%mem_3_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 256 len = 256)
      aie.use_lock(%mem_3_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb16
    ^bb18:
      %dma_6 = aie.dma_start(S2MM, 4, ^bb19, ^bb21)
    ^bb19:
      aie.use_lock(%mem_3_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_3_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb20
    ^bb20:
      aie.use_lock(%mem_3_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 512 len = 256)
      aie.use_lock(%mem_3_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb19
    ^bb21:
      %dma_7 = aie.dma_start(S2MM, 5, ^bb22, ^bb24)
    ^bb22:
      aie.use_lock(%mem_3_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_3_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb23
    ^bb23:
      aie.use_lock(%mem_3_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 768 len = 256)
      aie.use_lock(%mem_3_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb22
    ^bb24:
      %dma_8 = aie.dma_start(MM2S, 2, ^bb25, ^bb33)
    ^bb25:
      aie.use_lock(%mem_3_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb26
    ^bb26:
      aie.use_lock(%mem_3_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb27
    ^bb27:
      aie.use_lock(%mem_3_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb28
    ^bb28:
      aie.use_lock(%mem_3_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out0 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb29
    ^bb29:
      aie.use_lock(%mem_3_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 0 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb30
    ^bb30:
      aie.use_lock(%mem_3_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 256 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb31
    ^bb31:
      aie.use_lock(%mem_3_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 512 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb32
    ^bb32:
      aie.use_lock(%mem_3_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_3_out1 : memref<1024xbf16> offset = 768 len = 256 sizes = [4, 4, 4, 4] strides = [64, 4, 16, 1])
      aie.use_lock(%mem_3_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb25
    ^bb33:
      aie.end
    }
    aie.shim_dma_allocation @x_row0(%tile_0_0, MM2S, 0)
    aie.shim_dma_allocation @x_row1(%tile_1_0, MM2S, 0)
    aie.shim_dma_allocation @x_row2(%tile_2_0, MM2S, 0)
    aie.shim_dma_allocation @x_row3(%tile_3_0, MM2S, 0)
    aie.shim_dma_allocation @weight_col0(%tile_0_0, MM2S, 1)
    aie.shim_dma_allocation @out_col0(%tile_0_0, S2MM, 0)
    aie.shim_dma_allocation @weight_col1(%tile_1_0, MM2S, 1)
    aie.shim_dma_allocation @out_col1(%tile_1_0, S2MM, 0)
    aie.shim_dma_allocation @weight_col2(%tile_2_0, MM2S, 1)
    aie.shim_dma_allocation @out_col2(%tile_2_0, S2MM, 0)
    aie.shim_dma_allocation @weight_col3(%tile_3_0, MM2S, 1)
    aie.shim_dma_allocation @out_col3(%tile_3_0, S2MM, 0)
    aie.runtime_sequence @gemm_50x40x70_bias_gelu(%x: memref<4096xbf16>, %weight: memref<9216xbf16>, %out: memref<8192xbf16>) {
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][1, 2, 64, 16][0, 64, 128, 1]) {metadata = @out_col0, id = 3 : i64} : memref<8192xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 16][1, 2, 64, 16][0, 64, 128, 1]) {metadata = @out_col1, id = 3 : i64} : memref<8192xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32][1, 2, 64, 16][0, 64, 128, 1]) {metadata = @out_col2, id = 3 : i64} : memref<8192xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 48][1, 2, 64, 16][0, 64, 128, 1]) {metadata = @out_col3, id = 3 : i64} : memref<8192xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 0][1, 1, 1, 2304][0, 0, 0, 1]) {metadata = @weight_col0, id = 1 : i64} : memref<9216xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 2304][1, 1, 1, 2304][0, 0, 0, 1]) {metadata = @weight_col1, id = 1 : i64} : memref<9216xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 4608][1, 1, 1, 2304][0, 0, 0, 1]) {metadata = @weight_col2, id = 1 : i64} : memref<9216xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 6912][1, 1, 1, 2304][0, 0, 0, 1]) {metadata = @weight_col3, id = 1 : i64} : memref<9216xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 0][2, 2, 16, 32][0, 32, 64, 1]) {metadata = @x_row0, id = 0 : i64} : memref<4096xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 1024][2, 2, 16, 32][0, 32, 64, 1]) {metadata = @x_row1, id = 0 : i64} : memref<4096xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 2048][2, 2, 16, 32][0, 32, 64, 1]) {metadata = @x_row2, id = 0 : i64} : memref<4096xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 3072][2, 2, 16, 32][0, 32, 64, 1]) {metadata = @x_row3, id = 0 : i64} : memref<4096xbf16>
      %c2_i32 = arith.constant 2 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 1, %c2_i32) : i32
      %c1_i32_1 = arith.constant 1 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 2, %c1_i32_1) : i32
      %c0_i32 = arith.constant 0 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_0_2_ready, 1)
      aiex.npu.rtp_write(@core_0_3_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_0_3_ready, 1)
      aiex.npu.rtp_write(@core_0_4_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_0_4_ready, 1)
      aiex.npu.rtp_write(@core_0_5_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_0_5_ready, 1)
      aiex.npu.rtp_write(@core_1_2_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_1_2_ready, 1)
      aiex.npu.rtp_write(@core_1_3_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_1_3_ready, 1)
      aiex.npu.rtp_write(@core_1_4_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_1_4_ready, 1)
      aiex.npu.rtp_write(@core_1_5_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_1_5_ready, 1)
      aiex.npu.rtp_write(@core_2_2_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_2_2_ready, 1)
      aiex.npu.rtp_write(@core_2_3_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_2_3_ready, 1)
      aiex.npu.rtp_write(@core_2_4_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_2_4_ready, 1)
      aiex.npu.rtp_write(@core_2_5_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_2_5_ready, 1)
      aiex.npu.rtp_write(@core_3_2_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_3_2_ready, 1)
      aiex.npu.rtp_write(@core_3_3_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_3_3_ready, 1)
      aiex.npu.rtp_write(@core_3_4_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_3_4_ready, 1)
      aiex.npu.rtp_write(@core_3_5_rtp, 0, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 1, %c2_i32) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 2, %c1_i32_1) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 3, %c0_i32) : i32
      aiex.set_lock(%core_3_5_ready, 1)
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
    }
    aie.runtime_sequence @gemm_100x70x100_bias_res(%x: memref<12288xbf16>, %weight: memref<13824xbf16>, %residual: memref<18432xbf16>, %out: memref<16384xbf16>) {
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col0, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 16][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col1, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col2, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 48][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col3, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 0][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col0, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 0][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col0, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 3456][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col1, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 4608][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col1, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 6912][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col2, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 9216][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col2, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 10368][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col3, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 13824][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col3, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 0][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row0, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 1536][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row1, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 3072][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row2, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 4608][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row3, id = 0 : i64} : memref<12288xbf16>
      %c4_i32 = arith.constant 4 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 0, %c4_i32) : i32
      %c3_i32 = arith.constant 3 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 1, %c3_i32) : i32
      %c0_i32 = arith.constant 0 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 2, %c0_i32) : i32
      %c1_i32_1 = arith.constant 1 : i32
      aiex.npu.rtp_write(@core_0_2_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_0_2_ready, 1)
      aiex.npu.rtp_write(@core_0_3_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_0_3_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_0_3_ready, 1)
      aiex.npu.rtp_write(@core_0_4_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_0_4_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_0_4_ready, 1)
      aiex.npu.rtp_write(@core_0_5_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_0_5_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_0_5_ready, 1)
      aiex.npu.rtp_write(@core_1_2_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_1_2_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_1_2_ready, 1)
      aiex.npu.rtp_write(@core_1_3_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_1_3_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_1_3_ready, 1)
      aiex.npu.rtp_write(@core_1_4_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_1_4_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_1_4_ready, 1)
      aiex.npu.rtp_write(@core_1_5_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_1_5_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_1_5_ready, 1)
      aiex.npu.rtp_write(@core_2_2_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_2_2_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_2_2_ready, 1)
      aiex.npu.rtp_write(@core_2_3_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_2_3_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_2_3_ready, 1)
      aiex.npu.rtp_write(@core_2_4_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_2_4_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_2_4_ready, 1)
      aiex.npu.rtp_write(@core_2_5_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_2_5_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_2_5_ready, 1)
      aiex.npu.rtp_write(@core_3_2_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_3_2_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_3_2_ready, 1)
      aiex.npu.rtp_write(@core_3_3_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_3_3_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_3_3_ready, 1)
      aiex.npu.rtp_write(@core_3_4_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_3_4_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_3_4_ready, 1)
      aiex.npu.rtp_write(@core_3_5_rtp, 0, %c4_i32) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 1, %c3_i32) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 2, %c0_i32) : i32
      aiex.npu.rtp_write(@core_3_5_rtp, 3, %c1_i32_1) : i32
      aiex.set_lock(%core_3_5_ready, 1)
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 64][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col0, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 80][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col1, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 96][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col2, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 112][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col3, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 1728][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col0, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 1152][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col0, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 5184][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col1, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 5760][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col1, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 8640][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col2, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 10368][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col2, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 12096][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col3, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 14976][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col3, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 0][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row0, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 1536][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row1, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 3072][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row2, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 4608][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row3, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8192][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col0, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8208][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col1, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8224][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col2, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8240][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col3, id = 3 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 0][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col0, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 2304][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col0, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 3456][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col1, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 6912][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col1, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 6912][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col2, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 11520][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col2, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 10368][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col3, id = 1 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 16128][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col3, id = 2 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 6144][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row0, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 7680][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row1, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 9216][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row2, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 10752][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row3, id = 0 : i64} : memref<12288xbf16>
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8256][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col0, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8272][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col1, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8288][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col2, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8304][1, 1, 64, 16][0, 64, 128, 1]) {metadata = @out_col3, id = 7 : i64} : memref<16384xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 1728][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col0, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 3456][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col0, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 5184][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col1, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 8064][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col1, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 8640][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col2, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 12672][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col2, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%weight[0, 0, 0, 12096][1, 1, 1, 1728][0, 0, 0, 1]) {metadata = @weight_col3, id = 5 : i64} : memref<13824xbf16>
      aiex.npu.dma_memcpy_nd(%residual[0, 0, 0, 17280][1, 1, 1, 1152][0, 0, 0, 1]) {metadata = @weight_col3, id = 6 : i64} : memref<18432xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 6144][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row0, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 7680][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row1, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 9216][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row2, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_memcpy_nd(%x[0, 0, 0, 10752][1, 3, 16, 32][0, 32, 96, 1]) {metadata = @x_row3, id = 4 : i64} : memref<12288xbf16>
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
    }
  }
}
