/* banned.h - sharp tools that do not compile here; every .c in src/ includes it last */
#ifndef TUSK_BANNED_H
#define TUSK_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atof gets strncpy strncat

#endif
