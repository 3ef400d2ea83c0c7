/* A stand-in for Linux's amdxdna driver: what its parts share.
 *
 *   preload.c   open, close, mmap and ioctl of /dev/accel/accel0, in place of libc's
 *   buffers.c   buffer objects: their place in the device's memory, flushes
 *   contexts.c  hardware contexts
 *   commands.c  the packets that XRT submits, their ends, waiting
 *   queries.c   what GET_INFO and GET_ARRAY tell
 *   board.c     the link to the board: the process that holds the made-up NPU
 *
 * XRT's own libraries run unchanged above it. The board decides what goes wrong: every request
 * that can fail asks it first. Errors are negative errno numbers until preload.c sets errno.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <drm/amdxdna_accel.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum {
  MAX_BUFFERS = 16384,
  MAX_CONTEXTS = 64, /* of one process; the board has the limit of the chip */
  IN_FLIGHT = 4,     /* commands a context: HWCTX_MAX_CMDS of amdxdna, the next one waits */
};

/* Where things lie in the device's memory, a sparse file that XRT maps. */
#define MEMORY_BYTES (1ULL << 36)
#define HEAP_OFFSET (1ULL << 26)
#define SHARED_OFFSET (1ULL << 30)
/* What the array's addresses of the memory begin with. */
#define MEMORY_ADDRESS (1ULL << 39)

struct buffer {
  uint32_t type; /* enum amdxdna_bo_type; AMDXDNA_BO_INVALID where the handle is free */
  uint64_t offset, size;
  uint64_t locked; /* bytes of it that are mapped for good */
};

struct context {
  uint32_t id; /* the board's; 0 where the place is free */
  uint64_t submitted, completed;
  uint32_t packets[IN_FLIGHT]; /* command buffers under way, by sequence number */
};

/* One open file. `lock` guards all of it but the link's own sending side. */
struct device {
  int fd; /* the host's side of the memory: what open() gave, so that mmap works as it is */
  uint8_t *host, *array; /* the two sides, mapped */
  struct board_facts facts;
  struct buffer buffers[MAX_BUFFERS];
  struct context contexts[MAX_CONTEXTS];
  uint64_t heap_bytes, shared_bytes;
  uint8_t power_mode;
  pthread_mutex_t lock;
  pthread_cond_t ended; /* some command ended, or the board is gone */
  struct link {
    int socket;
    bool lost;
    pthread_t reader;
    pthread_mutex_t sending; /* one request at a time */
    bool answered;
    struct message answer;
    size_t payload_bytes;
    uint8_t payload[MAX_PAYLOAD];
  } link;
};

/* preload.c */
struct device *device_of(int fd);

/* board.c */
int board_connect(struct device *device, int array_fd);
void board_disconnect(struct device *device);
int board_ask(struct device *device, struct message *message, const void *payload, size_t bytes);
int board_ask_for(struct device *device, struct message *message, void *answer, size_t *bytes);

/* buffers.c */
int buffer_create(struct device *device, struct amdxdna_drm_create_bo *argument);
int buffer_info(struct device *device, struct amdxdna_drm_get_bo_info *argument);
int buffer_sync(struct device *device, struct amdxdna_drm_sync_bo *argument);
int buffer_close(struct device *device, uint32_t handle);
int buffer_lock(struct device *device, uint64_t offset, uint64_t bytes);
struct buffer *buffer_named(struct device *device, uint32_t handle);
const struct buffer *buffer_at(const struct device *device, uint64_t address);
uint64_t buffer_address(const struct buffer *buffer);
uint64_t buffers_bytes(const struct device *device, bool in_heap);

/* contexts.c */
int context_create(struct device *device, struct amdxdna_drm_create_hwctx *argument);
int context_destroy(struct device *device, uint32_t id);
int context_configure(struct device *device, struct amdxdna_drm_config_hwctx *argument);
struct context *context_named(struct device *device, uint32_t id);

/* commands.c */
int command_submit(struct device *device, struct amdxdna_drm_exec_cmd *argument);
int command_wait(struct device *device, struct amdxdna_drm_wait_cmd *argument);
void command_ended(struct device *device, const struct message *message); /* with `lock` held */

/* queries.c */
int query_info(struct device *device, struct amdxdna_drm_get_info *argument);
int query_array(struct device *device, struct amdxdna_drm_get_array *argument);
int change_state(struct device *device, const struct amdxdna_drm_set_state *argument);

#endif
