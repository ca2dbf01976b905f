/* The fence: a filter of the emulator's own system calls (seccomp), which the kernel holds.
 *
 * Semihosting gives an image the host's files: SYS_OPEN, SYS_REMOVE, SYS_RENAME, SYS_SYSTEM. QEMU's API for
 * plugins shows none of these calls, and only its later versions show the registers that tell them apart. But
 * each ends in a system call of the thread that runs the image. The filter is put up when the first block has
 * been translated, before anything of the image runs: QEMU has opened all that it needs by then. It stops
 * whatever takes a path, makes a process, or reaches another one, with a signal, whose handler knows the call
 * from the system call. What an image opens must be given before, and comes as a duplicate: the file system is
 * not asked.
 *
 * SYS_TMPNAM makes no file. It asks for the process's number, which nothing else in these threads does; so it is
 * answered, and reported when the run ends. */
#define _GNU_SOURCE /* the registers of a signal, CLONE_THREAD */
#include "../fence.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define FIRST_FOREIGN 0x40000000 /* the calls of the x32 interface */
#define ARGUMENT_0(context) ((context)->uc_mcontext.gregs[REG_RDI])
#define ARGUMENT_1(context) ((context)->uc_mcontext.gregs[REG_RSI])
#define ARGUMENT_2(context) ((context)->uc_mcontext.gregs[REG_RDX])
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define FIRST_FOREIGN 0x40000000
#define ARGUMENT_0(context) ((context)->uc_mcontext.regs[0])
#define ARGUMENT_1(context) ((context)->uc_mcontext.regs[1])
#define ARGUMENT_2(context) ((context)->uc_mcontext.regs[2])
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#endif

/* What the system's headers may be too old to know. */
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

/* ---- the system calls that are stopped, and whose semihosting call each is ---- */

struct stopped {
    int number;
    const char *call;
};

static const struct stopped stopped_calls[] = {
#ifdef SYS_open
    {SYS_open, "SYS_OPEN"},
    {SYS_creat, "SYS_OPEN"},
    {SYS_unlink, "SYS_REMOVE"},
    {SYS_rmdir, "SYS_REMOVE"},
    {SYS_rename, "SYS_RENAME"},
    {SYS_fork, "SYS_SYSTEM"},
    {SYS_vfork, "SYS_SYSTEM"},
    {SYS_link, NULL},
    {SYS_symlink, NULL},
    {SYS_mkdir, NULL},
    {SYS_mknod, NULL},
    {SYS_chmod, NULL},
    {SYS_chown, NULL},
    {SYS_lchown, NULL},
    {SYS_utime, NULL},
    {SYS_utimes, NULL},
    {SYS_futimesat, NULL},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "SYS_RENAME"},
#endif
    {SYS_openat, "SYS_OPEN"},
    {SYS_openat2, "SYS_OPEN"},
    {SYS_unlinkat, "SYS_REMOVE"},
    {SYS_renameat2, "SYS_RENAME"},
    {SYS_clone, "SYS_SYSTEM"}, /* unless it makes a thread */
    {SYS_execve, "SYS_SYSTEM"},
    {SYS_execveat, "SYS_SYSTEM"},
    {SYS_rt_sigaction, "SYS_SYSTEM"}, /* of the signals that a terminal sends */
    {SYS_getpid, "SYS_TMPNAM"},
    {SYS_linkat, NULL},
    {SYS_symlinkat, NULL},
    {SYS_mkdirat, NULL},
    {SYS_mknodat, NULL},
    {SYS_fchmodat, NULL},
    {SYS_fchownat, NULL},
    {SYS_truncate, NULL},
    {SYS_utimensat, NULL},
    {SYS_setxattr, NULL},
    {SYS_lsetxattr, NULL},
    {SYS_removexattr, NULL},
    {SYS_lremovexattr, NULL},
    {SYS_mount, NULL},
    {SYS_umount2, NULL},
    {SYS_pivot_root, NULL},
    {SYS_chroot, NULL},
    {SYS_chdir, NULL},
    {SYS_fchdir, NULL},
    {SYS_unshare, NULL},
    {SYS_setns, NULL},
    {SYS_open_by_handle_at, NULL},
    {SYS_name_to_handle_at, NULL},
    {SYS_socket, NULL},
    {SYS_connect, NULL},
    {SYS_bind, NULL},
    {SYS_ptrace, NULL},
    {SYS_process_vm_readv, NULL},
    {SYS_process_vm_writev, NULL},
    {SYS_shmget, NULL},
    {SYS_shmat, NULL},
    {SYS_msgget, NULL},
    {SYS_semget, NULL},
    {SYS_mq_open, NULL},
    {SYS_mq_unlink, NULL},
    {SYS_keyctl, NULL},
    {SYS_add_key, NULL},
    {SYS_request_key, NULL},
    {SYS_bpf, NULL},
    {SYS_perf_event_open, NULL},
    {SYS_userfaultfd, NULL},
    {SYS_acct, NULL},
    {SYS_swapon, NULL},
    {SYS_quotactl, NULL},
    {SYS_inotify_add_watch, NULL},
    {SYS_fanotify_mark, NULL},
#ifdef SYS_io_uring_setup
    {SYS_io_uring_setup, NULL},
#endif
#ifdef SYS_memfd_create
    {SYS_memfd_create, NULL},
#endif
};

enum { STOPPED = sizeof stopped_calls / sizeof stopped_calls[0] };

/* ---- what the handler knows ---- */

