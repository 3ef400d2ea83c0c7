builtin.module {
  aie.device(npu2) {
    %tile_0_0 = aie.tile(0, 0)
    %tile_1_0 = aie.tile(1, 0)
    %tile_2_0 = aie.tile(2, 0)
    %tile_3_0 = aie.tile(3, 0)
    %tile_4_0 = aie.tile(4, 0)
    %tile_5_0 = aie.tile(5, 0)
    %tile_6_0 = aie.tile(6, 0)
    %tile_7_0 = aie.tile(7, 0)
    %tile_0_1 = aie.tile(0, 1) {allocation_scheme = "basic-sequential"}
    %tile_1_1 = aie.tile(1, 1) {allocation_scheme = "basic-sequential"}
    %tile_2_1 = aie.tile(2, 1) {allocation_scheme = "basic-sequential"}
    %tile_3_1 = aie.tile(3, 1) {allocation_scheme = "basic-sequential"}
    %tile_4_1 = aie.tile(4, 1) {allocation_scheme = "basic-sequential"}
    %tile_5_1 = aie.tile(5, 1) {allocation_scheme = "basic-sequential"}
    %tile_6_1 = aie.tile(6, 1) {allocation_scheme = "basic-sequential"}
    %tile_7_1 = aie.tile(7, 1) {allocation_scheme = "basic-sequential"}
    %tile_0_2 = aie.tile(0, 2) {allocation_scheme = "basic-sequential"}
    %tile_0_3 = aie.tile(0, 3) {allocation_scheme = "basic-sequential"}
    %tile_0_4 = aie.tile(0, 4) {allocation_scheme = "basic-sequential"}
    %tile_0_5 = aie.tile(0, 5) {allocation_scheme = "basic-sequential"}
    %tile_1_2 = aie.tile(1, 2) {allocation_scheme = "basic-sequential"}
    %tile_1_3 = aie.tile(1, 3) {allocation_scheme = "basic-sequential"}
    %tile_1_4 = aie.tile(1, 4) {allocation_scheme = "basic-sequential"}
    %tile_1_5 = aie.tile(1, 5) {allocation_scheme = "basic-sequential"}
    %tile_2_2 = aie.tile(2, 2) {allocation_scheme = "basic-sequential"}
    %tile_2_3 = aie.tile(2, 3) {allocation_scheme = "basic-sequential"}
    %tile_2_4 = aie.tile(2, 4) {allocation_scheme = "basic-sequential"}
    %tile_2_5 = aie.tile(2, 5) {allocation_scheme = "basic-sequential"}
    %tile_3_2 = aie.tile(3, 2) {allocation_scheme = "basic-sequential"}
    %tile_3_3 = aie.tile(3, 3) {allocation_scheme = "basic-sequential"}
    %tile_3_4 = aie.tile(3, 4) {allocation_scheme = "basic-sequential"}
    %tile_3_5 = aie.tile(3, 5) {allocation_scheme = "basic-sequential"}
    %tile_4_2 = aie.tile(4, 2) {allocation_scheme = "basic-sequential"}
    %tile_4_3 = aie.tile(4, 3) {allocation_scheme = "basic-sequential"}
    %tile_4_4 = aie.tile(4, 4) {allocation_scheme = "basic-sequential"}
    %tile_4_5 = aie.tile(4, 5) {allocation_scheme = "basic-sequential"}
    %tile_5_2 = aie.tile(5, 2) {allocation_scheme = "basic-sequential"}
    %tile_5_3 = aie.tile(5, 3) {allocation_scheme = "basic-sequential"}
    %tile_5_4 = aie.tile(5, 4) {allocation_scheme = "basic-sequential"}
    %tile_5_5 = aie.tile(5, 5) {allocation_scheme = "basic-sequential"}
    %tile_6_2 = aie.tile(6, 2) {allocation_scheme = "basic-sequential"}
    %tile_6_3 = aie.tile(6, 3) {allocation_scheme = "basic-sequential"}
    %tile_6_4 = aie.tile(6, 4) {allocation_scheme = "basic-sequential"}
    %tile_6_5 = aie.tile(6, 5) {allocation_scheme = "basic-sequential"}
    %tile_7_2 = aie.tile(7, 2) {allocation_scheme = "basic-sequential"}
    %tile_7_3 = aie.tile(7, 3) {allocation_scheme = "basic-sequential"}
    %tile_7_4 = aie.tile(7, 4) {allocation_scheme = "basic-sequential"}
    %tile_7_5 = aie.tile(7, 5) {allocation_scheme = "basic-sequential"}
    %mem_0_x = aie.buffer(%tile_0_1) {sym_name = "mem_0_x"} : memref<16384xbf16>
    %mem_0_ring = aie.buffer(%tile_0_1) {sym_name = "mem_0_ring"} : memref<8704xbf16>
    %mem_0_panel = aie.buffer(%tile_0_1) {sym_name = "mem_0_panel"} : memref<191488xbf16>
    %mem_0_out0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out0"} : memref<16384xbf16>
    %mem_0_out1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out1"} : memref<16384xbf16>
    %mem_0_x_empty = aie.lock(%tile_0_1, 0) {init = 4 : i32, sym_name = "mem_0_x_empty"}
    %mem_0_x_full = aie.lock(%tile_0_1, 1) {init = 0 : i32, sym_name = "mem_0_x_full"}
    %mem_0_ring_empty = aie.lock(%tile_0_1, 2) {init = 2 : i32, sym_name = "mem_0_ring_empty"}
    %mem_0_ring_full = aie.lock(%tile_0_1, 3) {init = 0 : i32, sym_name = "mem_0_ring_full"}
    %mem_0_slot0_empty = aie.lock(%tile_0_1, 12) {init = 6 : i32, sym_name = "mem_0_slot0_empty"}
    %mem_0_slot0_full = aie.lock(%tile_0_1, 13) {init = 0 : i32, sym_name = "mem_0_slot0_full"}
    %mem_0_slot1_empty = aie.lock(%tile_0_1, 14) {init = 6 : i32, sym_name = "mem_0_slot1_empty"}
    %mem_0_slot1_full = aie.lock(%tile_0_1, 15) {init = 0 : i32, sym_name = "mem_0_slot1_full"}
    %mem_0_slot2_empty = aie.lock(%tile_0_1, 16) {init = 6 : i32, sym_name = "mem_0_slot2_empty"}
    %mem_0_slot2_full = aie.lock(%tile_0_1, 17) {init = 0 : i32, sym_name = "mem_0_slot2_full"}
    %mem_0_slot3_empty = aie.lock(%tile_0_1, 18) {init = 6 : i32, sym_name = "mem_0_slot3_empty"}
    %mem_0_slot3_full = aie.lock(%tile_0_1, 19) {init = 0 : i32, sym_name = "mem_0_slot3_full"}
    %mem_0_out_row0_empty = aie.lock(%tile_0_1, 4) {init = 2 : i32, sym_name = "mem_0_out_row0_empty"}
    %mem_0_out_row0_full = aie.lock(%tile_0_1, 5) {init = 0 : i32, sym_name = "mem_0_out_row0_full"}
    %mem_0_out_row1_empty = aie.lock(%tile_0_1, 6) {init = 2 : i32, sym_name = "mem_0_out_row1_empty"}
    %mem_0_out_row1_full = aie.lock(%tile_0_1, 7) {init = 0 : i32, sym_name = "mem_0_out_row1_full"}
    %mem_0_out_row2_empty = aie.lock(%tile_0_1, 8) {init = 2 : i32, sym_name = "mem_0_out_row2_empty"}
    %mem_0_out_row2_full = aie.lock(%tile_0_1, 9) {init = 0 : i32, sym_name = "mem_0_out_row2_full"}
    %mem_0_out_row3_empty = aie.lock(%tile_0_1, 10) {init = 2 : i32, sym_name = "mem_0_out_row3_empty"}
    %mem_0_out_row3_full = aie.lock(%tile_0_1, 11) {init = 0 : i32, sym_name = "mem_0_out_row3_full"}
    %mem_1_ring = aie.buffer(%tile_1_1) {sym_name = "mem_1_ring"} : memref<8704xbf16>
    %mem_1_panel = aie.buffer(%tile_1_1) {sym_name = "mem_1_panel"} : memref<191488xbf16>
    %mem_1_out0 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out0"} : memref<16384xbf16>
    %mem_1_out1 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out1"} : memref<16384xbf16>
    %mem_1_ring_empty = aie.lock(%tile_1_1, 2) {init = 2 : i32, sym_name = "mem_1_ring_empty"}
    %mem_1_ring_full = aie.lock(%tile_1_1, 3) {init = 0 : i32, sym_name = "mem_1_ring_full"}
    %mem_1_slot0_empty = aie.lock(%tile_1_1, 12) {init = 6 : i32, sym_name = "mem_1_slot0_empty"}
    %mem_1_slot0_full = aie.lock(%tile_1_1, 13) {init = 0 : i32, sym_name = "mem_1_slot0_full"}
    %mem_1_slot1_empty = aie.lock(%tile_1_1, 14) {init = 6 : i32, sym_name = "mem_1_slot1_empty"}
    %mem_1_slot1_full = aie.lock(%tile_1_1, 15) {init = 0 : i32, sym_name = "mem_1_slot1_full"}
    %mem_1_slot2_empty = aie.lock(%tile_1_1, 16) {init = 6 : i32, sym_name = "mem_1_slot2_empty"}
    %mem_1_slot2_full = aie.lock(%tile_1_1, 17) {init = 0 : i32, sym_name = "mem_1_slot2_full"}
    %mem_1_slot3_empty = aie.lock(%tile_1_1, 18) {init = 6 : i32, sym_name = "mem_1_slot3_empty"}
    %mem_1_slot3_full = aie.lock(%tile_1_1, 19) {init = 0 : i32, sym_name = "mem_1_slot3_full"}
    %mem_1_out_row0_empty = aie.lock(%tile_1_1, 4) {init = 2 : i32, sym_name = "mem_1_out_row0_empty"}
    %mem_1_out_row0_full = aie.lock(%tile_1_1, 5) {init = 0 : i32, sym_name = "mem_1_out_row0_full"}
    %mem_1_out_row1_empty = aie.lock(%tile_1_1, 6) {init = 2 : i32, sym_name = "mem_1_out_row1_empty"}
    %mem_1_out_row1_full = aie.lock(%tile_1_1, 7) {init = 0 : i32, sym_name = "mem_1_out_row1_full"}
    %mem_1_out_row2_empty = aie.lock(%tile_1_1, 8) {init = 2 : i32, sym_name = "mem_1_out_row2_empty"}
    %mem_1_out_row2_full = aie.lock(%tile_1_1, 9) {init = 0 : i32, sym_name = "mem_1_out_row2_full"}
    %mem_1_out_row3_empty = aie.lock(%tile_1_1, 10) {init = 2 : i32, sym_name = "mem_1_out_row3_empty"}
    %mem_1_out_row3_full = aie.lock(%tile_1_1, 11) {init = 0 : i32, sym_name = "mem_1_out_row3_full"}
    %mem_2_x = aie.buffer(%tile_2_1) {sym_name = "mem_2_x"} : memref<16384xbf16>
    %mem_2_ring = aie.buffer(%tile_2_1) {sym_name = "mem_2_ring"} : memref<8704xbf16>
    %mem_2_panel = aie.buffer(%tile_2_1) {sym_name = "mem_2_panel"} : memref<191488xbf16>
    %mem_2_out0 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out0"} : memref<16384xbf16>
    %mem_2_out1 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out1"} : memref<16384xbf16>
    %mem_2_x_empty = aie.lock(%tile_2_1, 0) {init = 4 : i32, sym_name = "mem_2_x_empty"}
    %mem_2_x_full = aie.lock(%tile_2_1, 1) {init = 0 : i32, sym_name = "mem_2_x_full"}
    %mem_2_ring_empty = aie.lock(%tile_2_1, 2) {init = 2 : i32, sym_name = "mem_2_ring_empty"}
    %mem_2_ring_full = aie.lock(%tile_2_1, 3) {init = 0 : i32, sym_name = "mem_2_ring_full"}
    %mem_2_slot0_empty = aie.lock(%tile_2_1, 12) {init = 6 : i32, sym_name = "mem_2_slot0_empty"}
    %mem_2_slot0_full = aie.lock(%tile_2_1, 13) {init = 0 : i32, sym_name = "mem_2_slot0_full"}
    %mem_2_slot1_empty = aie.lock(%tile_2_1, 14) {init = 6 : i32, sym_name = "mem_2_slot1_empty"}
    %mem_2_slot1_full = aie.lock(%tile_2_1, 15) {init = 0 : i32, sym_name = "mem_2_slot1_full"}
    %mem_2_slot2_empty = aie.lock(%tile_2_1, 16) {init = 6 : i32, sym_name = "mem_2_slot2_empty"}
    %mem_2_slot2_full = aie.lock(%tile_2_1, 17) {init = 0 : i32, sym_name = "mem_2_slot2_full"}
    %mem_2_slot3_empty = aie.lock(%tile_2_1, 18) {init = 6 : i32, sym_name = "mem_2_slot3_empty"}
    %mem_2_slot3_full = aie.lock(%tile_2_1, 19) {init = 0 : i32, sym_name = "mem_2_slot3_full"}
    %mem_2_out_row0_empty = aie.lock(%tile_2_1, 4) {init = 2 : i32, sym_name = "mem_2_out_row0_empty"}
    %mem_2_out_row0_full = aie.lock(%tile_2_1, 5) {init = 0 : i32, sym_name = "mem_2_out_row0_full"}
    %mem_2_out_row1_empty = aie.lock(%tile_2_1, 6) {init = 2 : i32, sym_name = "mem_2_out_row1_empty"}
    %mem_2_out_row1_full = aie.lock(%tile_2_1, 7) {init = 0 : i32, sym_name = "mem_2_out_row1_full"}
    %mem_2_out_row2_empty = aie.lock(%tile_2_1, 8) {init = 2 : i32, sym_name = "mem_2_out_row2_empty"}
    %mem_2_out_row2_full = aie.lock(%tile_2_1, 9) {init = 0 : i32, sym_name = "mem_2_out_row2_full"}
    %mem_2_out_row3_empty = aie.lock(%tile_2_1, 10) {init = 2 : i32, sym_name = "mem_2_out_row3_empty"}
    %mem_2_out_row3_full = aie.lock(%tile_2_1, 11) {init = 0 : i32, sym_name = "mem_2_out_row3_full"}
    %mem_3_ring = aie.buffer(%tile_3_1) {sym_name = "mem_3_ring"} : memref<8704xbf16>
    %mem_3_panel = aie.buffer(%tile_3_1) {sym_name = "mem_3_panel"} : memref<191488xbf16>
    %mem_3_out0 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out0"} : memref<16384xbf16>
    %mem_3_out1 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out1"} : memref<16384xbf16>
    %mem_3_ring_empty = aie.lock(%tile_3_1, 2) {init = 2 : i32, sym_name = "mem_3_ring_empty"}
    %mem_3_ring_full = aie.lock(%tile_3_1, 3) {init = 0 : i32, sym_name = "mem_3_ring_full"}
    %mem_3_slot0_empty = aie.lock(%tile_3_1, 12) {init = 6 : i32, sym_name = "mem_3_slot0_empty"}
    %mem_3_slot0_full = aie.lock(%tile_3_1, 13) {init = 0 : i32, sym_name = "mem_3_slot0_full"}
    %mem_3_slot1_empty = aie.lock(%tile_3_1, 14) {init = 6 : i32, sym_name = "mem_3_slot1_empty"}
    %mem_3_slot1_full = aie.lock(%tile_3_1, 15) {init = 0 : i32, sym_name = "mem_3_slot1_full"}
    %mem_3_slot2_empty = aie.lock(%tile_3_1, 16) {init = 6 : i32, sym_name = "mem_3_slot2_empty"}
    %mem_3_slot2_full = aie.lock(%tile_3_1, 17) {init = 0 : i32, sym_name = "mem_3_slot2_full"}
    %mem_3_slot3_empty = aie.lock(%tile_3_1, 18) {init = 6 : i32, sym_name = "mem_3_slot3_empty"}
    %mem_3_slot3_full = aie.lock(%tile_3_1, 19) {init = 0 : i32, sym_name = "mem_3_slot3_full"}
    %mem_3_out_row0_empty = aie.lock(%tile_3_1, 4) {init = 2 : i32, sym_name = "mem_3_out_row0_empty"}
    %mem_3_out_row0_full = aie.lock(%tile_3_1, 5) {init = 0 : i32, sym_name = "mem_3_out_row0_full"}
    %mem_3_out_row1_empty = aie.lock(%tile_3_1, 6) {init = 2 : i32, sym_name = "mem_3_out_row1_empty"}
    %mem_3_out_row1_full = aie.lock(%tile_3_1, 7) {init = 0 : i32, sym_name = "mem_3_out_row1_full"}
    %mem_3_out_row2_empty = aie.lock(%tile_3_1, 8) {init = 2 : i32, sym_name = "mem_3_out_row2_empty"}
    %mem_3_out_row2_full = aie.lock(%tile_3_1, 9) {init = 0 : i32, sym_name = "mem_3_out_row2_full"}
    %mem_3_out_row3_empty = aie.lock(%tile_3_1, 10) {init = 2 : i32, sym_name = "mem_3_out_row3_empty"}
    %mem_3_out_row3_full = aie.lock(%tile_3_1, 11) {init = 0 : i32, sym_name = "mem_3_out_row3_full"}
    %mem_4_x = aie.buffer(%tile_4_1) {sym_name = "mem_4_x"} : memref<16384xbf16>
    %mem_4_ring = aie.buffer(%tile_4_1) {sym_name = "mem_4_ring"} : memref<8704xbf16>
    %mem_4_panel = aie.buffer(%tile_4_1) {sym_name = "mem_4_panel"} : memref<191488xbf16>
    %mem_4_out0 = aie.buffer(%tile_4_1) {sym_name = "mem_4_out0"} : memref<16384xbf16>
    %mem_4_out1 = aie.buffer(%tile_4_1) {sym_name = "mem_4_out1"} : memref<16384xbf16>
    %mem_4_x_empty = aie.lock(%tile_4_1, 0) {init = 4 : i32, sym_name = "mem_4_x_empty"}
    %mem_4_x_full = aie.lock(%tile_4_1, 1) {init = 0 : i32, sym_name = "mem_4_x_full"}
    %mem_4_ring_empty = aie.lock(%tile_4_1, 2) {init = 2 : i32, sym_name = "mem_4_ring_empty"}
    %mem_4_ring_full = aie.lock(%tile_4_1, 3) {init = 0 : i32, sym_name = "mem_4_ring_full"}
    %mem_4_slot0_empty = aie.lock(%tile_4_1, 12) {init = 6 : i32, sym_name = "mem_4_slot0_empty"}
    %mem_4_slot0_full = aie.lock(%tile_4_1, 13) {init = 0 : i32, sym_name = "mem_4_slot0_full"}
    %mem_4_slot1_empty = aie.lock(%tile_4_1, 14) {init = 6 : i32, sym_name = "mem_4_slot1_empty"}
    %mem_4_slot1_full = aie.lock(%tile_4_1, 15) {init = 0 : i32, sym_name = "mem_4_slot1_full"}
    %mem_4_slot2_empty = aie.lock(%tile_4_1, 16) {init = 6 : i32, sym_name = "mem_4_slot2_empty"}
    %mem_4_slot2_full = aie.lock(%tile_4_1, 17) {init = 0 : i32, sym_name = "mem_4_slot2_full"}
    %mem_4_slot3_empty = aie.lock(%tile_4_1, 18) {init = 6 : i32, sym_name = "mem_4_slot3_empty"}
    %mem_4_slot3_full = aie.lock(%tile_4_1, 19) {init = 0 : i32, sym_name = "mem_4_slot3_full"}
    %mem_4_out_row0_empty = aie.lock(%tile_4_1, 4) {init = 2 : i32, sym_name = "mem_4_out_row0_empty"}
    %mem_4_out_row0_full = aie.lock(%tile_4_1, 5) {init = 0 : i32, sym_name = "mem_4_out_row0_full"}
    %mem_4_out_row1_empty = aie.lock(%tile_4_1, 6) {init = 2 : i32, sym_name = "mem_4_out_row1_empty"}
    %mem_4_out_row1_full = aie.lock(%tile_4_1, 7) {init = 0 : i32, sym_name = "mem_4_out_row1_full"}
    %mem_4_out_row2_empty = aie.lock(%tile_4_1, 8) {init = 2 : i32, sym_name = "mem_4_out_row2_empty"}
    %mem_4_out_row2_full = aie.lock(%tile_4_1, 9) {init = 0 : i32, sym_name = "mem_4_out_row2_full"}
    %mem_4_out_row3_empty = aie.lock(%tile_4_1, 10) {init = 2 : i32, sym_name = "mem_4_out_row3_empty"}
    %mem_4_out_row3_full = aie.lock(%tile_4_1, 11) {init = 0 : i32, sym_name = "mem_4_out_row3_full"}
    %mem_5_ring = aie.buffer(%tile_5_1) {sym_name = "mem_5_ring"} : memref<8704xbf16>
    %mem_5_panel = aie.buffer(%tile_5_1) {sym_name = "mem_5_panel"} : memref<191488xbf16>
    %mem_5_out0 = aie.buffer(%tile_5_1) {sym_name = "mem_5_out0"} : memref<16384xbf16>
    %mem_5_out1 = aie.buffer(%tile_5_1) {sym_name = "mem_5_out1"} : memref<16384xbf16>
    %mem_5_ring_empty = aie.lock(%tile_5_1, 2) {init = 2 : i32, sym_name = "mem_5_ring_empty"}
    %mem_5_ring_full = aie.lock(%tile_5_1, 3) {init = 0 : i32, sym_name = "mem_5_ring_full"}
    %mem_5_slot0_empty = aie.lock(%tile_5_1, 12) {init = 6 : i32, sym_name = "mem_5_slot0_empty"}
    %mem_5_slot0_full = aie.lock(%tile_5_1, 13) {init = 0 : i32, sym_name = "mem_5_slot0_full"}
    %mem_5_slot1_empty = aie.lock(%tile_5_1, 14) {init = 6 : i32, sym_name = "mem_5_slot1_empty"}
    %mem_5_slot1_full = aie.lock(%tile_5_1, 15) {init = 0 : i32, sym_name = "mem_5_slot1_full"}
    %mem_5_slot2_empty = aie.lock(%tile_5_1, 16) {init = 6 : i32, sym_name = "mem_5_slot2_empty"}
    %mem_5_slot2_full = aie.lock(%tile_5_1, 17) {init = 0 : i32, sym_name = "mem_5_slot2_full"}
    %mem_5_slot3_empty = aie.lock(%tile_5_1, 18) {init = 6 : i32, sym_name = "mem_5_slot3_empty"}
    %mem_5_slot3_full = aie.lock(%tile_5_1, 19) {init = 0 : i32, sym_name = "mem_5_slot3_full"}
    %mem_5_out_row0_empty = aie.lock(%tile_5_1, 4) {init = 2 : i32, sym_name = "mem_5_out_row0_empty"}
    %mem_5_out_row0_full = aie.lock(%tile_5_1, 5) {init = 0 : i32, sym_name = "mem_5_out_row0_full"}
    %mem_5_out_row1_empty = aie.lock(%tile_5_1, 6) {init = 2 : i32, sym_name = "mem_5_out_row1_empty"}
    %mem_5_out_row1_full = aie.lock(%tile_5_1, 7) {init = 0 : i32, sym_name = "mem_5_out_row1_full"}
    %mem_5_out_row2_empty = aie.lock(%tile_5_1, 8) {init = 2 : i32, sym_name = "mem_5_out_row2_empty"}
    %mem_5_out_row2_full = aie.lock(%tile_5_1, 9) {init = 0 : i32, sym_name = "mem_5_out_row2_full"}
    %mem_5_out_row3_empty = aie.lock(%tile_5_1, 10) {init = 2 : i32, sym_name = "mem_5_out_row3_empty"}
    %mem_5_out_row3_full = aie.lock(%tile_5_1, 11) {init = 0 : i32, sym_name = "mem_5_out_row3_full"}
    %mem_6_x = aie.buffer(%tile_6_1) {sym_name = "mem_6_x"} : memref<16384xbf16>
    %mem_6_ring = aie.buffer(%tile_6_1) {sym_name = "mem_6_ring"} : memref<8704xbf16>
    %mem_6_panel = aie.buffer(%tile_6_1) {sym_name = "mem_6_panel"} : memref<191488xbf16>
    %mem_6_out0 = aie.buffer(%tile_6_1) {sym_name = "mem_6_out0"} : memref<16384xbf16>
    %mem_6_out1 = aie.buffer(%tile_6_1) {sym_name = "mem_6_out1"} : memref<16384xbf16>
    %mem_6_x_empty = aie.lock(%tile_6_1, 0) {init = 4 : i32, sym_name = "mem_6_x_empty"}
    %mem_6_x_full = aie.lock(%tile_6_1, 1) {init = 0 : i32, sym_name = "mem_6_x_full"}
    %mem_6_ring_empty = aie.lock(%tile_6_1, 2) {init = 2 : i32, sym_name = "mem_6_ring_empty"}
    %mem_6_ring_full = aie.lock(%tile_6_1, 3) {init = 0 : i32, sym_name = "mem_6_ring_full"}
    %mem_6_slot0_empty = aie.lock(%tile_6_1, 12) {init = 6 : i32, sym_name = "mem_6_slot0_empty"}
    %mem_6_slot0_full = aie.lock(%tile_6_1, 13) {init = 0 : i32, sym_name = "mem_6_slot0_full"}
    %mem_6_slot1_empty = aie.lock(%tile_6_1, 14) {init = 6 : i32, sym_name = "mem_6_slot1_empty"}
    %mem_6_slot1_full = aie.lock(%tile_6_1, 15) {init = 0 : i32, sym_name = "mem_6_slot1_full"}
    %mem_6_slot2_empty = aie.lock(%tile_6_1, 16) {init = 6 : i32, sym_name = "mem_6_slot2_empty"}
    %mem_6_slot2_full = aie.lock(%tile_6_1, 17) {init = 0 : i32, sym_name = "mem_6_slot2_full"}
    %mem_6_slot3_empty = aie.lock(%tile_6_1, 18) {init = 6 : i32, sym_name = "mem_6_slot3_empty"}
    %mem_6_slot3_full = aie.lock(%tile_6_1, 19) {init = 0 : i32, sym_name = "mem_6_slot3_full"}
    %mem_6_out_row0_empty = aie.lock(%tile_6_1, 4) {init = 2 : i32, sym_name = "mem_6_out_row0_empty"}
    %mem_6_out_row0_full = aie.lock(%tile_6_1, 5) {init = 0 : i32, sym_name = "mem_6_out_row0_full"}
    %mem_6_out_row1_empty = aie.lock(%tile_6_1, 6) {init = 2 : i32, sym_name = "mem_6_out_row1_empty"}
    %mem_6_out_row1_full = aie.lock(%tile_6_1, 7) {init = 0 : i32, sym_name = "mem_6_out_row1_full"}
    %mem_6_out_row2_empty = aie.lock(%tile_6_1, 8) {init = 2 : i32, sym_name = "mem_6_out_row2_empty"}
    %mem_6_out_row2_full = aie.lock(%tile_6_1, 9) {init = 0 : i32, sym_name = "mem_6_out_row2_full"}
    %mem_6_out_row3_empty = aie.lock(%tile_6_1, 10) {init = 2 : i32, sym_name = "mem_6_out_row3_empty"}
    %mem_6_out_row3_full = aie.lock(%tile_6_1, 11) {init = 0 : i32, sym_name = "mem_6_out_row3_full"}
    %mem_7_ring = aie.buffer(%tile_7_1) {sym_name = "mem_7_ring"} : memref<8704xbf16>
    %mem_7_panel = aie.buffer(%tile_7_1) {sym_name = "mem_7_panel"} : memref<191488xbf16>
    %mem_7_out0 = aie.buffer(%tile_7_1) {sym_name = "mem_7_out0"} : memref<16384xbf16>
    %mem_7_out1 = aie.buffer(%tile_7_1) {sym_name = "mem_7_out1"} : memref<16384xbf16>
    %mem_7_ring_empty = aie.lock(%tile_7_1, 2) {init = 2 : i32, sym_name = "mem_7_ring_empty"}
    %mem_7_ring_full = aie.lock(%tile_7_1, 3) {init = 0 : i32, sym_name = "mem_7_ring_full"}
    %mem_7_slot0_empty = aie.lock(%tile_7_1, 12) {init = 6 : i32, sym_name = "mem_7_slot0_empty"}
    %mem_7_slot0_full = aie.lock(%tile_7_1, 13) {init = 0 : i32, sym_name = "mem_7_slot0_full"}
    %mem_7_slot1_empty = aie.lock(%tile_7_1, 14) {init = 6 : i32, sym_name = "mem_7_slot1_empty"}
    %mem_7_slot1_full = aie.lock(%tile_7_1, 15) {init = 0 : i32, sym_name = "mem_7_slot1_full"}
    %mem_7_slot2_empty = aie.lock(%tile_7_1, 16) {init = 6 : i32, sym_name = "mem_7_slot2_empty"}
    %mem_7_slot2_full = aie.lock(%tile_7_1, 17) {init = 0 : i32, sym_name = "mem_7_slot2_full"}
    %mem_7_slot3_empty = aie.lock(%tile_7_1, 18) {init = 6 : i32, sym_name = "mem_7_slot3_empty"}
    %mem_7_slot3_full = aie.lock(%tile_7_1, 19) {init = 0 : i32, sym_name = "mem_7_slot3_full"}
    %mem_7_out_row0_empty = aie.lock(%tile_7_1, 4) {init = 2 : i32, sym_name = "mem_7_out_row0_empty"}
    %mem_7_out_row0_full = aie.lock(%tile_7_1, 5) {init = 0 : i32, sym_name = "mem_7_out_row0_full"}
    %mem_7_out_row1_empty = aie.lock(%tile_7_1, 6) {init = 2 : i32, sym_name = "mem_7_out_row1_empty"}
    %mem_7_out_row1_full = aie.lock(%tile_7_1, 7) {init = 0 : i32, sym_name = "mem_7_out_row1_full"}
    %mem_7_out_row2_empty = aie.lock(%tile_7_1, 8) {init = 2 : i32, sym_name = "mem_7_out_row2_empty"}
    %mem_7_out_row2_full = aie.lock(%tile_7_1, 9) {init = 0 : i32, sym_name = "mem_7_out_row2_full"}
    %mem_7_out_row3_empty = aie.lock(%tile_7_1, 10) {init = 2 : i32, sym_name = "mem_7_out_row3_empty"}
    %mem_7_out_row3_full = aie.lock(%tile_7_1, 11) {init = 0 : i32, sym_name = "mem_7_out_row3_full"}
    aie.shim_dma_allocation @x_row0(%tile_0_0, MM2S, 0)
    aie.shim_dma_allocation @x_row1(%tile_2_0, MM2S, 0)
    aie.shim_dma_allocation @x_row2(%tile_4_0, MM2S, 0)
    aie.shim_dma_allocation @x_row3(%tile_6_0, MM2S, 0)
    aie.shim_dma_allocation @w_col0(%tile_0_0, MM2S, 1)
    aie.shim_dma_allocation @out_col0(%tile_0_0, S2MM, 0)
    aie.shim_dma_allocation @w_col1(%tile_1_0, MM2S, 1)
    aie.shim_dma_allocation @out_col1(%tile_1_0, S2MM, 0)
    aie.shim_dma_allocation @w_col2(%tile_2_0, MM2S, 1)
    aie.shim_dma_allocation @out_col2(%tile_2_0, S2MM, 0)
    aie.shim_dma_allocation @w_col3(%tile_3_0, MM2S, 1)
    aie.shim_dma_allocation @out_col3(%tile_3_0, S2MM, 0)
    aie.shim_dma_allocation @w_col4(%tile_4_0, MM2S, 1)
    aie.shim_dma_allocation @out_col4(%tile_4_0, S2MM, 0)
    aie.shim_dma_allocation @w_col5(%tile_5_0, MM2S, 1)
    aie.shim_dma_allocation @out_col5(%tile_5_0, S2MM, 0)
    aie.shim_dma_allocation @w_col6(%tile_6_0, MM2S, 1)
    aie.shim_dma_allocation @out_col6(%tile_6_0, S2MM, 0)
    aie.shim_dma_allocation @w_col7(%tile_7_0, MM2S, 1)
    aie.shim_dma_allocation @out_col7(%tile_7_0, S2MM, 0)
    aie.runtime_sequence @encoder_cross(%out: memref<786432xbf16>, %cross_k: memref<786432xbf16>, %cross_v: memref<786432xbf16>, %weights: memref<557056xbf16>) {
      %task = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        aie.use_lock(%mem_0_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_0_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_0_ring_full, Release, 1)
        aie.end
      }
      %task_1 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        aie.use_lock(%mem_0_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_0_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_0_ring_empty, Release, 1)
        aie.end
      }
      %task_2 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        aie.use_lock(%mem_1_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_1_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_1_ring_full, Release, 1)
        aie.end
      }
      %task_3 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        aie.use_lock(%mem_1_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_1_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_1_ring_empty, Release, 1)
        aie.end
      }
      %task_4 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        aie.use_lock(%mem_2_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_2_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_2_ring_full, Release, 1)
        aie.end
      }
      %task_5 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        aie.use_lock(%mem_2_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_2_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_2_ring_empty, Release, 1)
        aie.end
      }
      %task_6 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        aie.use_lock(%mem_3_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_3_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_3_ring_full, Release, 1)
        aie.end
      }
      %task_7 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        aie.use_lock(%mem_3_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_3_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_3_ring_empty, Release, 1)
        aie.end
      }
      %task_8 = aiex.dma_configure_task(%tile_4_1, S2MM, 1) {
        aie.use_lock(%mem_4_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_4_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_4_ring_full, Release, 1)
        aie.end
      }
      %task_9 = aiex.dma_configure_task(%tile_4_1, MM2S, 1) {
        aie.use_lock(%mem_4_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_4_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_4_ring_empty, Release, 1)
        aie.end
      }
      %task_10 = aiex.dma_configure_task(%tile_5_1, S2MM, 1) {
        aie.use_lock(%mem_5_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_5_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_5_ring_full, Release, 1)
        aie.end
      }
      %task_11 = aiex.dma_configure_task(%tile_5_1, MM2S, 1) {
        aie.use_lock(%mem_5_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_5_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_5_ring_empty, Release, 1)
        aie.end
      }
      %task_12 = aiex.dma_configure_task(%tile_6_1, S2MM, 1) {
        aie.use_lock(%mem_6_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_6_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_6_ring_full, Release, 1)
        aie.end
      }
      %task_13 = aiex.dma_configure_task(%tile_6_1, MM2S, 1) {
        aie.use_lock(%mem_6_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_6_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_6_ring_empty, Release, 1)
        aie.end
      }
      %task_14 = aiex.dma_configure_task(%tile_7_1, S2MM, 1) {
        aie.use_lock(%mem_7_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_ring : memref<8704xbf16>, 0, 4352) {bd_id = 28 : i32}
        aie.use_lock(%mem_7_ring_full, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_ring_empty, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 29 : i32}
        aie.use_lock(%mem_7_ring_full, Release, 1)
        aie.end
      }
      %task_15 = aiex.dma_configure_task(%tile_7_1, MM2S, 1) {
        aie.use_lock(%mem_7_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_ring : memref<8704xbf16>, 0, 4352) {bd_id = 30 : i32}
        aie.use_lock(%mem_7_ring_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_ring_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_ring : memref<8704xbf16>, 4352, 4352) {bd_id = 31 : i32}
        aie.use_lock(%mem_7_ring_empty, Release, 1)
        aie.end
      }
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 7 : i32, row = 1 : i32}
      %task_16 = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        aie.use_lock(%mem_0_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_0_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_0_slot1_full, Release, 6)
        aie.end
      }
      %task_17 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        aie.use_lock(%mem_0_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_0_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_0_slot1_empty, Release, 1)
        aie.end
      }
      %task_18 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        aie.use_lock(%mem_1_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_1_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_1_slot1_full, Release, 6)
        aie.end
      }
      %task_19 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        aie.use_lock(%mem_1_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_1_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_1_slot1_empty, Release, 1)
        aie.end
      }
      %task_20 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        aie.use_lock(%mem_2_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_2_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_2_slot1_full, Release, 6)
        aie.end
      }
      %task_21 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        aie.use_lock(%mem_2_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_2_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_2_slot1_empty, Release, 1)
        aie.end
      }
      %task_22 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        aie.use_lock(%mem_3_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_3_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_3_slot1_full, Release, 6)
        aie.end
      }
      %task_23 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        aie.use_lock(%mem_3_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_3_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_3_slot1_empty, Release, 1)
        aie.end
      }
      %task_24 = aiex.dma_configure_task(%tile_4_1, S2MM, 1) {
        aie.use_lock(%mem_4_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_4_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_4_slot1_full, Release, 6)
        aie.end
      }
      %task_25 = aiex.dma_configure_task(%tile_4_1, MM2S, 1) {
        aie.use_lock(%mem_4_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_4_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_4_slot1_empty, Release, 1)
        aie.end
      }
      %task_26 = aiex.dma_configure_task(%tile_5_1, S2MM, 1) {
        aie.use_lock(%mem_5_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_5_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_5_slot1_full, Release, 6)
        aie.end
      }
      %task_27 = aiex.dma_configure_task(%tile_5_1, MM2S, 1) {
        aie.use_lock(%mem_5_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_5_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_5_slot1_empty, Release, 1)
        aie.end
      }
      %task_28 = aiex.dma_configure_task(%tile_6_1, S2MM, 1) {
        aie.use_lock(%mem_6_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_6_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_6_slot1_full, Release, 6)
        aie.end
      }
      %task_29 = aiex.dma_configure_task(%tile_6_1, MM2S, 1) {
        aie.use_lock(%mem_6_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_6_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_6_slot1_empty, Release, 1)
        aie.end
      }
      %task_30 = aiex.dma_configure_task(%tile_7_1, S2MM, 1) {
        aie.use_lock(%mem_7_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 0, 13056) {bd_id = 32 : i32}
        aie.use_lock(%mem_7_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 33 : i32}
        aie.use_lock(%mem_7_slot1_full, Release, 6)
        aie.end
      }
      %task_31 = aiex.dma_configure_task(%tile_7_1, MM2S, 1) {
        aie.use_lock(%mem_7_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 0, 13056) {bd_id = 34 : i32}
        aie.use_lock(%mem_7_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 47872, 13056) {bd_id = 35 : i32}
        aie.use_lock(%mem_7_slot1_empty, Release, 1)
        aie.end
      }
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 32 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327714 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 0][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col0, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 4096][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col1, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 8192][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col2, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 12288][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col3, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 16384][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col4, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 20480][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col5, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 24576][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col6, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 28672][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col7, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 0][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col0, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 34816][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col1, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 69632][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col2, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 104448][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col3, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 139264][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col4, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 174080][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col5, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 208896][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col6, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 243712][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col7, id = 4 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row0, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32768][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row1, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 65536][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row2, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 98304][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row3, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 7 : i32, row = 1 : i32}
      %task_32 = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        aie.use_lock(%mem_0_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_0_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_0_slot3_full, Release, 6)
        aie.end
      }
      %task_33 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        aie.use_lock(%mem_0_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_0_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_0_slot3_empty, Release, 1)
        aie.end
      }
      %task_34 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        aie.use_lock(%mem_1_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_1_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_1_slot3_full, Release, 6)
        aie.end
      }
      %task_35 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        aie.use_lock(%mem_1_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_1_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_1_slot3_empty, Release, 1)
        aie.end
      }
      %task_36 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        aie.use_lock(%mem_2_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_2_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_2_slot3_full, Release, 6)
        aie.end
      }
      %task_37 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        aie.use_lock(%mem_2_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_2_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_2_slot3_empty, Release, 1)
        aie.end
      }
      %task_38 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        aie.use_lock(%mem_3_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_3_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_3_slot3_full, Release, 6)
        aie.end
      }
      %task_39 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        aie.use_lock(%mem_3_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_3_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_3_slot3_empty, Release, 1)
        aie.end
      }
      %task_40 = aiex.dma_configure_task(%tile_4_1, S2MM, 1) {
        aie.use_lock(%mem_4_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_4_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_4_slot3_full, Release, 6)
        aie.end
      }
      %task_41 = aiex.dma_configure_task(%tile_4_1, MM2S, 1) {
        aie.use_lock(%mem_4_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_4_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_4_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_4_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_4_slot3_empty, Release, 1)
        aie.end
      }
      %task_42 = aiex.dma_configure_task(%tile_5_1, S2MM, 1) {
        aie.use_lock(%mem_5_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_5_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_5_slot3_full, Release, 6)
        aie.end
      }
      %task_43 = aiex.dma_configure_task(%tile_5_1, MM2S, 1) {
        aie.use_lock(%mem_5_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_5_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_5_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_5_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_5_slot3_empty, Release, 1)
        aie.end
      }
      %task_44 = aiex.dma_configure_task(%tile_6_1, S2MM, 1) {
        aie.use_lock(%mem_6_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_6_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_6_slot3_full, Release, 6)
        aie.end
      }
      %task_45 = aiex.dma_configure_task(%tile_6_1, MM2S, 1) {
        aie.use_lock(%mem_6_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_6_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_6_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_6_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_6_slot3_empty, Release, 1)
        aie.end
      }
      %task_46 = aiex.dma_configure_task(%tile_7_1, S2MM, 1) {
        aie.use_lock(%mem_7_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 36 : i32}
        aie.use_lock(%mem_7_slot2_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 37 : i32}
        aie.use_lock(%mem_7_slot3_full, Release, 6)
        aie.end
      }
      %task_47 = aiex.dma_configure_task(%tile_7_1, MM2S, 1) {
        aie.use_lock(%mem_7_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 95744, 13056) {bd_id = 38 : i32}
        aie.use_lock(%mem_7_slot2_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_7_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_7_panel : memref<191488xbf16>, 143616, 13056) {bd_id = 39 : i32}
        aie.use_lock(%mem_7_slot3_empty, Release, 1)
        aie.end
      }
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 4 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 5 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 6 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 36 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 327718 : ui32, column = 7 : i32, row = 1 : i32}
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 0][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col0, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 4096][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col1, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 8192][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col2, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 12288][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col3, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 16384][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col4, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 20480][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col5, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 24576][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col6, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 28672][1, 24, 4, 1024][32768, 32768, 1024, 1]) {metadata = @out_col7, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 278528][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col0, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 313344][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col1, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 348160][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col2, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 382976][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col3, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 417792][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col4, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 452608][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col5, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 487424][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col6, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 522240][1, 1, 1, 34816][0, 0, 0, 1]) {metadata = @w_col7, id = 5 : i64, issue_token = true} : memref<557056xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row0, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32768][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row1, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 65536][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row2, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 98304][1, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row3, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_wait {symbol = @out_col4}
      aiex.npu.dma_wait {symbol = @out_col4}
      aiex.npu.dma_wait {symbol = @out_col5}
      aiex.npu.dma_wait {symbol = @out_col5}
      aiex.npu.dma_wait {symbol = @out_col6}
      aiex.npu.dma_wait {symbol = @out_col6}
      aiex.npu.dma_wait {symbol = @out_col7}
      aiex.npu.dma_wait {symbol = @out_col7}
      aiex.npu.dma_wait {symbol = @w_col0}
      aiex.npu.dma_wait {symbol = @w_col0}
      aiex.npu.dma_wait {symbol = @w_col1}
      aiex.npu.dma_wait {symbol = @w_col1}
      aiex.npu.dma_wait {symbol = @w_col2}
      aiex.npu.dma_wait {symbol = @w_col2}
      aiex.npu.dma_wait {symbol = @w_col3}
      aiex.npu.dma_wait {symbol = @w_col3}
      aiex.npu.dma_wait {symbol = @w_col4}
      aiex.npu.dma_wait {symbol = @w_col4}
      aiex.npu.dma_wait {symbol = @w_col5}
      aiex.npu.dma_wait {symbol = @w_col5}
      aiex.npu.dma_wait {symbol = @w_col6}
      aiex.npu.dma_wait {symbol = @w_col6}
      aiex.npu.dma_wait {symbol = @w_col7}
      aiex.npu.dma_wait {symbol = @w_col7}
      aiex.npu.dma_wait {symbol = @x_row0}
      aiex.npu.dma_wait {symbol = @x_row0}
      aiex.npu.dma_wait {symbol = @x_row1}
      aiex.npu.dma_wait {symbol = @x_row1}
      aiex.npu.dma_wait {symbol = @x_row2}
      aiex.npu.dma_wait {symbol = @x_row2}
      aiex.npu.dma_wait {symbol = @x_row3}
      aiex.npu.dma_wait {symbol = @x_row3}
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
      aiex.dma_free_task(%task_16)
      aiex.dma_free_task(%task_17)
      aiex.dma_free_task(%task_18)
      aiex.dma_free_task(%task_19)
      aiex.dma_free_task(%task_20)
      aiex.dma_free_task(%task_21)
      aiex.dma_free_task(%task_22)
      aiex.dma_free_task(%task_23)
      aiex.dma_free_task(%task_24)
      aiex.dma_free_task(%task_25)
      aiex.dma_free_task(%task_26)
      aiex.dma_free_task(%task_27)
      aiex.dma_free_task(%task_28)
      aiex.dma_free_task(%task_29)
      aiex.dma_free_task(%task_30)
      aiex.dma_free_task(%task_31)
      aiex.dma_free_task(%task_32)
      aiex.dma_free_task(%task_33)
      aiex.dma_free_task(%task_34)
      aiex.dma_free_task(%task_35)
      aiex.dma_free_task(%task_36)
      aiex.dma_free_task(%task_37)
      aiex.dma_free_task(%task_38)
      aiex.dma_free_task(%task_39)
      aiex.dma_free_task(%task_40)
      aiex.dma_free_task(%task_41)
      aiex.dma_free_task(%task_42)
      aiex.dma_free_task(%task_43)
      aiex.dma_free_task(%task_44)
      aiex.dma_free_task(%task_45)
      aiex.dma_free_task(%task_46)
      aiex.dma_free_task(%task_47)
    }
  }
}
