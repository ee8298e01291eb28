/* jobs.c - submissions from first to last: lists, tickets, outcomes */
#include <string.h>

#include "src/base/mem.h"
#include "src/pool/lanes_internal.h"

#include "src/base/banned.h"

void tusk_job_append(tusk_job_list *list, tusk_job *job)
{
    job->next = NULL;
    job->before = list->last;
    *(list->last ? &list->last->next : &list->first) = job;
    list->last = job;
    list->count++;
}

void tusk_job_prepend(tusk_job_list *list, tusk_job *job)
{
    job->before = NULL;
    job->next = list->first;
    *(list->first ? &list->first->before : &list->last) = job;
    list->first = job;
    list->count++;
}

void tusk_job_remove(tusk_job_list *list, tusk_job *job)
{
    *(job->before ? &job->before->next : &list->first) = job->next;
    *(job->next ? &job->next->before : &list->last) = job->before;
    job->next = job->before = NULL;
    list->count--;
}

/* ---- tickets: a slot's number and how often it was used ---- */

static bool grow(void **array, size_t count, size_t size)
{
    void *grown = tusk_mem_resize(*array, count * size);
    if (grown) *array = grown;
    return grown != NULL;
}

static bool grow_slots(tusk_lanes *lanes)
{
    uint32_t count = lanes->slot_count ? lanes->slot_count * 2 : 64;
    if (!grow((void **)&lanes->slots, count, sizeof *lanes->slots) ||
        !grow((void **)&lanes->generations, count, sizeof *lanes->generations) ||
        !grow((void **)&lanes->free_slots, count, sizeof *lanes->free_slots))
        return false;
    for (uint32_t i = lanes->slot_count; i < count; i++) {
        lanes->slots[i] = NULL;
        lanes->generations[i] = 0;
        lanes->free_slots[lanes->free_count++] = i;
    }
    lanes->slot_count = count;
    return true;
}

static bool take_slot(tusk_lanes *lanes, tusk_job *job)
{
    if (lanes->free_count == 0 && !grow_slots(lanes)) return false;
    uint32_t slot = lanes->free_slots[--lanes->free_count];
    lanes->slots[slot] = job;
    job->ticket = (uint64_t)++lanes->generations[slot] << 32 | (slot + 1);
    return true;
}

tusk_job *tusk_job_find(const tusk_lanes *lanes, uint64_t ticket)
{
    uint32_t slot = (uint32_t)ticket - 1; /* ticket 0 gives a slot beyond all */
    if (slot >= lanes->slot_count || !lanes->slots[slot]) return NULL;
    return lanes->slots[slot]->ticket == ticket ? lanes->slots[slot] : NULL;
}

static void give_slot_back(tusk_lanes *lanes, const tusk_job *job)
{
    uint32_t slot = (uint32_t)job->ticket - 1;
    lanes->slots[slot] = NULL;
    lanes->free_slots[lanes->free_count++] = slot;
}

/* ---- from first to last ---- */

tusk_job *tusk_job_new(tusk_lanes *lanes, const tusk_wire_statement *statements, size_t count)
{
    size_t size = sizeof(tusk_job) + count * sizeof(tusk_wire_answer *);
    tusk_job *job = tusk_mem_alloc(size);
    if (!job) return NULL;
    memset(job, 0, size);
    job->statements = statements;
    job->count = count;
    if (take_slot(lanes, job)) return job;
    tusk_mem_free(job);
    return NULL;
}

void tusk_job_fail(tusk_job *job, const tusk_error *err)
{
    if (job->status != TUSK_OK) return;
    job->status = err->status;
    job->error = tusk_mem_alloc(sizeof *job->error);
    if (job->error) *job->error = *err;
}

void tusk_job_finish(tusk_lanes *lanes, tusk_job *job)
{
    if (job->state == TUSK_JOB_WAITING) tusk_job_remove(&lanes->waiting, job);
    job->state = TUSK_JOB_FINISHED;
    job->lane = NULL;
    tusk_job_append(&lanes->finished, job);
}

/* The server's 57014 is ours when the deadline had passed. */
static void told_late(const tusk_job *job, tusk_error *err)
{
    if (!job->late || strcmp(err->sqlstate, "57014") != 0) return;
    tusk_fail(err, TUSK_TIMEOUT, "the statement did not end in time and was cancelled");
    memcpy(err->sqlstate, "57014", 6);
    err->retry = job->count == 1 ? TUSK_RETRY_YES : TUSK_RETRY_UNKNOWN;
}

static tusk_status outcome(const tusk_job *job, tusk_error *err)
{
    if (job->cancelled) return tusk_fail(err, TUSK_CANCELLED, "the query was cancelled");
    if (job->status == TUSK_OK) return TUSK_OK;
    if (job->error) {
        *err = *job->error;
    } else {
        tusk_fail(err, job->status, "the query failed, and there was no memory for the reason");
    }
    told_late(job, err);
    return err->status;
}

static void report(tusk_lanes *lanes, tusk_job *job)
{
    tusk_error err;
    tusk_status status = outcome(job, &err);
    give_slot_back(lanes, job);
    job->done(job->context, status, status == TUSK_OK ? job->answers : NULL,
              status == TUSK_OK ? NULL : &err);
    for (size_t i = 0; i < job->count; i++) tusk_wire_answer_free(job->answers[i]);
    tusk_mem_free(job->error);
    tusk_mem_free(job);
}

void tusk_jobs_report(tusk_lanes *lanes)
{
    while (lanes->finished.first) {
        tusk_job *job = lanes->finished.first;
        tusk_job_remove(&lanes->finished, job);
        report(lanes, job);
    }
}

void tusk_jobs_free(tusk_lanes *lanes)
{
    tusk_mem_free(lanes->slots);
    tusk_mem_free(lanes->generations);
    tusk_mem_free(lanes->free_slots);
}
