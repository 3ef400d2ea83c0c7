/* What the driver's stand-in and the board say to each other: packets of a Unix socket.
 *
 * Every packet is a `struct message`, some with a payload behind it. The driver asks, the board
 * answers in order; ENDED comes by itself. `../board/wire.py` has the same in Python.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>

enum { MAX_PAYLOAD = 1 << 15 };

enum message_kind {
  OPEN = 1,        /* a: pid; the file descriptor of the array's memory; payload: name */
  CREATE_BUFFER,   /* a: bytes, b: type */
  LOCK_MEMORY,     /* a: bytes, with those of the process that are locked already */
  SYNC_BUFFER,     /* a: bytes, b: direction */
  CREATE_CONTEXT,  /* a: columns, b: priority; answer: context */
  CONFIGURE,       /* a: offset of the image in the memory, b: its bytes */
  DESTROY_CONTEXT, /* context */
  SUBMIT,          /* context, a: sequence number; payload: `struct run`s */
  LIST_CONTEXTS,   /* answer's payload: `struct context_facts` of all processes */
  ENDED,           /* context, status: state of the command, a: sequence number, b: index of the
                      run that failed | operation that it was at << 32 */
};

struct message {
  uint32_t kind, context;
  int32_t status; /* of an answer: 0 or a negative errno */
  uint32_t reserved;
  uint64_t a, b;
};

struct board_facts { /* the answer's payload to OPEN */
  uint32_t columns, rows, generation, context_limit;
  uint32_t firmware[4];
  uint32_t npu_mhz, h_mhz;
  uint32_t heap_limit_mib, reserved;
};

enum { MAX_ARGUMENTS = 16 };

struct run { /* one run of a submission: offsets are places in the array's memory */
  uint64_t stream_offset, stream_bytes;
  uint32_t opcode, count;
  struct {
    uint64_t offset, bytes;
  } arguments[MAX_ARGUMENTS];
};

struct context_facts {
  uint32_t context, first_column, columns, priority;
  int64_t pid;
  uint64_t submissions, completions, errors, suspensions;
  char process[16];
};

#endif
