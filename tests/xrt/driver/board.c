/* The link to the board: requests and answers, and a thread that hears of ended commands. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "standin.h"

#define SOCKET "/run/aiec-board"

static void take(struct device *device, const struct message *message, const uint8_t *payload,
                 size_t bytes) {
  struct link *link = &device->link;
  if (message->kind == ENDED) {
    command_ended(device, message);
  } else {
    link->answer = *message;
    link->payload_bytes = bytes;
    memcpy(link->payload, payload, bytes);
    link->answered = true;
  }
}

static void *read_packets(void *argument) {
  struct device *device = argument;
  static __thread uint8_t packet[sizeof(struct message) + MAX_PAYLOAD];
  for (;;) {
    ssize_t bytes = recv(device->link.socket, packet, sizeof packet, 0);
    pthread_mutex_lock(&device->lock);
    device->link.lost = bytes < (ssize_t)sizeof(struct message);
    if (!device->link.lost)
      take(device, (struct message *)packet, packet + sizeof(struct message),
           bytes - sizeof(struct message));
    pthread_cond_broadcast(&device->ended);
    pthread_mutex_unlock(&device->lock);
    if (device->link.lost) return NULL;
  }
}

static int send_packet(int socket, const struct message *message, const void *payload,
                       size_t bytes, int fd) {
  struct iovec parts[] = {{(void *)message, sizeof *message}, {(void *)payload, bytes}};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control = {0};
  if (fd >= 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(first), &fd, sizeof fd);
  }
  return sendmsg(socket, &header, MSG_NOSIGNAL) < 0 ? -ENODEV : 0;
}

/* Send, and wait for the answer: `message` becomes it. Its status is the result. */
static int exchange(struct device *device, struct message *message, const void *payload,
                    size_t bytes, int fd, void *answer, size_t *answer_bytes) {
  struct link *link = &device->link;
  pthread_mutex_lock(&link->sending);
  pthread_mutex_lock(&device->lock);
  link->answered = false;
  int status = send_packet(link->socket, message, payload, bytes, fd);
  while (!status && !link->answered && !link->lost)
    pthread_cond_wait(&device->ended, &device->lock);
  if (!status && !link->answered) status = -ENODEV;
  if (!status) {
    *message = link->answer;
    status = message->status;
    if (answer) {
      if (link->payload_bytes < *answer_bytes) *answer_bytes = link->payload_bytes;
      memcpy(answer, link->payload, *answer_bytes);
    }
  }
  pthread_mutex_unlock(&device->lock);
  pthread_mutex_unlock(&link->sending);
  return status;
}

int board_ask(struct device *device, struct message *message, const void *payload, size_t bytes) {
  return exchange(device, message, payload, bytes, -1, NULL, NULL);
}

int board_ask_for(struct device *device, struct message *message, void *answer, size_t *bytes) {
  return exchange(device, message, NULL, 0, -1, answer, bytes);
}

static int greet(struct device *device, int array_fd) {
  char name[16] = "";
  prctl(PR_GET_NAME, name);
  struct message hello = {.kind = OPEN, .a = getpid()};
  size_t bytes = sizeof device->facts;
  return exchange(device, &hello, name, sizeof name, array_fd, &device->facts, &bytes);
}

int board_connect(struct device *device, int array_fd) {
  struct link *link = &device->link;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
  pthread_mutex_init(&link->sending, NULL);
  link->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (link->socket < 0) return -errno;
  if (connect(link->socket, (struct sockaddr *)&address, sizeof address) ||
      pthread_create(&link->reader, NULL, read_packets, device)) {
    close(link->socket);
    return -ENODEV; /* no board: the driver found no NPU */
  }
  int status = greet(device, array_fd);
  if (status) board_disconnect(device);
  return status;
}

void board_disconnect(struct device *device) {
  shutdown(device->link.socket, SHUT_RDWR);
  pthread_join(device->link.reader, NULL);
  close(device->link.socket);
}
