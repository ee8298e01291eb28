/* server.c - starts and stops the one PostgreSQL of a whole test run: test-server start|stop FOLDER
 */
#include <stdio.h>
#include <string.h>

#include "tusk/cluster.h"

int main(int argc, char **argv)
{
    tusk_error err;
    if (argc != 3) {
        fputs("usage: test-server start|stop FOLDER\n", stderr);
        return 2;
    }
    tusk_cluster_options options = { .data_dir = argv[2], .database = "tusk_test" };
    tusk_status st = strcmp(argv[1], "start") == 0 ? tusk_cluster_start(&options, &err)
                                                   : tusk_cluster_stop(argv[2], true, &err);
    if (st == TUSK_OK) return 0;
    fprintf(stderr, "test-server: %s\n%s\n%s\n", err.message, err.detail, err.hint);
    return 1;
}
