/* Makes the calls that it is given, each through the SDK's typed function, and answers with what
 * came of them. Started again from a checkpoint, it answers with the state alone. */

#include "bindery.h"

#include <string.h>

typedef struct {
    /** A JSON array of objects with `operation` and `arguments`. */
    bindery_raw_t calls;
} parameters;
BINDERY_RECORD(parameters, BINDERY_FIELD(parameters, calls, "calls", bindery_raw_t));

typedef struct {
    bindery_raw_t answers;
    const char *restored;
} report;
BINDERY_RECORD(report,
    BINDERY_FIELD(report, answers, "answers", bindery_raw_t),
    BINDERY_FIELD_OPTIONAL(report, restored, "restored", bindery_text_t));

static const char *made(bindery_t *run, const char *name, const bindery_node_t *arguments) {
    for (size_t i = 0; bindery_operations[i] != NULL; i++) {
        if (strcmp(bindery_operations[i]->name, name) == 0)
            return bindery_call_typed(run, bindery_operations[i], arguments);
    }
    bindery_writer_t writer = { .arena = &run->arena };
    if (arguments != NULL) bindery_put_node(&writer, arguments);
    const char *json = arguments == NULL ? "{}" : bindery_written(&writer);
    return bindery_call(run, name, json);
}

static bool conformance(bindery_t *run, const parameters *given, report *result) {
    result->answers = "[]";
    if (!bindery_job_restored(run, &result->restored)) return false;
    if (result->restored != NULL) return true;

    const bindery_node_t *calls = bindery_parse(&run->arena, given->calls, strlen(given->calls), NULL);
    bindery_writer_t writer = { .arena = &run->arena };
    bindery_put_array(&writer);
    for (const bindery_node_t *call = calls->first; call != NULL; call = call->next) {
        const bindery_node_t *operation = bindery_get(call, "operation");
        if (operation == NULL || operation->type != BINDERY_NODE_TEXT)
            return bindery_fail(run, "InvalidParameters", "a call has no `operation`");
        const char *reply = made(run, operation->text, bindery_get(call, "arguments"));
        bindery_put_object(&writer);
        bindery_put_key(&writer, reply != NULL ? "ok" : "error");
        if (reply == NULL) reply = bindery_write(run, &bindery_error_t_form, &run->error);
        if (reply == NULL) return false;
        bindery_put_json(&writer, reply);
        bindery_put_end(&writer);
    }
    bindery_put_end(&writer);
    result->answers = bindery_written(&writer);
    return true;
}

BINDERY_RUNBOOK(conformance, parameters, report)
