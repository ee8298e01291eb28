/* admin.c - what the routes of the dashboard share */
#include "services/backend/app/admin/admin.h"

void admin_ok(struct call *call, int code, json_t *data)
{
    call_ok(call, code, data ? json_pack("{s:b, s:o}", "success", 1, "data", data) : NULL);
}

json_t *json_null_time(tusk_null_time time)
{
    return time.has ? json_time(time.value) : json_null();
}

json_t *json_null_number(tusk_null_int64 number)
{
    return number.has ? json_integer(number.value) : json_null();
}
