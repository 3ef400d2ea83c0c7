/* open, close, mmap and ioctl in place of libc's: the calls that reach the driver.
 *
 * Loaded with LD_PRELOAD. Calls on other files go to the kernel as they are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "standin.h"

#define NODE "/dev/accel/accel0"
enum { MAX_FDS = 4096 };
static struct device *devices[MAX_FDS];

struct device *device_of(int fd) {
  return fd >= 0 && fd < MAX_FDS ? devices[fd] : NULL;
}

static int result_of(int status) {
  if (status >= 0) return status;
  errno = -status;
  return -1;
}

static int memory(uint8_t **mapped) {
  int fd = memfd_create("npu", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  void *at = MAP_FAILED;
  if (!ftruncate(fd, MEMORY_BYTES))
    at = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED) {
    int error = -errno;
    close(fd);
    return error;
  }
  *mapped = at;
  return fd;
}

static void forget(struct device *device, int array_fd) {
  if (array_fd >= 0) close(array_fd);
  if (device->array) munmap(device->array, MEMORY_BYTES);
  if (device->host) munmap(device->host, MEMORY_BYTES);
  if (device->fd >= 0) syscall(SYS_close, device->fd);
  free(device);
}

/* The NPU is not coherent with the host's caches: two memories, and flushes move what they say. */
static int open_device(void) {
  struct device *device = calloc(1, sizeof *device);
  if (!device) return -ENOMEM;
  pthread_mutex_init(&device->lock, NULL);
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&device->ended, &clock);
  int array_fd = memory(&device->array);
  device->fd = memory(&device->host);
  int status = array_fd < 0 ? array_fd : device->fd < 0 ? device->fd : 0;
  if (!status && device->fd >= MAX_FDS) status = -EMFILE;
  if (!status) status = board_connect(device, array_fd);
  if (status) {
    forget(device, array_fd);
    return status;
  }
  close(array_fd);
  devices[device->fd] = device;
  return device->fd;
}

static int open_any(const char *path, int flags, int mode) {
  if (path && !strcmp(path, NODE)) return result_of(open_device());
  return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN_AS(NAME)                         \
  int NAME(const char *path, int flags, ...) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    int mode = va_arg(rest, int);              \
    va_end(rest);                              \
    return open_any(path, flags, mode);        \
  }
OPEN_AS(open)
OPEN_AS(open64)

int close(int fd) {
  struct device *device = device_of(fd);
  if (!device) return syscall(SYS_close, fd);
  devices[fd] = NULL;
  board_disconnect(device);
  forget(device, -1);
  return 0;
}

/* Real mappings of the driver are locked; here the lock is counted, not taken. */
void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  struct device *device = device_of(fd);
  if (device && flags & MAP_LOCKED) {
    int status = buffer_lock(device, offset, bytes);
    if (status) {
      errno = -status;
      return MAP_FAILED;
    }
    flags &= ~MAP_LOCKED;
  }
  return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  return mmap(at, bytes, protection, flags, fd, offset);
}

static int gem_close(struct device *device, const struct drm_gem_close *argument) {
  return buffer_close(device, argument->handle);
}

static int call(struct device *device, unsigned number, void *argument) {
  if (device->link.lost) return -ENODEV;
  switch (number) {
    case DRM_COMMAND_BASE + DRM_AMDXDNA_CREATE_HWCTX: return context_create(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_DESTROY_HWCTX:
      return context_destroy(device, ((struct amdxdna_drm_destroy_hwctx *)argument)->handle);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_CONFIG_HWCTX: return context_configure(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_CREATE_BO: return buffer_create(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_GET_BO_INFO: return buffer_info(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_SYNC_BO: return buffer_sync(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_EXEC_CMD: return command_submit(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_WAIT_CMD: return command_wait(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_GET_INFO: return query_info(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_GET_ARRAY: return query_array(device, argument);
    case DRM_COMMAND_BASE + DRM_AMDXDNA_SET_STATE: return change_state(device, argument);
    case _IOC_NR(DRM_IOCTL_GEM_CLOSE): return gem_close(device, argument);
    default: return -ENOTTY;
  }
}

int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  struct device *device = device_of(fd);
  if (!device) return syscall(SYS_ioctl, fd, request, argument);
  return result_of(call(device, _IOC_NR(request), argument));
}
