/* The packets that XRT submits: read, handed to the board, and given their end.
 *
 * A packet is a header word (state, number of words, opcode), then for a run the mask of its
 * kernel and the kernel's arguments as the xclbin laid them out; for a chain the handles of
 * packets. Layout: struct ert_packet of XRT, struct amdxdna_cmd of the driver.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "standin.h"

enum { START_KERNEL = 0, CHAIN = 19 };                /* opcodes */
enum { NEW = 1, COMPLETED = 4, TIMED_OUT = 8 };       /* states */
enum { RUNS_A_CHAIN = 64, HEALTH_VERSION = 1 };

/* Byte offsets of a kernel's arguments, as mlir-aie's aiecc declares them. */
enum { OPCODE_AT = 0x00, STREAM_AT = 0x08, STREAM_SIZE_AT = 0x10, BUFFERS_AT = 0x14 };

static uint32_t opcode_of(uint32_t header) { return header >> 23 & 0x1f; }
static uint32_t words_of(uint32_t header) { return header >> 12 & 0x7ff; }
static uint32_t extra_masks_of(uint32_t header) { return header >> 10 & 0x3; }
static void set_state(uint32_t *packet, uint32_t state) { *packet = (*packet & ~0xfu) | state; }

static uint32_t *packet_of(struct device *device, uint32_t handle) {
  struct buffer *buffer = buffer_named(device, handle);
  return buffer ? (uint32_t *)(device->host + buffer->offset) : NULL;
}

static uint64_t address_at(const uint8_t *arguments, size_t offset) {
  uint64_t address;
  memcpy(&address, arguments + offset, sizeof address);
  return address;
}

/* Find where an address lies and how much of its buffer follows. */
static int locate(const struct device *device, uint64_t address, uint64_t *offset,
                  uint64_t *bytes) {
  const struct buffer *buffer = buffer_at(device, address);
  if (!buffer) return -EINVAL;
  *offset = address - MEMORY_ADDRESS;
  *bytes = buffer->offset + buffer->size - *offset;
  return 0;
}

static int read_run(const struct device *device, const uint32_t *packet, struct run *run) {
  if (!packet || opcode_of(*packet) != START_KERNEL) return -EINVAL;
  const uint8_t *arguments = (const uint8_t *)(packet + 2 + extra_masks_of(*packet));
  const uint8_t *end = (const uint8_t *)(packet + 1 + words_of(*packet));
  memset(run, 0, sizeof *run);
  if (arguments + BUFFERS_AT > end) return -EINVAL;
  memcpy(&run->opcode, arguments + OPCODE_AT, sizeof run->opcode);
  uint64_t address = address_at(arguments, STREAM_AT);
  int status = locate(device, address, &run->stream_offset, &run->stream_bytes);
  for (const uint8_t *at = arguments + BUFFERS_AT; !status && at + sizeof address <= end;
       at += sizeof address) {
    address = address_at(at, 0);
    if (!address) break; /* declared by the xclbin, not used by this sequence */
    if (run->count == MAX_ARGUMENTS) return -E2BIG;
    uint32_t n = run->count++;
    status = locate(device, address, &run->arguments[n].offset, &run->arguments[n].bytes);
  }
  return status;
}

/* The runs of a packet, a chain's in their order; their number or an error. */
static int read_runs(struct device *device, const uint32_t *packet, struct run *runs) {
  if (opcode_of(*packet) != CHAIN) {
    int status = read_run(device, packet, runs);
    return status ? status : 1;
  }
  uint32_t count = packet[1];
  const uint64_t *handles = (const uint64_t *)(packet + 7); /* behind six words */
  if (!count || count > RUNS_A_CHAIN) return -EINVAL;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t handle;
    memcpy(&handle, handles + i, sizeof handle);
    int status = read_run(device, packet_of(device, handle), &runs[i]);
    if (status) return status;
  }
  return count;
}

/* Wait for one of the context's four places; its number in turn. */
static int take_place(struct device *device, uint32_t id, uint32_t packet, uint64_t *turn) {
  struct context *context;
  while ((context = context_named(device, id)) && !device->link.lost &&
         context->submitted - context->completed >= IN_FLIGHT)
    pthread_cond_wait(&device->ended, &device->lock);
  if (device->link.lost) return -ENODEV;
  if (!context) return -ENOENT;
  *turn = ++context->submitted;
  context->packets[*turn % IN_FLIGHT] = packet;
  return 0;
}

