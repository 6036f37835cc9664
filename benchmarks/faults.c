/* Makes the Nth file operation below a folder fail; preloaded by faults.py (LD_PRELOAD).
   Python's own hooks see nothing of what DuckDB, Polars and SQLite write; libc sees all of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[PATH_MAX];
static size_t root_length;
static atomic_long count, nth;
static int code, for_good;

void fault_arm(const char *folder, long n, int error, int stays) {
    snprintf(root, sizeof root, "%s/", folder);
    root_length = strlen(root);
    code = error, for_good = stays;
    atomic_store(&count, 0);
    atomic_store(&nth, n);
}
long fault_count(void) { return atomic_load(&count); }

static int is_below(const char *path) {
    char whole[PATH_MAX * 2], here[PATH_MAX];
    if (!root_length || !path) return 0;
    if (path[0] != '/' && getcwd(here, sizeof here)) {
        snprintf(whole, sizeof whole, "%s/%s", here, path);
        path = whole;
    }
    return strncmp(path, root, root_length) == 0;
}
static int is_fd_below(int fd) {
    char link[64], path[PATH_MAX];
    if (!root_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strncmp(path, root, root_length) == 0;
}
static int fails(int below) {
    if (!below) return 0;
    long at = atomic_fetch_add(&count, 1) + 1, n = atomic_load(&nth);
    if (!n || (for_good ? at < n : at != n)) return 0;
    errno = code;
    return 1;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
#define ON_FD(type, name, arguments, ...) \
    type name(__VA_ARGS__) { REAL(type, #name, __VA_ARGS__); return fails(is_fd_below(fd)) ? -1 : real arguments; }

ON_FD(ssize_t, write, (fd, buffer, size), int fd, const void *buffer, size_t size)
ON_FD(ssize_t, pwrite, (fd, buffer, size, at), int fd, const void *buffer, size_t size, off_t at)
ON_FD(ssize_t, pwrite64, (fd, buffer, size, at), int fd, const void *buffer, size_t size, off64_t at)
ON_FD(ssize_t, writev, (fd, parts, n), int fd, const struct iovec *parts, int n)
ON_FD(int, fsync, (fd), int fd)
ON_FD(int, fdatasync, (fd), int fd)
ON_FD(int, ftruncate, (fd, size), int fd, off_t size)
ON_FD(int, ftruncate64, (fd, size), int fd, off64_t size)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return fails(is_below(to)) ? -1 : real(from, to);
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    return fails(is_below(to)) ? -1 : real(from, to);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return fails(is_below(path)) ? -1 : real(path, mode);
}
/* for reading, too: a disk that fails does not ask; but a full disk can still be read */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        int writes = flags & (O_WRONLY | O_RDWR | O_CREAT); \
        return (writes || code != ENOSPC) && fails(is_below(path)) ? -1 : real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
#define OPEN_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        int writes = flags & (O_WRONLY | O_RDWR | O_CREAT); \
        return (writes || code != ENOSPC) && fails(path && path[0] == '/' && is_below(path)) ? -1 : real(folder, path, flags, mode); \
    }
OPEN_AT(openat)
OPEN_AT(openat64)
