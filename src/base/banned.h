/* banned.h - sharp tools that do not compile here; every .c in src/ includes it last */
#ifndef TUSK_BANNED_H
#define TUSK_BANNED_H

/* Some C libraries make macros of these, which must go before the names can be poisoned. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef atof
#undef gets
#undef strncpy
#undef strncat

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atof gets strncpy strncat

#endif