static void give_place_back(struct device *device, uint32_t id) {
  struct context *context = context_named(device, id);
  if (context) context->submitted--;
}

int command_submit(struct device *device, struct amdxdna_drm_exec_cmd *argument) {
  static __thread struct run runs[RUNS_A_CHAIN];
  if (argument->type != AMDXDNA_CMD_SUBMIT_EXEC_BUF || argument->cmd_count != 1)
    return -EOPNOTSUPP;
  uint32_t handle = argument->cmd_handles; /* one command: the handle itself */
  pthread_mutex_lock(&device->lock);
  uint32_t *packet = packet_of(device, handle);
  int count = packet ? read_runs(device, packet, runs) : -EINVAL;
  uint64_t turn = 0;
  int status = count < 0 ? count : take_place(device, argument->hwctx, handle, &turn);
  if (!status) set_state(packet, NEW);
  pthread_mutex_unlock(&device->lock);
  if (status) return status;
  struct message request = {.kind = SUBMIT, .context = argument->hwctx, .a = turn};
  status = board_ask(device, &request, runs, count * sizeof *runs);
  if (status) {
    pthread_mutex_lock(&device->lock);
    give_place_back(device, argument->hwctx);
    pthread_mutex_unlock(&device->lock);
  }
  argument->seq = turn;
  return status;
}

/* What the driver leaves in a packet that failed: ones, or the firmware's report. */
static void write_report(uint32_t *packet, size_t words, const struct message *message) {
  memset(packet + 1, 0xff, words * sizeof *packet);
  if (message->status != TIMED_OUT) return;
  uint32_t report[8] = {HEALTH_VERSION, 0, message->b >> 32};
  memcpy(packet + 1, report, sizeof report);
}

static void write_failure(struct device *device, uint32_t handle, const struct message *message) {
  uint32_t *packet = packet_of(device, handle);
  if (opcode_of(*packet) == CHAIN) { /* says which failed; the report is in the chain's first */
    packet[3] = (uint32_t)message->b;
    handle = packet[7];
    packet = packet_of(device, handle);
  }
  const struct buffer *buffer = buffer_named(device, handle);
  if (packet && buffer) write_report(packet, buffer->size / sizeof *packet - 1, message);
}

void command_ended(struct device *device, const struct message *message) {
  struct context *context = context_named(device, message->context);
  if (!context) return;
  uint32_t handle = context->packets[message->a % IN_FLIGHT];
  uint32_t *packet = packet_of(device, handle);
  if (packet) {
    if (message->status != COMPLETED) write_failure(device, handle, message);
    __sync_synchronize(); /* XRT polls the state: what it says is there first */
    set_state(packet, message->status);
  }
  context->completed = message->a;
}

static struct timespec after(uint32_t milliseconds) {
  struct timespec when;
  clock_gettime(CLOCK_MONOTONIC, &when);
  when.tv_sec += milliseconds / 1000;
  when.tv_nsec += milliseconds % 1000 * 1000000L;
  if (when.tv_nsec >= 1000000000L) when.tv_sec++, when.tv_nsec -= 1000000000L;
  return when;
}

int command_wait(struct device *device, struct amdxdna_drm_wait_cmd *argument) {
  struct timespec limit = after(argument->timeout); /* 0: for ever */
  int status = 0;
  pthread_mutex_lock(&device->lock);
  struct context *context;
  while ((context = context_named(device, argument->hwctx)) && !device->link.lost && !status &&
         context->completed < argument->seq)
    status = argument->timeout
                 ? -pthread_cond_timedwait(&device->ended, &device->lock, &limit)
                 : -pthread_cond_wait(&device->ended, &device->lock);
  if (device->link.lost) status = -ENODEV;
  else if (!context) status = -ENOENT;
  else if (status == -ETIMEDOUT) status = context->completed < argument->seq ? -ETIME : 0;
  pthread_mutex_unlock(&device->lock);
  return status;
}
