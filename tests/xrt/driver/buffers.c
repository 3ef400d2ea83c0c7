/* Buffer objects: places in the device's memory, by handle. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "standin.h"

enum { PAGE = 4096, LINE = 64 };

static uint64_t up(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) & ~(unit - 1); }

struct buffer *buffer_named(struct device *device, uint32_t handle) {
  if (handle == 0 || handle >= MAX_BUFFERS) return NULL;
  struct buffer *buffer = &device->buffers[handle];
  return buffer->type == AMDXDNA_BO_INVALID ? NULL : buffer;
}

uint64_t buffer_address(const struct buffer *buffer) { return MEMORY_ADDRESS + buffer->offset; }

const struct buffer *buffer_at(const struct device *device, uint64_t address) {
  for (int i = 1; i < MAX_BUFFERS; i++) {
    const struct buffer *buffer = &device->buffers[i];
    uint64_t start = buffer_address(buffer);
    bool is_one = buffer->type != AMDXDNA_BO_INVALID && buffer->type != AMDXDNA_BO_DEV_HEAP;
    if (is_one && address >= start && address - start < buffer->size) return buffer;
  }
  return NULL;
}

uint64_t buffers_bytes(const struct device *device, bool in_heap) {
  uint64_t bytes = 0;
  for (int i = 1; i < MAX_BUFFERS; i++) {
    uint32_t type = device->buffers[i].type;
    if (type != AMDXDNA_BO_INVALID && (type == AMDXDNA_BO_DEV) == in_heap)
      bytes += device->buffers[i].size;
  }
  return bytes;
}

/* The first gap of the heap that holds `bytes`, or -EAGAIN: XRT then adds a piece of heap. */
static int place_in_heap(struct device *device, uint64_t bytes, uint64_t *offset) {
  uint64_t at = HEAP_OFFSET;
  for (bool moved = true; moved;) {
    moved = false;
    for (int i = 1; i < MAX_BUFFERS; i++) {
      const struct buffer *other = &device->buffers[i];
      uint64_t end = other->offset + up(other->size, PAGE);
      if (other->type == AMDXDNA_BO_DEV && at < end && at + bytes > other->offset)
        at = end, moved = true;
    }
  }
  if (at + bytes > HEAP_OFFSET + device->heap_bytes) return -EAGAIN;
  *offset = at;
  return 0;
}

static int place(struct device *device, struct buffer *buffer) {
  uint64_t bytes = up(buffer->size, PAGE);
  if (buffer->type == AMDXDNA_BO_DEV) return place_in_heap(device, bytes, &buffer->offset);
  if (buffer->type == AMDXDNA_BO_DEV_HEAP) {
    if (device->heap_bytes + bytes > (uint64_t)device->facts.heap_limit_mib << 20) return -ENOSPC;
    buffer->offset = HEAP_OFFSET + device->heap_bytes;
    device->heap_bytes += bytes;
    return 0;
  }
  if (SHARED_OFFSET + device->shared_bytes + bytes > MEMORY_BYTES) return -ENOMEM;
  buffer->offset = SHARED_OFFSET + device->shared_bytes;
  device->shared_bytes += bytes + PAGE; /* a gap: addresses past the end are nobody's */
  return 0;
}

int buffer_create(struct device *device, struct amdxdna_drm_create_bo *argument) {
  if (argument->vaddr) return -EOPNOTSUPP; /* memory of the caller's: not in the stand-in */
  if (!argument->size || argument->type == AMDXDNA_BO_INVALID || argument->type > AMDXDNA_BO_CMD)
    return -EINVAL;
  struct message request = {.kind = CREATE_BUFFER, .a = argument->size, .b = argument->type};
  int status = board_ask(device, &request, NULL, 0);
  if (status) return status;
  pthread_mutex_lock(&device->lock);
  uint32_t handle = 1;
  while (handle < MAX_BUFFERS && buffer_named(device, handle)) handle++;
  struct buffer made = {.type = argument->type, .size = argument->size};
  status = handle < MAX_BUFFERS ? place(device, &made) : -ENOMEM;
  if (!status) device->buffers[handle] = made;
  pthread_mutex_unlock(&device->lock);
  argument->handle = handle;
  return status;
}

int buffer_info(struct device *device, struct amdxdna_drm_get_bo_info *argument) {
  const struct buffer *buffer = buffer_named(device, argument->handle);
  if (!buffer) return -ENOENT;
  bool is_mapped_by_heap = buffer->type == AMDXDNA_BO_DEV;
  argument->map_offset = is_mapped_by_heap ? AMDXDNA_INVALID_ADDR : buffer->offset;
  argument->vaddr = AMDXDNA_INVALID_ADDR;
  argument->xdna_addr = buffer_address(buffer);
  return 0;
}

/* Whole cache lines move, as on hardware: what shares a line with the range moves too. */
int buffer_sync(struct device *device, struct amdxdna_drm_sync_bo *argument) {
  const struct buffer *buffer = buffer_named(device, argument->handle);
  if (!buffer) return -ENOENT;
  if (argument->offset > buffer->size || argument->size > buffer->size - argument->offset)
    return -EINVAL;
  bool to_array = argument->direction == SYNC_DIRECT_TO_DEVICE;
  struct message request = {.kind = SYNC_BUFFER, .a = argument->size, .b = !to_array};
  int status = board_ask(device, &request, NULL, 0);
  if (status) return status;
  uint64_t start = buffer->offset + (argument->offset & ~(uint64_t)(LINE - 1));
  uint64_t end = buffer->offset + up(argument->offset + argument->size, LINE);
  uint8_t *from = to_array ? device->host : device->array;
  memcpy((to_array ? device->array : device->host) + start, from + start, end - start);
  return 0;
}

int buffer_close(struct device *device, uint32_t handle) {
  pthread_mutex_lock(&device->lock);
  struct buffer *buffer = buffer_named(device, handle);
  if (buffer && buffer->type == AMDXDNA_BO_DEV_HEAP) device->heap_bytes -= up(buffer->size, PAGE);
  if (buffer && buffer->type != AMDXDNA_BO_DEV) {
    madvise(device->host + buffer->offset, up(buffer->size, PAGE), MADV_REMOVE);
    madvise(device->array + buffer->offset, up(buffer->size, PAGE), MADV_REMOVE);
  }
  if (buffer) *buffer = (struct buffer){0};
  pthread_mutex_unlock(&device->lock);
  return buffer ? 0 : -EINVAL;
}

/* A mapping of the driver is locked in memory. The board holds the sum against the limit that it
 * gives the process: a real RLIMIT_MEMLOCK cannot be raised in every place where tests run. */
int buffer_lock(struct device *device, uint64_t offset, uint64_t bytes) {
  pthread_mutex_lock(&device->lock);
  struct buffer *mapped = NULL;
  uint64_t locked = bytes;
  for (int i = 1; i < MAX_BUFFERS; i++) {
    struct buffer *buffer = &device->buffers[i];
    locked += buffer->locked;
    bool is_mapped = buffer->type != AMDXDNA_BO_INVALID && buffer->type != AMDXDNA_BO_DEV;
    if (is_mapped && buffer->offset == offset) mapped = buffer;
  }
  pthread_mutex_unlock(&device->lock);
  if (!mapped) return -EINVAL;
  struct message request = {.kind = LOCK_MEMORY, .a = locked};
  int status = board_ask(device, &request, NULL, 0);
  if (!status) mapped->locked = bytes;
  return status;
}
