/* rig.h - what benchmarks in C share: clocks, medians, a PostgreSQL of their own for the run */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tusk/tusk.h"

/** How long something took, and how much of the processor. */
struct sample {
    double seconds, cpu;
};

static inline _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static inline double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline struct sample sample_start(void)
{
    return (struct sample){ (double)tusk_now().us / 1e6, cpu_seconds() };
}

static inline struct sample sample_end(struct sample start)
{
    struct sample now = sample_start();
    return (struct sample){ now.seconds - start.seconds, now.cpu - start.cpu };
}

static inline int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static inline double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

struct rig {
    char folder[32];
    tusk_cluster *cluster;
    const tusk_server *server;
};

static inline void rig_open(struct rig *rig, tusk_str set_up)
{
    tusk_conn *conn = NULL;
    tusk_error err;
    snprintf(rig->folder, sizeof rig->folder, "/tmp/tusk-bench-XXXXXX");
    if (!mkdtemp(rig->folder)) die("no folder for the database");
    if (tusk_cluster_open(&(tusk_cluster_options){ .data_dir = rig->folder }, &rig->cluster, &err))
        die(err.message);
    rig->server = tusk_cluster_server(rig->cluster);
    if (tusk_conn_open(rig->server, 5000, &conn, &err) || tusk_conn_script(conn, set_up, &err))
        die(err.message);
    tusk_conn_close(conn);
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void rig_close(struct rig *rig)
{
    tusk_cluster_close(rig->cluster);
    nftw(rig->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
