builtin.module {
  aie.device(npu1) {
    %tile_0_0 = aie.tile(0, 0)
    %tile_1_0 = aie.tile(1, 0)
    %tile_2_0 = aie.tile(2, 0)
    %tile_3_0 = aie.tile(3, 0)
    %tile_0_1 = aie.tile(0, 1) {allocation_scheme = "basic-sequential"}
    %tile_1_1 = aie.tile(1, 1) {allocation_scheme = "basic-sequential"}
    %tile_2_1 = aie.tile(2, 1) {allocation_scheme = "basic-sequential"}
    %tile_3_1 = aie.tile(3, 1) {allocation_scheme = "basic-sequential"}
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
    %mem_0_x = aie.buffer(%tile_0_1) {sym_name = "mem_0_x"} : memref<8192xbf16>
    %mem_0_ring = aie.buffer(%tile_0_1) {sym_name = "mem_0_ring"} : memref<8704xbf16>
    %mem_0_panel = aie.buffer(%tile_0_1) {sym_name = "mem_0_panel"} : memref<208896xbf16>
    %mem_0_out0 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out0"} : memref<16384xbf16>
    %mem_0_out1 = aie.buffer(%tile_0_1) {sym_name = "mem_0_out1"} : memref<16384xbf16>
    %mem_0_x_empty = aie.lock(%tile_0_1, 0) {init = 2 : i32, sym_name = "mem_0_x_empty"}
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
    %mem_1_x = aie.buffer(%tile_1_1) {sym_name = "mem_1_x"} : memref<8192xbf16>
    %mem_1_ring = aie.buffer(%tile_1_1) {sym_name = "mem_1_ring"} : memref<8704xbf16>
    %mem_1_panel = aie.buffer(%tile_1_1) {sym_name = "mem_1_panel"} : memref<208896xbf16>
    %mem_1_out0 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out0"} : memref<16384xbf16>
    %mem_1_out1 = aie.buffer(%tile_1_1) {sym_name = "mem_1_out1"} : memref<16384xbf16>
    %mem_1_x_empty = aie.lock(%tile_1_1, 0) {init = 2 : i32, sym_name = "mem_1_x_empty"}
    %mem_1_x_full = aie.lock(%tile_1_1, 1) {init = 0 : i32, sym_name = "mem_1_x_full"}
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
    %mem_2_x = aie.buffer(%tile_2_1) {sym_name = "mem_2_x"} : memref<8192xbf16>
    %mem_2_ring = aie.buffer(%tile_2_1) {sym_name = "mem_2_ring"} : memref<8704xbf16>
    %mem_2_panel = aie.buffer(%tile_2_1) {sym_name = "mem_2_panel"} : memref<208896xbf16>
    %mem_2_out0 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out0"} : memref<16384xbf16>
    %mem_2_out1 = aie.buffer(%tile_2_1) {sym_name = "mem_2_out1"} : memref<16384xbf16>
    %mem_2_x_empty = aie.lock(%tile_2_1, 0) {init = 2 : i32, sym_name = "mem_2_x_empty"}
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
    %mem_3_x = aie.buffer(%tile_3_1) {sym_name = "mem_3_x"} : memref<8192xbf16>
    %mem_3_ring = aie.buffer(%tile_3_1) {sym_name = "mem_3_ring"} : memref<8704xbf16>
    %mem_3_panel = aie.buffer(%tile_3_1) {sym_name = "mem_3_panel"} : memref<208896xbf16>
    %mem_3_out0 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out0"} : memref<16384xbf16>
    %mem_3_out1 = aie.buffer(%tile_3_1) {sym_name = "mem_3_out1"} : memref<16384xbf16>
    %mem_3_x_empty = aie.lock(%tile_3_1, 0) {init = 2 : i32, sym_name = "mem_3_x_empty"}
    %mem_3_x_full = aie.lock(%tile_3_1, 1) {init = 0 : i32, sym_name = "mem_3_x_full"}
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
    aie.shim_dma_allocation @x_row0(%tile_0_0, MM2S, 0)
    aie.shim_dma_allocation @x_row1(%tile_1_0, MM2S, 0)
    aie.shim_dma_allocation @x_row2(%tile_2_0, MM2S, 0)
    aie.shim_dma_allocation @x_row3(%tile_3_0, MM2S, 0)
    aie.shim_dma_allocation @w_col0(%tile_0_0, MM2S, 1)
    aie.shim_dma_allocation @out_col0(%tile_0_0, S2MM, 0)
    aie.shim_dma_allocation @w_col1(%tile_1_0, MM2S, 1)
    aie.shim_dma_allocation @out_col1(%tile_1_0, S2MM, 0)
    aie.shim_dma_allocation @w_col2(%tile_2_0, MM2S, 1)
    aie.shim_dma_allocation @out_col2(%tile_2_0, S2MM, 0)
    aie.shim_dma_allocation @w_col3(%tile_3_0, MM2S, 1)
    aie.shim_dma_allocation @out_col3(%tile_3_0, S2MM, 0)
    aie.runtime_sequence @encoder_cross(%out: memref<786432xbf16>, %cross_k: memref<786432xbf16>, %cross_v: memref<786432xbf16>, %weights: memref<487424xbf16>) {
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
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 3 : i32, row = 1 : i32}
      %task_8 = aiex.dma_configure_task(%tile_0_1, S2MM, 1) {
        aie.use_lock(%mem_0_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 0, 8704) {bd_id = 32 : i32}
        aie.use_lock(%mem_0_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 33 : i32}
        aie.use_lock(%mem_0_slot1_full, Release, 6)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_0_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 34 : i32}
        aie.use_lock(%mem_0_slot2_full, Release, 6)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_0_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 35 : i32}
        aie.use_lock(%mem_0_slot3_full, Release, 6)
        aie.end
      }
      %task_9 = aiex.dma_configure_task(%tile_0_1, MM2S, 1) {
        aie.use_lock(%mem_0_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 0, 8704) {bd_id = 36 : i32}
        aie.use_lock(%mem_0_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_0_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 37 : i32}
        aie.use_lock(%mem_0_slot1_empty, Release, 1)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_0_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 38 : i32}
        aie.use_lock(%mem_0_slot2_empty, Release, 1)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_0_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_0_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 39 : i32}
        aie.use_lock(%mem_0_slot3_empty, Release, 1)
        aie.end
      }
      %task_10 = aiex.dma_configure_task(%tile_1_1, S2MM, 1) {
        aie.use_lock(%mem_1_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 0, 8704) {bd_id = 32 : i32}
        aie.use_lock(%mem_1_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 33 : i32}
        aie.use_lock(%mem_1_slot1_full, Release, 6)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_1_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 34 : i32}
        aie.use_lock(%mem_1_slot2_full, Release, 6)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_1_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 35 : i32}
        aie.use_lock(%mem_1_slot3_full, Release, 6)
        aie.end
      }
      %task_11 = aiex.dma_configure_task(%tile_1_1, MM2S, 1) {
        aie.use_lock(%mem_1_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 0, 8704) {bd_id = 36 : i32}
        aie.use_lock(%mem_1_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_1_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 37 : i32}
        aie.use_lock(%mem_1_slot1_empty, Release, 1)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_1_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 38 : i32}
        aie.use_lock(%mem_1_slot2_empty, Release, 1)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_1_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_1_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 39 : i32}
        aie.use_lock(%mem_1_slot3_empty, Release, 1)
        aie.end
      }
      %task_12 = aiex.dma_configure_task(%tile_2_1, S2MM, 1) {
        aie.use_lock(%mem_2_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 0, 8704) {bd_id = 32 : i32}
        aie.use_lock(%mem_2_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 33 : i32}
        aie.use_lock(%mem_2_slot1_full, Release, 6)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_2_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 34 : i32}
        aie.use_lock(%mem_2_slot2_full, Release, 6)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_2_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 35 : i32}
        aie.use_lock(%mem_2_slot3_full, Release, 6)
        aie.end
      }
      %task_13 = aiex.dma_configure_task(%tile_2_1, MM2S, 1) {
        aie.use_lock(%mem_2_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 0, 8704) {bd_id = 36 : i32}
        aie.use_lock(%mem_2_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_2_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 37 : i32}
        aie.use_lock(%mem_2_slot1_empty, Release, 1)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_2_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 38 : i32}
        aie.use_lock(%mem_2_slot2_empty, Release, 1)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_2_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_2_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 39 : i32}
        aie.use_lock(%mem_2_slot3_empty, Release, 1)
        aie.end
      }
      %task_14 = aiex.dma_configure_task(%tile_3_1, S2MM, 1) {
        aie.use_lock(%mem_3_slot0_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 0, 8704) {bd_id = 32 : i32}
        aie.use_lock(%mem_3_slot0_full, Release, 6)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot1_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 33 : i32}
        aie.use_lock(%mem_3_slot1_full, Release, 6)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_3_slot2_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 34 : i32}
        aie.use_lock(%mem_3_slot2_full, Release, 6)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_3_slot3_empty, AcquireGreaterEqual, 6)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 35 : i32}
        aie.use_lock(%mem_3_slot3_full, Release, 6)
        aie.end
      }
      %task_15 = aiex.dma_configure_task(%tile_3_1, MM2S, 1) {
        aie.use_lock(%mem_3_slot0_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 0, 8704) {bd_id = 36 : i32}
        aie.use_lock(%mem_3_slot0_empty, Release, 1)
        aie.next_bd ^bb1
      ^bb1:
        aie.use_lock(%mem_3_slot1_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 52224, 8704) {bd_id = 37 : i32}
        aie.use_lock(%mem_3_slot1_empty, Release, 1)
        aie.next_bd ^bb2
      ^bb2:
        aie.use_lock(%mem_3_slot2_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 104448, 4352) {bd_id = 38 : i32}
        aie.use_lock(%mem_3_slot2_empty, Release, 1)
        aie.next_bd ^bb3
      ^bb3:
        aie.use_lock(%mem_3_slot3_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%mem_3_panel : memref<208896xbf16>, 156672, 4352) {bd_id = 39 : i32}
        aie.use_lock(%mem_3_slot3_empty, Release, 1)
        aie.end
      }
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 0][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col0, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 4096][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col1, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 8192][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col2, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_k[0, 0, 0, 12288][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col3, id = 0 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 0][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col0, id = 4 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 60928][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col1, id = 4 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 121856][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col2, id = 4 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 182784][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col3, id = 4 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row0, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32768][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row1, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 65536][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row2, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 98304][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row3, id = 8 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 28 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 30 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 0 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 1 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 2 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656908 : ui32, value = 65568 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.write32 {address = 656956 : ui32, value = 720932 : ui32, column = 3 : i32, row = 1 : i32}
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 0][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col0, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 4096][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col1, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 8192][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col2, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%cross_v[0, 0, 0, 12288][2, 24, 4, 1024][16384, 32768, 1024, 1]) {metadata = @out_col3, id = 1 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 243712][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col0, id = 5 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 304640][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col1, id = 5 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 365568][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col2, id = 5 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%weights[0, 0, 0, 426496][1, 1, 1, 60928][0, 0, 0, 1]) {metadata = @w_col3, id = 5 : i64, issue_token = true} : memref<487424xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 0][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row0, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 32768][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row1, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 65536][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row2, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_memcpy_nd(%out[0, 0, 0, 98304][2, 6, 24, 1024][0, 131072, 1024, 1]) {metadata = @x_row3, id = 9 : i64, issue_token = true} : memref<786432xbf16>
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col0}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col1}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col2}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_wait {symbol = @out_col3}
      aiex.npu.dma_wait {symbol = @w_col0}
      aiex.npu.dma_wait {symbol = @w_col0}
      aiex.npu.dma_wait {symbol = @w_col1}
      aiex.npu.dma_wait {symbol = @w_col1}
      aiex.npu.dma_wait {symbol = @w_col2}
      aiex.npu.dma_wait {symbol = @w_col2}
      aiex.npu.dma_wait {symbol = @w_col3}
      aiex.npu.dma_wait {symbol = @w_col3}
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
    }
  }
}
