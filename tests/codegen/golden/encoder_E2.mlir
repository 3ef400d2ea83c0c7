    %mem_0_x = aie.buffer(%tile_0_1) {sym_name = "mem_0_x"} : memref<16384xbf16>
    %mem_0_ring = aie.buffer(%tile_0_1) {sym_name = "mem_0_ring"} : memref<8704xbf16>
    %mem_0_panel = aie.buffer(%tile_0_1) {sym_name = "mem_0_panel"} : memref<191488xbf16>
    %mem_0_out0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out0"} : memref<16384xbf16>
    %mem_0_out1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out1"} : memref<16384xbf16>
    %mem_0_x_empty = aie.lock(%tile_0_1, 0) {init = 4 : i32, sym_name = "mem_0_x_empty"}
    %mem_0_x_full = aie.lock(%tile_0_1, 1) {init = 0 : i32, sym_name = "mem_0_x_full"}
    %mem_0_ring_empty = aie.lock(%tile_0_1, 2) {init = 2 : i32, sym_name = "mem_0_ring_empty"}
    %mem_0_ring_full = aie.lock(%tile_0_1, 3) {init = 0 : i32, sym_name = "mem_0_ring_full"}
    %mem_0_slot0_empty = aie.lock(%tile_0_1, 12) {init = 2 : i32, sym_name = "mem_0_slot0_empty"}
    %mem_0_slot0_full = aie.lock(%tile_0_1, 13) {init = 0 : i32, sym_name = "mem_0_slot0_full"}
    %mem_0_slot1_empty = aie.lock(%tile_0_1, 14) {init = 2 : i32, sym_name = "mem_0_slot1_empty"}
    %mem_0_slot1_full = aie.lock(%tile_0_1, 15) {init = 0 : i32, sym_name = "mem_0_slot1_full"}
    %mem_0_slot2_empty = aie.lock(%tile_0_1, 16) {init = 2 : i32, sym_name = "mem_0_slot2_empty"}
    %mem_0_slot2_full = aie.lock(%tile_0_1, 17) {init = 0 : i32, sym_name = "mem_0_slot2_full"}
    %mem_0_slot3_empty = aie.lock(%tile_0_1, 18) {init = 2 : i32, sym_name = "mem_0_slot3_empty"}
    %mem_0_slot3_full = aie.lock(%tile_0_1, 19) {init = 0 : i32, sym_name = "mem_0_slot3_full"}
    %mem_0_out_row0_empty = aie.lock(%tile_0_1, 4) {init = 2 : i32, sym_name = "mem_0_out_row0_empty"}
    %mem_0_out_row0_full = aie.lock(%tile_0_1, 5) {init = 0 : i32, sym_name = "mem_0_out_row0_full"}
    %mem_0_out_row1_empty = aie.lock(%tile_0_1, 6) {init = 2 : i32, sym_name = "mem_0_out_row1_empty"}
    %mem_0_out_row1_full = aie.lock(%tile_0_1, 7) {init = 0 : i32, sym_name = "mem_0_out_row1_full"}
    %mem_0_out_row2_empty = aie.lock(%tile_0_1, 8) {init = 2 : i32, sym_name = "mem_0_out_row2_empty"}
    %mem_0_out_row2_full = aie.lock(%tile_0_1, 9) {init = 0 : i32, sym_name = "mem_0_out_row2_full"}
    %mem_0_out_row3_empty = aie.lock(%tile_0_1, 10) {init = 2 : i32, sym_name = "mem_0_out_row3_empty"}
    %mem_0_out_row3_full = aie.lock(%tile_0_1, 11) {init = 0 : i32, sym_name = "mem_0_out_row3_full"}
