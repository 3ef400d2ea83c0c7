/* What GET_INFO, GET_ARRAY and SET_STATE tell: the chip, the firmware, the contexts in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "standin.h"

enum { MAX_LISTED = 64 };

/* Copy what was asked for into the caller's buffer, as much of it as it holds. */
static int answer(const void *found, size_t bytes, void *buffer, uint32_t *buffer_bytes) {
  if (bytes < *buffer_bytes) *buffer_bytes = bytes;
  memcpy(buffer, found, *buffer_bytes);
  return 0;
}

static struct amdxdna_drm_query_aie_metadata metadata(const struct board_facts *facts) {
  return (struct amdxdna_drm_query_aie_metadata){
      .cols = facts->columns,
      .rows = facts->rows,
      .version = {facts->generation, 0},
      /* rows, first row, DMA channels, locks, event registers: AM020 and AM027 */
      .core = {4, 2, 2, 16, 0},
      .mem = {1, 1, 6, 64, 0},
      .shim = {1, 0, 2, 16, 0},
  };
}

static struct amdxdna_drm_query_clock_metadata clocks(const struct board_facts *facts) {
  return (struct amdxdna_drm_query_clock_metadata){
      .mp_npu_clock = {"MP-NPU Clock", facts->npu_mhz, 0},
      .h_clock = {"H Clock", facts->h_mhz, 0},
  };
}

static int listed(struct device *device, struct context_facts *contexts) {
  struct message request = {.kind = LIST_CONTEXTS};
  size_t bytes = MAX_LISTED * sizeof *contexts;
  int status = board_ask_for(device, &request, contexts, &bytes);
  return status ? status : (int)(bytes / sizeof *contexts);
}

static int resources(struct device *device, struct amdxdna_drm_get_resource_info *found) {
  struct context_facts contexts[MAX_LISTED];
  int count = listed(device, contexts);
  if (count < 0) return count;
  *found = (struct amdxdna_drm_get_resource_info){
      .npu_clk_max = device->facts.h_mhz,
      .npu_task_max = device->facts.context_limit,
      .npu_task_curr = count,
  };
  return 0;
}

int query_info(struct device *device, struct amdxdna_drm_get_info *argument) {
  const struct board_facts *facts = &device->facts;
  void *buffer = (void *)argument->buffer;
  uint32_t *bytes = &argument->buffer_size;
  switch (argument->param) {
    case DRM_AMDXDNA_QUERY_AIE_METADATA: {
      struct amdxdna_drm_query_aie_metadata found = metadata(facts);
      return answer(&found, sizeof found, buffer, bytes);
    }
    case DRM_AMDXDNA_QUERY_AIE_VERSION: {
      struct amdxdna_drm_query_aie_version found = {facts->generation, 0};
      return answer(&found, sizeof found, buffer, bytes);
    }
    case DRM_AMDXDNA_QUERY_CLOCK_METADATA: {
      struct amdxdna_drm_query_clock_metadata found = clocks(facts);
      return answer(&found, sizeof found, buffer, bytes);
    }
    case DRM_AMDXDNA_QUERY_FIRMWARE_VERSION:
      return answer(facts->firmware, sizeof facts->firmware, buffer, bytes);
    case DRM_AMDXDNA_GET_POWER_MODE:
      return answer(&device->power_mode, sizeof device->power_mode, buffer, bytes);
    case DRM_AMDXDNA_QUERY_RESOURCE_INFO: {
      struct amdxdna_drm_get_resource_info found;
      int status = resources(device, &found);
      return status ? status : answer(&found, sizeof found, buffer, bytes);
    }
    default: return -EOPNOTSUPP;
  }
}

static struct amdxdna_drm_hwctx_entry entry(const struct context_facts *context) {
  return (struct amdxdna_drm_hwctx_entry){
      .context_id = context->context,
      .hwctx_id = context->context,
      .start_col = context->first_column,
      .num_col = context->columns,
      .pid = context->pid,
      .command_submissions = context->submissions,
      .command_completions = context->completions,
      .errors = context->errors,
      .suspensions = context->suspensions,
      .priority = context->priority,
      .state = context->submissions > context->completions + context->errors
                   ? AMDXDNA_HWCTX_STATE_ACTIVE
                   : AMDXDNA_HWCTX_STATE_IDLE,
  };
}

static int all_contexts(struct device *device, struct amdxdna_drm_get_array *argument) {
  struct context_facts contexts[MAX_LISTED];
  int count = listed(device, contexts);
  if (count < 0) return count;
  uint32_t room = argument->num_element;
  argument->num_element = count;
  if (room < (uint32_t)count) return -ENOSPC;
  if (argument->element_size > sizeof(struct amdxdna_drm_hwctx_entry))
    argument->element_size = sizeof(struct amdxdna_drm_hwctx_entry);
  for (int i = 0; i < count; i++) {
    struct amdxdna_drm_hwctx_entry found = entry(&contexts[i]);
    memcpy((uint8_t *)argument->buffer + i * argument->element_size, &found,
           argument->element_size);
  }
  return 0;
}

static int usage(struct device *device, struct amdxdna_drm_get_array *argument) {
  struct amdxdna_drm_bo_usage found = {.pid = getpid()};
  pthread_mutex_lock(&device->lock);
  found.heap_usage = buffers_bytes(device, true);
  found.total_usage = found.heap_usage + buffers_bytes(device, false);
  pthread_mutex_unlock(&device->lock);
  argument->num_element = 1;
  return answer(&found, sizeof found, (void *)argument->buffer, &argument->element_size);
}

int query_array(struct device *device, struct amdxdna_drm_get_array *argument) {
  switch (argument->param) {
    case DRM_AMDXDNA_HW_CONTEXT_ALL: return all_contexts(device, argument);
    case DRM_AMDXDNA_BO_USAGE: return usage(device, argument);
    case DRM_AMDXDNA_HW_LAST_ASYNC_ERR: argument->num_element = 0; return 0;
    default: return -EOPNOTSUPP;
  }
}

int change_state(struct device *device, const struct amdxdna_drm_set_state *argument) {
  if (argument->param != DRM_AMDXDNA_SET_POWER_MODE) return -EOPNOTSUPP;
  if (geteuid()) return -EACCES;
  device->power_mode = *(const uint8_t *)argument->buffer;
  return 0;
}
