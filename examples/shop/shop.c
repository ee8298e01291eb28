/* shop.c - a program that brings its schema along: the commands around it come from tusk_main()
 *     shop generate && shop up && shop check */
#include <tusk/main.h>

#define TUSK_SCHEMA      "examples/shop/shop.def"
#define TUSK_SCHEMA_NAME shop_schema
#include <tusk/define.h>

int main(int argc, char **argv)
{
    return tusk_main(argc, argv, &shop_schema);
}