static void (*on_stopped)(const char *call);
static const char *given_name, *harmless;
static int given = -1;
static pid_t own;
static __thread bool runs_image;

/* What the C library reads by itself, from time to time, and does without. It opens it so that programs which are
 * started do not get it, which QEMU does not do with what an image opens. */
static const char *const of_the_library[] = {"/sys/devices/system/cpu/", "/sys/kernel/mm/", "/proc/"};

static long opened(const char *path, long flags)
{
    if (given_name && !strcmp(path, given_name)) {
        return dup(given);
    }
    for (unsigned i = 0; i < sizeof of_the_library / sizeof of_the_library[0]; i++) {
        if ((flags & O_CLOEXEC) && !strncmp(path, of_the_library[i], strlen(of_the_library[i]))) {
            return -EACCES;
        }
    }
    on_stopped("SYS_OPEN");
    return -EACCES;
}

static long answer(int number, const ucontext_t *context)
{
    if (number == SYS_getpid) {
        if (runs_image) {
            harmless = "SYS_TMPNAM";
        }
        return own;
    }
    if (!runs_image) {
        return -EACCES;
    }
    if (number == SYS_openat) {
        return opened((const char *)ARGUMENT_1(context), ARGUMENT_2(context));
    }
#ifdef SYS_open
    if (number == SYS_open) {
        return opened((const char *)ARGUMENT_0(context), ARGUMENT_1(context));
    }
#endif
    for (unsigned i = 0; i < STOPPED; i++) {
        if (stopped_calls[i].number == number) {
            on_stopped(stopped_calls[i].call ? stopped_calls[i].call : "another");
        }
    }
    return -EACCES;
}

static void on_signal(int signal, siginfo_t *info, void *data)
{
    ucontext_t *context = data;
    int before = errno;
    (void)signal;
    RESULT(context) = answer(info->si_syscall, context);
    errno = before;
}

/* ---- the filter ---- */

enum { LOAD = BPF_LD | BPF_W | BPF_ABS, EQUALS = BPF_JMP | BPF_JEQ | BPF_K, GIVE = BPF_RET | BPF_K };

static bool filter(void)
{
    struct sock_filter code[2 * STOPPED + 32], *end = code;
    struct sock_fprog program = {.filter = code};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
#define ADD(...) (*end++ = (struct sock_filter)__VA_ARGS__)
    ADD(BPF_STMT(LOAD, offsetof(struct seccomp_data, arch)));
    ADD(BPF_JUMP(EQUALS, ARCHITECTURE, 1, 0));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_KILL_PROCESS));
    ADD(BPF_STMT(LOAD, offsetof(struct seccomp_data, nr)));
    ADD(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_FOREIGN, 0, 1));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_KILL_PROCESS));
    /* Its flags are in memory, which a filter does not see; the C library knows what to do without it. */
    ADD(BPF_JUMP(EQUALS, SYS_clone3, 0, 1));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_ERRNO | ENOSYS));
    /* The C library's system() begins by ignoring these; when it makes a process, it has blocked SIGSYS. */
    ADD(BPF_JUMP(EQUALS, SYS_rt_sigaction, 0, 5));
    ADD(BPF_STMT(LOAD, offsetof(struct seccomp_data, args[0])));
    ADD(BPF_JUMP(EQUALS, SIGINT, 1, 0));
    ADD(BPF_JUMP(EQUALS, SIGQUIT, 0, 1));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_TRAP));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_ALLOW));
    ADD(BPF_JUMP(EQUALS, SYS_clone, 0, 4));
    ADD(BPF_STMT(LOAD, offsetof(struct seccomp_data, args[0])));
    ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_ALLOW));
    ADD(BPF_STMT(GIVE, SECCOMP_RET_TRAP));
    for (unsigned i = 0; i < STOPPED; i++) {
        if (stopped_calls[i].number == SYS_clone || stopped_calls[i].number == SYS_rt_sigaction) {
            continue;
        }
        ADD(BPF_JUMP(EQUALS, (unsigned)stopped_calls[i].number, 0, 1));
        ADD(BPF_STMT(GIVE, SECCOMP_RET_TRAP));
    }
    ADD(BPF_STMT(GIVE, SECCOMP_RET_ALLOW));
#undef ADD
    program.len = (unsigned short)(end - code);
    own = getpid();
    return !sigaction(SIGSYS, &action, NULL) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

bool fence_give(const char *name)
{
    given_name = strdup(name);
    given = open(name, O_RDONLY | O_CLOEXEC);
    return given_name && given >= 0;
}

bool fence_enter(void (*stopped)(const char *call))
{
    static enum { NOT_TRIED, UP, IMPOSSIBLE } state;
    if (!runs_image) {
        sigset_t trap;
        /* QEMU blocks nearly all signals in these threads; one of the kernel's that is blocked ends the process. */
        sigemptyset(&trap);
        sigaddset(&trap, SIGSYS);
        pthread_sigmask(SIG_UNBLOCK, &trap, NULL);
        on_stopped = stopped;
        if (state == NOT_TRIED) {
            state = filter() ? UP : IMPOSSIBLE;
        }
        runs_image = true;
    }
    return state == UP;
}

const char *fence_harmless(void)
{
    return harmless;
}

#else

bool fence_give(const char *name)
{
    (void)name;
    return true;
}

bool fence_enter(void (*stopped)(const char *call))
{
    (void)stopped;
    return false;
}

const char *fence_harmless(void)
{
    return NULL;
}

#endif
