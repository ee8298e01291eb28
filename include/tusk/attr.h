/* attr.h - what the compiler is told about Tusk's functions; the one place that names compilers */
#ifndef TUSK_ATTR_H
#define TUSK_ATTR_H

#if !defined(__GNUC__) && !defined(__clang__)
#error "Tusk needs gcc or clang: typed columns rest on __builtin_types_compatible_p"
#endif

/** Visible outside the shared library; everything else is hidden. */
#define TUSK_API          __attribute__((visibility("default")))
/** The result is a status (or the only handle to something) and has to be looked at. */
#define TUSK_NODISCARD    __attribute__((warn_unused_result))
/** Parameter `f` is a printf format whose arguments start at `a`. */
#define TUSK_PRINTF(f, a) __attribute__((format(printf, f, a)))
/** Drops a must-check status on purpose, with no warning from gcc or clang. */
#define tusk_ignore(x)    ((void)((x) == 0))

/** Declares a variable with the type of its initialiser, for queries whose row type has no name
 * (tusk_select_joined). */
#define tusk_auto __extension__ __auto_type

#endif
