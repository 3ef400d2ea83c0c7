/* Hardware contexts: a design on the array, as one process sees it. */
#include <errno.h>

#include "standin.h"

struct context *context_named(struct device *device, uint32_t id) {
  for (int i = 0; i < MAX_CONTEXTS; i++)
    if (id && device->contexts[i].id == id) return &device->contexts[i];
  return NULL;
}

int context_create(struct device *device, struct amdxdna_drm_create_hwctx *argument) {
  const struct amdxdna_qos_info *qos = (void *)argument->qos_p;
  uint32_t core_rows = device->facts.rows - 2; /* below them are mem tiles and shims */
  if (!argument->num_tiles || argument->num_tiles % core_rows) return -EINVAL;
  struct message request = {
      .kind = CREATE_CONTEXT, .a = argument->num_tiles / core_rows, .b = qos ? qos->priority : 0};
  int status = board_ask(device, &request, NULL, 0);
  if (status) return status;
  struct context *place = device->contexts;
  pthread_mutex_lock(&device->lock);
  while (place < device->contexts + MAX_CONTEXTS && place->id) place++;
  bool is_full = place == device->contexts + MAX_CONTEXTS;
  if (!is_full) *place = (struct context){.id = request.context};
  pthread_mutex_unlock(&device->lock);
  if (is_full) {
    context_destroy(device, request.context);
    return -EINVAL;
  }
  argument->handle = request.context;
  argument->umq_doorbell = AMDXDNA_INVALID_DOORBELL_OFFSET;
  argument->syncobj_handle = AMDXDNA_INVALID_FENCE_HANDLE; /* XRT then waits with WAIT_CMD */
  return 0;
}

int context_destroy(struct device *device, uint32_t id) {
  struct message request = {.kind = DESTROY_CONTEXT, .context = id};
  int status = board_ask(device, &request, NULL, 0);
  pthread_mutex_lock(&device->lock);
  struct context *context = context_named(device, id);
  if (context) *context = (struct context){0};
  pthread_cond_broadcast(&device->ended);
  pthread_mutex_unlock(&device->lock);
  return status;
}

static int configure_unit(struct device *device, uint32_t id, const struct amdxdna_cu_config *unit) {
  const struct buffer *image = buffer_named(device, unit->cu_bo);
  if (!image) return -EINVAL;
  struct message request = {
      .kind = CONFIGURE, .context = id, .a = image->offset, .b = image->size};
  return board_ask(device, &request, NULL, 0);
}

int context_configure(struct device *device, struct amdxdna_drm_config_hwctx *argument) {
  if (!context_named(device, argument->handle)) return -EINVAL;
  if (argument->param_type != DRM_AMDXDNA_HWCTX_CONFIG_CU) return -EOPNOTSUPP;
  const struct amdxdna_hwctx_param_config_cu *units = (void *)argument->param_val;
  for (int i = 0; i < units->num_cus; i++) {
    int status = configure_unit(device, argument->handle, &units->cu_configs[i]);
    if (status) return status;
  }
  return 0;
}
