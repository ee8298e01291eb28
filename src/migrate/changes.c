/* changes.c - the statements between two schemas, for a person or a program to look at */
#include "src/migrate/source.h"
#include "src/model/json.h"

#include "src/base/banned.h"

#define JSON_MAX ((size_t)64 << 20)

static tusk_change change_of(const tusk_step *step)
{
    static const tusk_change_kind kinds[] = { [TUSK_STEP_CREATE] = TUSK_CHANGE_CREATE,
                                              [TUSK_STEP_ALTER] = TUSK_CHANGE_ALTER,
                                              [TUSK_STEP_RENAME] = TUSK_CHANGE_RENAME,
                                              [TUSK_STEP_DROP] = TUSK_CHANGE_DROP };
    return (tusk_change){ .kind = kinds[step->kind],
                          .what = step->what,
                          .object = step->object.ptr ? step->object : TUSK_STR(""),
                          .sql = step->sql,
                          .loses = step->loses.ptr ? step->loses : TUSK_STR(""),
                          .outside = step->outside };
}

tusk_status tusk_changes_of(tusk_arena *arena, const tusk_plan *plan, tusk_changes *out,
                            tusk_error *err)
{
    tusk_change *items = TUSK_NEW_ARRAY(arena, tusk_change, plan->steps.count);
    if (!items) return tusk_fail_nomem(err, "the changes");
    *out = (tusk_changes){
        .items = items, .count = plan->steps.count, .sql = TUSK_STR(""), .inexact = TUSK_STR("")
    };
    for (size_t i = 0; i < plan->steps.count; i++) {
        items[i] = change_of(&plan->steps.items[i]);
        if (items[i].loses.len > 0) out->losing++;
    }
    return plan->steps.count > 0 ? tusk_plan_text(arena, plan, &out->sql, err) : TUSK_OK;
}

tusk_status tusk_changes_between(tusk_arena *arena, const char *from, const char *to,
                                 const tusk_change_options *options, tusk_changes *out,
                                 tusk_error *err)
{
    tusk_source source, target;
    tusk_diff_options how;
    tusk_plan plan;
    tusk_str inexact;
    *out = (tusk_changes){ 0 };
    tusk_status st = tusk_source_read(arena, from, options, &source, err);
    if (st == TUSK_OK) st = tusk_source_read(arena, to, options, &target, err);
    if (st == TUSK_OK) st = tusk_source_renames(arena, options, &how, err);
    if (st == TUSK_OK) st = tusk_source_pair(arena, options, &source, &target, &inexact, err);
    if (st == TUSK_OK) st = tusk_diff(arena, &source.model, &target.model, &how, &plan, err);
    if (st == TUSK_OK) st = tusk_changes_of(arena, &plan, out, err);
    if (st == TUSK_OK) out->inexact = inexact;
    return st;
}

tusk_str tusk_changes_json(tusk_arena *arena, const tusk_changes *changes)
{
    static const char *const kinds[] = { [TUSK_CHANGE_CREATE] = "create",
                                         [TUSK_CHANGE_ALTER] = "alter",
                                         [TUSK_CHANGE_RENAME] = "rename",
                                         [TUSK_CHANGE_DROP] = "drop" };
    bool failed = false;
    json_t *all = json_array();
    for (size_t i = 0; i < changes->count; i++) {
        const tusk_change *change = &changes->items[i];
        json_t *one = json_object();
        tusk_json_set_str(one, "kind", tusk_str_of(kinds[change->kind]), &failed);
        tusk_json_set_str(one, "what", tusk_str_of(change->what), &failed);
        tusk_json_set_str(one, "object", change->object, &failed);
        tusk_json_set_str(one, "sql", change->sql, &failed);
        if (change->loses.len > 0) {
            tusk_json_set_str(one, "loses", change->loses, &failed);
        } else {
            tusk_json_set(one, "loses", json_null(), &failed);
        }
        tusk_json_set(one, "outside", json_boolean(change->outside), &failed);
        tusk_json_push(all, one, &failed);
    }
    tusk_buf buf;
    tusk_str text = { 0 };
    tusk_buf_init_in(&buf, arena, JSON_MAX);
    tusk_json_add_pretty(&buf, all);
    json_decref(all);
    tusk_status st = failed ? TUSK_NOMEM : tusk_buf_finish(&buf, &text, NULL);
    return st == TUSK_OK ? text : (tusk_str){ 0 };
}
