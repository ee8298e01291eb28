/* unit.h - what the tests of src/base share: cmocka, and a folder of their own */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Fails with both texts when they differ. */
#define assert_text(s, expected)                     \
    do {                                             \
        tusk_str text_ = (s);                        \
        assert_non_null(text_.ptr);                  \
        char *copy_ = strndup(text_.ptr, text_.len); \
        assert_string_equal(copy_, (expected));      \
        free(copy_);                                 \
    } while (0)

/* Fails with the message of the error when the status is not TUSK_OK. */
#define assert_ok(status, err)                                  \
    do {                                                        \
        if ((status) != TUSK_OK) fail_msg("%s", (err).message); \
    } while (0)

/* cmocka set-up and tear-down: *state is the path of a fresh folder, removed with what is in it. */
int unit_folder_make(void **state);
int unit_folder_remove(void **state);
/* "FOLDER/NAME" in a ring of a few static buffers: good until a few calls later. */
const char *unit_path(const char *folder, const char *name);
/* Writes a file of the test. */
void unit_write(const char *path, tusk_str content);
/* How many names (. and .. not counted) the folder holds. */
int unit_entries(const char *folder);

#endif
