/* The simulated clock of `demo/clock.py`: preloaded, it makes a process see time pass as fast as a shared file says.
 *
 * All readings and all waits of the C library that take a time go along, so that Python, its threads and every extension
 * module agree. The processor's own clocks (CLOCK_PROCESS_CPUTIME_ID and such) stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As `_LAYOUT` in clock.py: two paces, of which `now` is in force, so that a reader never sees half of one. */
struct pace { double real_s, shown_s, factor; };
struct shared { double now, wall_s; struct pace paces[2]; };

static volatile const struct shared *shared;

static const double EPOCH_S = 1e9; /* No machine is up for so long, and no clock on the wall shows so little. */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Looked up once, before there are threads. */
static __typeof__(&clock_gettime) real_clock_gettime;
static __typeof__(&clock_nanosleep) real_clock_nanosleep;
static __typeof__(&epoll_wait) real_epoll_wait;
static __typeof__(&poll) real_poll;
static __typeof__(&select) real_select;
static __typeof__(&sem_clockwait) real_sem_clockwait;
static __typeof__(&pthread_cond_clockwait) real_pthread_cond_clockwait;

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = REAL(clock_gettime);
  real_clock_nanosleep = REAL(clock_nanosleep);
  real_epoll_wait = REAL(epoll_wait);
  real_poll = REAL(poll);
  real_select = REAL(select);
  real_sem_clockwait = REAL(sem_clockwait);
  real_pthread_cond_clockwait = REAL(pthread_cond_clockwait);
  const char *path = getenv("DEMO_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, sizeof(struct shared), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) shared = page;
}

static double seconds(struct timespec at) { return (double)at.tv_sec + (double)at.tv_nsec / 1e9; }

static struct timespec timespec_of(double s) {
  if (s < 0) s = 0;
  struct timespec at = {(time_t)s, 0};
  at.tv_nsec = (long)((s - (double)at.tv_sec) * 1e9);
  return at;
}

static struct pace pace(void) {
  volatile const struct pace *now = &shared->paces[(int)shared->now];
  return (struct pace){now->real_s, now->shown_s, now->factor};
}

static double real_monotonic_s(void) {
  struct timespec at;
  if (!real_clock_gettime) begin();
  real_clock_gettime(CLOCK_MONOTONIC, &at);
  return seconds(at);
}

static double shown_monotonic_s(void) {
  struct pace p = pace();
  return p.shown_s + (real_monotonic_s() - p.real_s) * p.factor;
}

/* A length of time that is to be waited, in real seconds. */
static double shorter(double s) { return s / pace().factor; }

/* Until when is to be waited in real CLOCK_MONOTONIC, of a moment on either clock as shown. */
static struct timespec until(const struct timespec *moment) {
  double s = seconds(*moment);
  struct pace p = pace();
  if (s > EPOCH_S) s -= shared->wall_s;
  return timespec_of(p.real_s + (s - p.shown_s) / p.factor);
}

int clock_gettime(clockid_t id, struct timespec *at) {
  if (!real_clock_gettime) begin();
  if (shared) switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      *at = timespec_of(shared->wall_s + shown_monotonic_s());
      return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
      *at = timespec_of(shown_monotonic_s());
      return 0;
    default:
      break;
  }
  return real_clock_gettime(id, at);
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *at = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *length, struct timespec *left) {
  if (!shared) return real_clock_nanosleep(id, flags, length, left);
  struct timespec real = flags & TIMER_ABSTIME ? until(length) : timespec_of(shorter(seconds(*length)));
  int error = real_clock_nanosleep(CLOCK_MONOTONIC, flags, &real, left);
  if (error == EINTR && left && !(flags & TIMER_ABSTIME)) *left = timespec_of(seconds(*left) * pace().factor);
  return error;
}

int nanosleep(const struct timespec *length, struct timespec *left) {
  int error = clock_nanosleep(CLOCK_MONOTONIC, 0, length, left);
  if (!error) return 0;
  errno = error;
  return -1;
}

int usleep(useconds_t us) {
  struct timespec length = timespec_of(us / 1e6);
  return nanosleep(&length, NULL);
}

/* Rounded up: who is woken too early asks again at once, and a loop spins. */
static int shorter_ms(int ms) {
  if (!shared || ms <= 0) return ms;
  double real = shorter(ms);
  return (int)real + (real > (int)real);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int ms) {
  if (!real_epoll_wait) begin();
  return real_epoll_wait(fd, events, most, shorter_ms(ms));
}

int poll(struct pollfd *fds, nfds_t count, int ms) {
  if (!real_poll) begin();
  return real_poll(fds, count, shorter_ms(ms));
}

int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict odd, struct timeval *restrict wait) {
  if (!real_select) begin();
  if (!shared || !wait) return real_select(count, in, out, odd, wait);
  struct timespec real = timespec_of(shorter((double)wait->tv_sec + (double)wait->tv_usec / 1e6));
  struct timeval shown = {real.tv_sec, real.tv_nsec / 1000};
  return real_select(count, in, out, odd, &shown);
}

int sem_clockwait(sem_t *restrict sem, clockid_t id, const struct timespec *restrict moment) {
  if (!shared) return real_sem_clockwait(sem, id, moment);
  struct timespec real = until(moment);
  return real_sem_clockwait(sem, CLOCK_MONOTONIC, &real);
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict moment) {
  return sem_clockwait(sem, CLOCK_REALTIME, moment);
}

int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t id,
                           const struct timespec *restrict moment) {
  if (!shared) return real_pthread_cond_clockwait(cond, mutex, id, moment);
  struct timespec real = until(moment);
  return real_pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &real);
}

/* Which clock the condition goes by cannot be asked: a moment tells by itself (see EPOCH_S). */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict moment) {
  clockid_t id = seconds(*moment) > EPOCH_S ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  return pthread_cond_clockwait(cond, mutex, id, moment);
}
