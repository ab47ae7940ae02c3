/* The limit: one epoll loop that gives each socket the same prepared bytes with one send(). Arguments: port, bytes of a message.
 *
 * GET with "Upgrade" in it: a WebSocket, told "caught_up". POST: 201, then the message to every WebSocket. Other GET: 200.
 * A request of the benchmark fits one read, and its WebSocket key is always the one of RFC 6455, so that there is one answer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 65536
#define BATCH 256

static const char UPGRADED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    "\x81\x14{\"type\":\"caught_up\"}";
static const char CREATED[] = "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n";
static const char OK[] = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

static char frame[MOST];
static size_t frame_bytes;
static int readers[MOST], place_of[MOST], count; /* place_of[fd]: its index in readers, plus one; 0: no reader */

static void write_all(int to, const char *bytes, size_t length) {
    if (send(to, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) perror("send");
}

static void leave(int reader) {
    if (place_of[reader]) {
        int last = readers[--count];
        readers[place_of[reader] - 1] = last;
        place_of[last] = place_of[reader];
        place_of[reader] = 0;
    }
    close(reader);
}

static void answer(int from) {
    static char request[MOST];
    ssize_t length = recv(from, request, sizeof request - 1, 0);
    if (length <= 0) {
        leave(from);
    } else if (request[length] = 0, memcmp(request, "POST", 4) == 0) {
        write_all(from, CREATED, sizeof CREATED - 1);
        for (int at = 0; at < count; at++) write_all(readers[at], frame, frame_bytes);
    } else if (strstr(request, "Upgrade: websocket")) {
        write_all(from, UPGRADED, sizeof UPGRADED - 1);
        readers[count++] = from;
        place_of[from] = count;
    } else {
        write_all(from, OK, sizeof OK - 1);
    }
}

static void make_frame(size_t bytes) {
    static const char begin[] = "{\"type\":\"entry.published\",\"text\":\"";
    frame[0] = (char)0x81;
    frame[1] = 126;
    frame[2] = (char)(bytes >> 8);
    frame[3] = (char)bytes;
    memset(frame + 4, 'x', bytes);
    memcpy(frame + 4, begin, sizeof begin - 1);
    memcpy(frame + 4 + bytes - 2, "\"}", 2);
    frame_bytes = bytes + 4;
}

int main(int argc, char **argv) {
    if (argc != 3 || atoi(argv[2]) < 126 || atoi(argv[2]) > MOST - 5) return 2;
    make_frame((size_t)atoi(argv[2]));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), loop = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 2048)) return perror("listen"), 1;
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = listener}, ready[BATCH];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &interest);
    for (;;) {
        int found = epoll_wait(loop, ready, BATCH, -1);
        for (int at = 0; at < found; at++) {
            if (ready[at].data.fd != listener) {
                answer(ready[at].data.fd);
                continue;
            }
            int new = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (new < 0) continue;
            if (new >= MOST) {
                close(new);
                continue;
            }
            setsockopt(new, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            interest.data.fd = new;
            epoll_ctl(loop, EPOLL_CTL_ADD, new, &interest);
        }
    }
}