...
aie.memtile_dma(%tile_0_1) {
      %dma = aie.dma_start(S2MM, 2, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%mem_0_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 0 len = 4096) {bd_id = 0 : i32}
      aie.use_lock(%mem_0_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%mem_0_out_row0_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 0 len = 4096) {bd_id = 1 : i32}
      aie.use_lock(%mem_0_out_row0_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 3, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%mem_0_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 4096 len = 4096) {bd_id = 24 : i32}
      aie.use_lock(%mem_0_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%mem_0_out_row1_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 4096 len = 4096) {bd_id = 25 : i32}
      aie.use_lock(%mem_0_out_row1_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(S2MM, 4, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%mem_0_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 8192 len = 4096) {bd_id = 2 : i32}
      aie.use_lock(%mem_0_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%mem_0_out_row2_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 8192 len = 4096) {bd_id = 3 : i32}
      aie.use_lock(%mem_0_out_row2_full, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb9:
      %dma_3 = aie.dma_start(S2MM, 5, ^bb10, ^bb12)
    ^bb10:
      aie.use_lock(%mem_0_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 12288 len = 4096) {bd_id = 26 : i32}
      aie.use_lock(%mem_0_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb11
    ^bb11:
      aie.use_lock(%mem_0_out_row3_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 12288 len = 4096) {bd_id = 27 : i32}
      aie.use_lock(%mem_0_out_row3_full, Release, %c1_i32)
      aie.next_bd ^bb10
    ^bb12:
      %dma_4 = aie.dma_start(MM2S, 2, ^bb13, ^bb21)
    ^bb13:
      aie.use_lock(%mem_0_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 0 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 4 : i32}
      aie.use_lock(%mem_0_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb14
    ^bb14:
      aie.use_lock(%mem_0_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 4096 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 5 : i32}
      aie.use_lock(%mem_0_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb15
    ^bb15:
      aie.use_lock(%mem_0_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 8192 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 6 : i32}
      aie.use_lock(%mem_0_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb16
    ^bb16:
      aie.use_lock(%mem_0_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out0 : memref<16384xbf16> offset = 12288 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 7 : i32}
      aie.use_lock(%mem_0_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb17
    ^bb17:
      aie.use_lock(%mem_0_out_row0_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 0 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 8 : i32}
      aie.use_lock(%mem_0_out_row0_empty, Release, %c1_i32)
      aie.next_bd ^bb18
    ^bb18:
      aie.use_lock(%mem_0_out_row1_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 4096 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 9 : i32}
      aie.use_lock(%mem_0_out_row1_empty, Release, %c1_i32)
      aie.next_bd ^bb19
    ^bb19:
      aie.use_lock(%mem_0_out_row2_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 8192 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 10 : i32}
      aie.use_lock(%mem_0_out_row2_empty, Release, %c1_i32)
      aie.next_bd ^bb20
    ^bb20:
      aie.use_lock(%mem_0_out_row3_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_out1 : memref<16384xbf16> offset = 12288 len = 4096 sizes = [16, 4, 16, 4] strides = [256, 4, 16, 1]) {bd_id = 11 : i32}
      aie.use_lock(%mem_0_out_row3_empty, Release, %c1_i32)
      aie.next_bd ^bb13
    ^bb21:
      %dma_5 = aie.dma_start(S2MM, 0, ^bb22, ^bb26)
    ^bb22:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 0 len = 4096 sizes = [16, 4, 8, 8] strides = [32, 8, 512, 1]) {bd_id = 12 : i32}
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb23
    ^bb23:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 4096 len = 4096 sizes = [16, 4, 8, 8] strides = [32, 8, 512, 1]) {bd_id = 13 : i32}
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb24
    ^bb24:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 8192 len = 4096 sizes = [16, 4, 8, 8] strides = [32, 8, 512, 1]) {bd_id = 14 : i32}
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb25
    ^bb25:
      aie.use_lock(%mem_0_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 12288 len = 4096 sizes = [16, 4, 8, 8] strides = [32, 8, 512, 1]) {bd_id = 15 : i32}
      aie.use_lock(%mem_0_x_full, Release, %c1_i32)
      aie.next_bd ^bb22
    ^bb26:
      %dma_6 = aie.dma_start(MM2S, 0, ^bb27, ^bb31)
    ^bb27:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 0 len = 4096) {bd_id = 16 : i32}
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb28
    ^bb28:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 4096 len = 4096) {bd_id = 17 : i32}
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb29
    ^bb29:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 8192 len = 4096) {bd_id = 18 : i32}
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb30
    ^bb30:
      aie.use_lock(%mem_0_x_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%mem_0_x : memref<16384xbf16> offset = 12288 len = 4096) {bd_id = 19 : i32}
      aie.use_lock(%mem_0_x_empty, Release, %c1_i32)
      aie.next_bd ^bb27
    ^bb31:
      aie.end
    }
    %memtile_dma_1_1 = 
...
aie.core(%tile_0_2) {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %c0_i32 = arith.constant 0 : i32
      %forever = arith.constant 9223372036854775807 : index
      scf.for %run = %zero to %forever step %one {
        %c1_i32 = arith.constant 1 : i32
        aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
        func.call @encoder_parameters(%core_0_2_w0, %core_0_2_par) : (memref<4352xbf16>, memref<16xi32>) -> ()
        aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
        aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
        aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
        %c0 = arith.constant 0 : index
        %kind = memref.load %core_0_2_par[%c0] : memref<16xi32>
        %c0_i32_1 = arith.constant 0 : i32
        %0 = arith.cmpi eq, %kind, %c0_i32_1 : i32
        scf.if %0 {
          %c1 = arith.constant 1 : index
          %column_tiles = memref.load %core_0_2_par[%c1] : memref<16xi32>
          %1 = arith.index_cast %column_tiles : i32 to index
          %c2 = arith.constant 2 : index
          %row_blocks = memref.load %core_0_2_par[%c2] : memref<16xi32>
          %2 = arith.index_cast %row_blocks : i32 to index
          %c3 = arith.constant 3 : index
          %k_pairs = memref.load %core_0_2_par[%c3] : memref<16xi32>
          %3 = arith.index_cast %k_pairs : i32 to index
          %c4 = arith.constant 4 : index
          %width = memref.load %core_0_2_par[%c4] : memref<16xi32>
          %c5 = arith.constant 5 : index
          %activation = memref.load %core_0_2_par[%c5] : memref<16xi32>
          %4 = arith.cmpi ne, %activation, %c0_i32 : i32
          %c6 = arith.constant 6 : index
          %residuals = memref.load %core_0_2_par[%c6] : memref<16xi32>
          %5 = arith.index_cast %residuals : i32 to index
          %c7 = arith.constant 7 : index
          %transpose = memref.load %core_0_2_par[%c7] : memref<16xi32>
          %6 = arith.cmpi ne, %width, %c0_i32 : i32
          %7 = arith.subi %3, %one : index
          scf.for %j = %zero to %1 step %one {
            %8 = arith.cmpi eq, %j, %zero : index
            %9 = arith.andi %6, %8 : i1
            scf.for %i = %zero to %2 step %one {
              %slot = arith.index_cast %i : index to i32
              scf.for %pair = %zero to %3 step %one {
                %10 = arith.cmpi eq, %pair, %zero : index
                %first = arith.extui %10 : i1 to i32
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
                func.call @encoder_gemm(%core_0_2_x0, %core_0_2_w0, %core_0_2_acc, %first) : (memref<4096xbf16>, memref<4352xbf16>, memref<4096xf32>, i32) -> ()
                scf.if %9 {
                  func.call @encoder_stats(%core_0_2_x0, %core_0_2_scratch, %slot, %first) : (memref<4096xbf16>, memref<768xf32>, i32, i32) -> ()
                }
                aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
                func.call @encoder_gemm(%core_0_2_x1, %core_0_2_w1, %core_0_2_acc, %c0_i32) : (memref<4096xbf16>, memref<4352xbf16>, memref<4096xf32>, i32) -> ()
                scf.if %9 {
                  func.call @encoder_stats(%core_0_2_x1, %core_0_2_scratch, %slot, %c0_i32) : (memref<4096xbf16>, memref<768xf32>, i32, i32) -> ()
                }
                %11 = arith.cmpi eq, %pair, %7 : index
                scf.if %11 {
                  scf.if %9 {
                    func.call @encoder_moments(%core_0_2_scratch, %slot, %width) : (memref<768xf32>, i32, i32) -> ()
                  }
                  func.call @encoder_affine(%core_0_2_w1, %core_0_2_acc, %core_0_2_scratch, %slot, %width) : (memref<4352xbf16>, memref<4096xf32>, memref<768xf32>, i32, i32) -> ()
                }
                aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
              }
              scf.if %4 {
                func.call @encoder_gelu(%core_0_2_acc) : (memref<4096xf32>) -> ()
              }
              scf.for %residual = %zero to %5 step %one {
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                func.call @encoder_residual(%core_0_2_x0, %core_0_2_acc) : (memref<4096xbf16>, memref<4096xf32>) -> ()
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
                aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
                aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
              }
              aie.use_lock(%core_0_2_out_empty, AcquireGreaterEqual, %c1_i32)
              func.call @encoder_store(%core_0_2_acc, %core_0_2_out, %transpose) : (memref<4096xf32>, memref<4096xbf16>, i32) -> ()
              aie.use_lock(%core_0_2_out_full, Release, %c1_i32)
            }
          }
        }
        %c1_i32_1 = arith.constant 1 : i32
        %1 = arith.cmpi eq, %kind, %c1_i32_1 : i32
        scf.if %1 {
          %c8 = arith.constant 8 : index
          %units = memref.load %core_0_2_par[%c8] : memref<16xi32>
          %2 = arith.index_cast %units : i32 to index
          %c9 = arith.constant 9 : index
          %key_tiles = memref.load %core_0_2_par[%c9] : memref<16xi32>
          %3 = arith.index_cast %key_tiles : i32 to index
          %c10 = arith.constant 10 : index
          %last_keys = memref.load %core_0_2_par[%c10] : memref<16xi32>
          %4 = arith.subi %3, %one : index
          scf.for %unit = %zero to %2 step %one {
            aie.use_lock(%core_0_2_out_empty, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            func.call @encoder_query(%core_0_2_w0, %core_0_2_out) : (memref<4352xbf16>, memref<4096xbf16>) -> ()
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_w_full, AcquireGreaterEqual, %c1_i32)
            func.call @encoder_attention_start(%core_0_2_acc, %core_0_2_scratch) : (memref<4096xf32>, memref<768xf32>) -> ()
            scf.for %t = %zero to %3 step %one {
              %5 = arith.cmpi eq, %t, %4 : index
              %c64_i32 = arith.constant 64 : i32
              %6 = arith.select %5, %last_keys, %c64_i32 : i32
              aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
              func.call @encoder_scores(%core_0_2_x0, %core_0_2_out, %core_0_2_w1, %core_0_2_acc, %core_0_2_scratch, %6) : (memref<4096xbf16>, memref<4096xbf16>, memref<4352xbf16>, memref<4096xf32>, memref<768xf32>, i32) -> ()
              aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
              aie.use_lock(%core_0_2_x_full, AcquireGreaterEqual, %c1_i32)
              func.call @encoder_gemm(%core_0_2_x1, %core_0_2_w1, %core_0_2_acc, %c0_i32) : (memref<4096xbf16>, memref<4352xbf16>, memref<4096xf32>, i32) -> ()
              aie.use_lock(%core_0_2_x_empty, Release, %c1_i32)
            }
            func.call @encoder_attention_end(%core_0_2_acc, %core_0_2_scratch) : (memref<4096xf32>, memref<768xf32>) -> ()
            %c1_i32_2 = arith.constant 1 : i32
            func.call @encoder_store(%core_0_2_acc, %core_0_2_out, %c1_i32_2) : (memref<4096xf32>, memref<4096xbf16>, i32) -> ()
            aie.use_lock(%core_0_2_w_empty, Release, %c1_i32)
            aie.use_lock(%core_0_2_out_full, Release, %c1_i32)
          }
        }
      }
      aie.end
    } {stack_size = 3328 : i32}
    %c1_i32 = arith.constant 1 : i32
    %mem_0_2 = aie.mem(%tile_0_2) {
      %dma = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:
      aie.use_lock(%core_0_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_x0 : memref<4096xbf16> offset = 0 len = 4096)
      aie.use_lock(%core_0_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb2
    ^bb2:
      aie.use_lock(%core_0_2_x_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_x1 : memref<4096xbf16> offset = 0 len = 4096)
      aie.use_lock(%core_0_2_x_full, Release, %c1_i32)
      aie.next_bd ^bb1
    ^bb3:
      %dma_1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%core_0_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_w0 : memref<4352xbf16> offset = 0 len = 4352)
      aie.use_lock(%core_0_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%core_0_2_w_empty, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_w1 : memref<4352xbf16> offset = 0 len = 4352)
      aie.use_lock(%core_0_2_w_full, Release, %c1_i32)
      aie.next_bd ^bb4
    ^bb6:
      %dma_2 = aie.dma_start(MM2S, 0, ^bb7, ^bb8)
    ^bb7:
      aie.use_lock(%core_0_2_out_full, AcquireGreaterEqual, %c1_i32)
      aie.dma_bd(%core_0_2_out : memref<4096xbf16> offset = 0 len = 4096)
      aie.use_lock(%core_0_2_out_empty, Release, %c1_i32)
      aie.next_bd ^bb7
    ^bb8:
      aie.end
    }
    %core_0_3 = 
...
runtime_sequence @encoder_final(%state: memref<131072xbf16>, %out: memref<131072xbf16>, %weights: memref<69632xbf16>) {
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 0][1, 1, 1, 17408][0, 0, 0, 1]) {metadata = @w_col0, id = 4 : i64, issue_token = true} : memref<69632xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 17408][1, 1, 1, 17408][0, 0, 0, 1]) {metadata = @w_col1, id = 4 : i64, issue_token = true} : memref<69632xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 34816][1, 1, 1, 17408][0, 0, 0, 1]) {metadata = @w_col2, id = 4 : i64, issue_token = true} : memref<69632xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 52224][1, 1, 1, 17408][0, 0, 0, 1]) {metadata = @w_col3, id = 4 : i64, issue_token = true} : memref<69632xbf16>
      aiex.npu.dma_memcpy_nd(%state[0, 0, 0, 0][1, 2, 8, 1024][0, 65536, 1024, 1]) {metadata = @x_row0, id = 8 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%state[0, 0, 0, 16384][1, 2, 8, 1024][0, 65536, 1024, 1]) {metadata = @x_row1, id = 8 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%state[0, 0, 0, 32768][1, 2, 8, 1024][0, 65536, 1024, 1]) {metadata = @x_row2, id = 8 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%state[0, 0, 0, 49152][1, 2, 8, 1024][0, 65536, 1024, 1]) {metadata = @x_row3, id = 8 : i64, issue_token = true} : memref<131072xbf16>
      %task = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_0_ring_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 28 : i32}
        aie.use_lock(%mem_0_ring_full, Release, %c2_i32)
        aie.end
      }
      %c656908_i32 = arith.constant 656908 : i32
      %c28_i32 = arith.constant 28 : i32
      aiex.npu.write32(%c656908_i32, %c28_i32) {column = 0 : i32, row = 1 : i32} : i32, i32
      %task_1 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_0_ring_full, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 29 : i32}
        aie.use_lock(%mem_0_ring_empty, Release, %c2_i32)
        aie.end
      }
      %c656956_i32 = arith.constant 656956 : i32
      %c29_i32 = arith.constant 29 : i32
      aiex.npu.write32(%c656956_i32, %c29_i32) {column = 0 : i32, row = 1 : i32} : i32, i32
      %task_2 = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_0_slot0_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_0_slot0_full, Release, %c2_i32)
        aie.next_bd ^bb1
      ^bb1:
        %c2_i32_1 = arith.constant 2 : i32
        aie.use_lock(%mem_0_slot1_empty, AcquireGreaterEqual, %c2_i32_1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_0_slot1_full, Release, %c2_i32_1)
        aie.end
      }
      %c30_i32 = arith.constant 30 : i32
      aiex.npu.write32(%c656908_i32, %c30_i32) {column = 0 : i32, row = 1 : i32} : i32, i32
      %task_3 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%mem_0_slot0_full, AcquireGreaterEqual, %c1_i32_1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 32 : i32}
        aie.use_lock(%mem_0_slot0_empty, Release, %c1_i32_1)
        aie.next_bd ^bb1
      ^bb1:
        %c1_i32_2 = arith.constant 1 : i32
        aie.use_lock(%mem_0_slot1_full, AcquireGreaterEqual, %c1_i32_2)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 33 : i32}
        aie.use_lock(%mem_0_slot1_empty, Release, %c1_i32_2)
        aie.end
      }
      %c65568_i32 = arith.constant 65568 : i32
      aiex.npu.write32(%c656956_i32, %c65568_i32) {column = 0 : i32, row = 1 : i32} : i32, i32
      %task_4 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_1_ring_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 28 : i32}
        aie.use_lock(%mem_1_ring_full, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c28_i32) {column = 1 : i32, row = 1 : i32} : i32, i32
      %task_5 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_1_ring_full, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 29 : i32}
        aie.use_lock(%mem_1_ring_empty, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c29_i32) {column = 1 : i32, row = 1 : i32} : i32, i32
      %task_6 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_1_slot0_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_1_slot0_full, Release, %c2_i32)
        aie.next_bd ^bb1
      ^bb1:
        %c2_i32_1 = arith.constant 2 : i32
        aie.use_lock(%mem_1_slot1_empty, AcquireGreaterEqual, %c2_i32_1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_1_slot1_full, Release, %c2_i32_1)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c30_i32) {column = 1 : i32, row = 1 : i32} : i32, i32
      %task_7 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%mem_1_slot0_full, AcquireGreaterEqual, %c1_i32_1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 32 : i32}
        aie.use_lock(%mem_1_slot0_empty, Release, %c1_i32_1)
        aie.next_bd ^bb1
      ^bb1:
        %c1_i32_2 = arith.constant 1 : i32
        aie.use_lock(%mem_1_slot1_full, AcquireGreaterEqual, %c1_i32_2)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 33 : i32}
        aie.use_lock(%mem_1_slot1_empty, Release, %c1_i32_2)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c65568_i32) {column = 1 : i32, row = 1 : i32} : i32, i32
      %task_8 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_2_ring_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 28 : i32}
        aie.use_lock(%mem_2_ring_full, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c28_i32) {column = 2 : i32, row = 1 : i32} : i32, i32
      %task_9 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_2_ring_full, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 29 : i32}
        aie.use_lock(%mem_2_ring_empty, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c29_i32) {column = 2 : i32, row = 1 : i32} : i32, i32
      %task_10 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_2_slot0_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_2_slot0_full, Release, %c2_i32)
        aie.next_bd ^bb1
      ^bb1:
        %c2_i32_1 = arith.constant 2 : i32
        aie.use_lock(%mem_2_slot1_empty, AcquireGreaterEqual, %c2_i32_1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_2_slot1_full, Release, %c2_i32_1)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c30_i32) {column = 2 : i32, row = 1 : i32} : i32, i32
      %task_11 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%mem_2_slot0_full, AcquireGreaterEqual, %c1_i32_1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 32 : i32}
        aie.use_lock(%mem_2_slot0_empty, Release, %c1_i32_1)
        aie.next_bd ^bb1
      ^bb1:
        %c1_i32_2 = arith.constant 1 : i32
        aie.use_lock(%mem_2_slot1_full, AcquireGreaterEqual, %c1_i32_2)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 33 : i32}
        aie.use_lock(%mem_2_slot1_empty, Release, %c1_i32_2)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c65568_i32) {column = 2 : i32, row = 1 : i32} : i32, i32
      %task_12 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_3_ring_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 28 : i32}
        aie.use_lock(%mem_3_ring_full, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c28_i32) {column = 3 : i32, row = 1 : i32} : i32, i32
      %task_13 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_3_ring_full, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16> offset = 0 len = 8704) {bd_id = 29 : i32}
        aie.use_lock(%mem_3_ring_empty, Release, %c2_i32)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c29_i32) {column = 3 : i32, row = 1 : i32} : i32, i32
      %task_14 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        %c2_i32 = arith.constant 2 : i32
        aie.use_lock(%mem_3_slot0_empty, AcquireGreaterEqual, %c2_i32)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_3_slot0_full, Release, %c2_i32)
        aie.next_bd ^bb1
      ^bb1:
        %c2_i32_1 = arith.constant 2 : i32
        aie.use_lock(%mem_3_slot1_empty, AcquireGreaterEqual, %c2_i32_1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_3_slot1_full, Release, %c2_i32_1)
        aie.end
      }
      aiex.npu.write32(%c656908_i32, %c30_i32) {column = 3 : i32, row = 1 : i32} : i32, i32
      %task_15 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        %c1_i32_1 = arith.constant 1 : i32
        aie.use_lock(%mem_3_slot0_full, AcquireGreaterEqual, %c1_i32_1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16> offset = 0 len = 4352) {bd_id = 32 : i32}
        aie.use_lock(%mem_3_slot0_empty, Release, %c1_i32_1)
        aie.next_bd ^bb1
      ^bb1:
        %c1_i32_2 = arith.constant 1 : i32
        aie.use_lock(%mem_3_slot1_full, AcquireGreaterEqual, %c1_i32_2)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16> offset = 47872 len = 4352) {bd_id = 33 : i32}
        aie.use_lock(%mem_3_slot1_empty, Release, %c1_i32_2)
        aie.end
      }
      aiex.npu.write32(%c656956_i32, %c65568_i32) {column = 3 : i32, row = 1 : i32} : i32, i32
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][1, 8, 4, 1024][16384, 16384, 1024, 1]) {metadata = @out_col0, id = 0 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 4096][1, 8, 4, 1024][16384, 16384, 1024, 1]) {metadata = @out_col1, id = 0 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 8192][1, 8, 4, 1024][16384, 16384, 1024, 1]) {metadata = @out_col2, id = 0 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 12288][1, 8, 4, 1024][16384, 16384, 1024, 1]) {metadata = @out_col3, id = 0 : i64, issue_token = true} : memref<131072xbf16>
      aiex.npu.dma_wait {symbol = @w_col0}
      aiex.npu.dma_wait {symbol = @w_col1}
      aiex.npu.dma_wait {symbol = @w_col2}
      aiex.npu.dma_wait {symbol = @w_col3}
      aiex.npu.dma_wait {symbol = @x_row0}
      aiex.npu.dma_wait {symbol = @x_row1}
      aiex.npu.dma_wait {symbol = @x_row2}
      aiex.npu.dma_wait {symbol = @x_row3}
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.dma_free_task(%task)
      aiex.dma_free_task(%task_1)
      aiex.dma_free_task(%task_2)
      aiex.dma_free_task(%task_3)
      aiex.dma_free_task(%task_4)
      aiex.dma_free_task(%task_5)
      aiex.dma_free_task(%task_6)
      aiex.dma_free_task(%task_7)
      aiex.dma_free_task(%task_8)
      aiex.dma_free_task(%task_9)
      aiex.dma_free_task(%task_10)
      aiex.dma_free_task(%task_11)
      aiex.dma_free_task(%task_12)
      aiex.dma_free_task(%task_13)
      aiex.dma_free_task(%task_14)
      aiex.dma_free_task(%task_15)
    }
  }
}
