/* The one C file of the SDK: the border to the host, and the run. bindery.h says what it offers. */

#include "bindery.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindery_json.inc"
#include "bindery_forms.inc"

/* ---- The border ---- */

#ifdef __wasm__
#define IMPORT(NAME) __attribute__((import_module("bindery_v1"), import_name(NAME)))
IMPORT("call") int64_t bindery_host_call(
    const char *operation, size_t operation_length, const char *json, size_t json_length);
IMPORT("read") int32_t bindery_host_read(char *into, size_t offset, size_t length);
#else
/* Outside WebAssembly there is no host; a test may define one. */
static const char no_host[] =
    "{\"code\":\"NotInRunbook\",\"message\":\"the host can be called only from a runbook that runs\"}";

__attribute__((weak)) int64_t bindery_host_call(
    const char *operation, size_t operation_length, const char *json, size_t json_length) {
    (void)operation, (void)operation_length, (void)json, (void)json_length;
    return -(int64_t)(sizeof no_host - 1);
}

__attribute__((weak)) int32_t bindery_host_read(char *into, size_t offset, size_t length) {
    size_t left = sizeof no_host - 1 - offset;
    if (length > left) length = left;
    memcpy(into, no_host + offset, length);
    return (int32_t)length;
}
#endif

/* ---- Errors ---- */

static bool fail_list(
    bindery_t *run, const char *code, const char *details, const char *format, va_list list) {
    /* The old texts may be among the arguments, so they go last. */
    bindery_arena_t kept = { NULL };
    bindery_error_t error = { 0 };
    error.message = format_list(&kept, format, list);
    error.code = bindery_format(&kept, "%s", code);
    error.details = details == NULL ? NULL : bindery_format(&kept, "%s", details);
    if (error.message != NULL) error.message = utf8_mended(&kept, error.message, strlen(error.message));
    if (error.code == NULL) error.code = "OutOfMemory";
    if (error.message == NULL) error.message = "there is no more memory";
    bindery_free(&run->error_arena);
    run->error_arena = kept;
    run->error = error;
    return false;
}

bool bindery_fail(bindery_t *run, const char *code, const char *format, ...) {
    va_list list;
    va_start(list, format);
    fail_list(run, code, NULL, format, list);
    va_end(list);
    return false;
}

bool bindery_fail_with(
    bindery_t *run, const char *code, const char *details, const char *format, ...) {
    va_list list;
    va_start(list, format);
    fail_list(run, code, details, format, list);
    va_end(list);
    return false;
}

bool bindery_failed_with(const bindery_t *run, const char *code) {
    return run->error.code != NULL && strcmp(run->error.code, code) == 0;
}

static bool no_memory(bindery_t *run) {
    return bindery_fail(run, "OutOfMemory", "there is no more memory");
}

/* ---- Reading and writing with a run's errors ---- */

static bool read_into(
    bindery_t *run, const bindery_node_t *node, const bindery_field_t *field, bool strict,
    const char *code, void *into) {
    reader_t reader = { .arena = &run->arena, .strict = strict };
    if (read_field(&reader, field, node, into)) return true;
    return bindery_fail(run, code, "%s", place_sentence(&reader.place, &run->scratch));
}

bool bindery_read(bindery_t *run, const char *json, const bindery_form_t *form, void *into) {
    const bindery_field_t field = { NULL, 0, form, false, NULL };
    const char *problem = NULL;
    bindery_mark_t mark = bindery_mark(&run->scratch);
    const bindery_node_t *node = bindery_parse(&run->scratch, json, strlen(json), &problem);
    memset(into, 0, form->size);
    bool fits = node != NULL ? read_into(run, node, &field, false, "InvalidJson", into)
                             : bindery_fail(run, "InvalidJson", "it is not JSON: %s", problem);
    bindery_rewind(&run->scratch, mark);
    return fits;
}

const char *bindery_write(bindery_t *run, const bindery_form_t *form, const void *from) {
    const bindery_field_t field = { NULL, 0, form, false, NULL };
    place_t place;
    const char *json = say(&run->arena, &field, from, &place);
    if (json == NULL) bindery_fail(run, "InvalidJson", "%s", place_sentence(&place, &run->scratch));
    return json;
}

/* ---- Calls ---- */

/* The reply, with its NUL, in `arena`; NULL and the run's error if the call fails. */
static const char *call_host(
    bindery_t *run, bindery_arena_t *arena, const char *operation, const char *json, size_t *length) {
    int64_t answer = bindery_host_call(operation, strlen(operation), json, strlen(json));
    *length = (size_t)(answer < 0 ? -answer : answer);
    char *reply = bindery_alloc(arena, *length + 1);
    if (reply == NULL) {
        no_memory(run);
        return NULL;
    }
    for (size_t done = 0; done < *length;) {
        int32_t count = bindery_host_read(reply + done, done, *length - done);
        if (count <= 0) {
            bindery_fail(run, "Internal", "the host did not hand over its reply");
            return NULL;
        }
        done += (size_t)count;
    }
    if (answer >= 0) return reply;
    bindery_error_t error = { 0 };
    reader_t reader = { .arena = &run->scratch };
    const bindery_node_t *node = bindery_parse(&run->scratch, reply, *length, NULL);
    if (node != NULL && read_value(&reader, &bindery_error_t_form, node, &error))
        bindery_fail_with(run, error.code, error.details, "%s", error.message);
    else
        bindery_fail(run, "Internal", "the host's error cannot be read");
    return NULL;
}

const char *bindery_call(bindery_t *run, const char *operation, const char *json) {
    bindery_mark_t mark = bindery_mark(&run->scratch);
    size_t length;
    const char *reply = call_host(run, &run->arena, operation, json, &length);
    bindery_rewind(&run->scratch, mark);
    return reply;
}

/* Carries out an operation; its reply goes to `into`. The typed functions end here. */
static bool invoke_in_scratch(
    bindery_t *run, const bindery_operation_t *operation, const void *arguments, void *into) {
    const bindery_field_t given = { NULL, 0, operation->arguments, false, NULL };
    place_t place;
    const char *json = say(&run->scratch, &given, arguments, &place);
    if (json == NULL) {
        const char *sentence = place_sentence(&place, &run->scratch);
        return bindery_fail(run, "InvalidArguments", "`%s`: %s", operation->name, sentence);
    }
    size_t length;
    const char *reply = call_host(run, &run->scratch, operation->name, json, &length);
    if (reply == NULL) return false;
    if (operation->reply.form == NULL) return true;
    memset(into, 0, operation->reply_size);
    const char *problem = NULL;
    const bindery_node_t *node = bindery_parse(&run->scratch, reply, length, &problem);
    if (node != NULL) return read_into(run, node, &operation->reply, false, "InvalidJson", into);
    return bindery_fail(run, "InvalidJson", "`%s`: the reply is not JSON: %s", operation->name, problem);
}

static bool invoke(
    bindery_t *run, const bindery_operation_t *operation, const void *arguments, void *into) {
    bindery_mark_t mark = bindery_mark(&run->scratch);
    bool done = invoke_in_scratch(run, operation, arguments, into);
    bindery_rewind(&run->scratch, mark);
    return done;
}

#include "bindery_contract.inc"

const char *bindery_call_typed(
    bindery_t *run, const bindery_operation_t *operation, const bindery_node_t *arguments) {
    static const bindery_node_t empty = { .type = BINDERY_NODE_OBJECT };
    const bindery_field_t given = { NULL, 0, operation->arguments, false, NULL };
    void *in = bindery_alloc(&run->arena, operation->arguments->size);
    void *out = bindery_alloc(&run->arena, operation->reply_size);
    if (in == NULL || out == NULL) {
        no_memory(run);
        return NULL;
    }
    if (arguments == NULL) arguments = &empty;
    if (!read_into(run, arguments, &given, true, "InvalidArguments", in)) return NULL;
    if (!operation->call(run, in, out)) return NULL;
    if (operation->reply.form == NULL) return "null";
    place_t place;
    const char *json = say(&run->arena, &operation->reply, out, &place);
    if (json == NULL) bindery_fail(run, "Internal", "%s", place_sentence(&place, &run->scratch));
    return json;
}

/* ---- Streams ---- */

/* Says it without touching the run's error. */
static void say_line(bindery_t *run, bindery_kind_t kind, const char *format, va_list list) {
    bindery_t quiet = { 0 };
    (void)run;
    char *text = format_list(&quiet.arena, format, list);
    if (text != NULL) text = utf8_mended(&quiet.arena, text, strlen(text));
    if (text != NULL) bindery_stream_write(&quiet, kind, text);
    bindery_free(&quiet.arena);
    bindery_free(&quiet.scratch);
    bindery_free(&quiet.error_arena);
}

#define STREAM(NAME, KIND)                                      \
    void NAME(bindery_t *run, const char *format, ...) {        \
        va_list list;                                           \
        va_start(list, format);                                 \
        say_line(run, KIND, format, list);                      \
        va_end(list);                                           \
    }

STREAM(bindery_output, BINDERY_KIND_OUTPUT)
STREAM(bindery_warning, BINDERY_KIND_WARNING)
STREAM(bindery_error, BINDERY_KIND_ERROR)
STREAM(bindery_verbose, BINDERY_KIND_VERBOSE)
STREAM(bindery_debug, BINDERY_KIND_DEBUG)

void bindery_progress(bindery_t *run, int percent, const char *format, ...) {
    bindery_t quiet = { 0 };
    (void)run;
    va_list list;
    va_start(list, format);
    char *activity = format_list(&quiet.arena, format, list);
    va_end(list);
    if (activity != NULL) activity = utf8_mended(&quiet.arena, activity, strlen(activity));
    bindery_optional_u8_t known = { percent >= 0, (uint8_t)(percent > 100 ? 100 : percent) };
    if (activity != NULL) bindery_stream_progress(&quiet, activity, known);
    bindery_free(&quiet.arena);
    bindery_free(&quiet.scratch);
    bindery_free(&quiet.error_arena);
}

/* ---- The entry ---- */

static bool read_parameters(bindery_t *run, const bindery_form_t *form, void *into) {
    bindery_json_t json;
    const char *problem = NULL;
    if (!bindery_job_parameters(run, &json)) return false;
    const bindery_node_t *node = bindery_parse(&run->arena, json, strlen(json), &problem);
    reader_t reader = { .arena = &run->arena };
    if (node == NULL)
        return bindery_fail(run, "InvalidParameters", "the parameters are not JSON: %s", problem);
    if (read_value(&reader, form, node, into)) return true;
    const char *reason = reader.place.reason;
    if (reader.place.length == 0)
        return bindery_fail(run, "InvalidParameters", "the parameters do not fit: %s", reason);
    bindery_writer_t details = { .arena = &run->arena };
    bindery_put_object(&details);
    bindery_put_key(&details, "field");
    bindery_put_text(&details, reader.place.text);
    bindery_put_end(&details);
    return bindery_fail_with(run, "InvalidParameters", bindery_written(&details),
        "the parameter `%s` does not fit: %s", reader.place.text, reason);
}

static bool run_all(
    bindery_t *run, bindery_runbook_t *runbook, const bindery_form_t *parameters_form,
    void *parameters, const bindery_form_t *result_form, void *result) {
    if (!read_parameters(run, parameters_form, parameters)) return false;
    if (!runbook(run, parameters, result)) {
        if (run->error.code == NULL)
            bindery_fail(run, "RunbookFailed", "the runbook returned false, and did not say why");
        return false;
    }
    if (result_form == &bindery_nothing_t_form) return true;
    const char *json = bindery_write(run, result_form, result);
    return json != NULL && bindery_job_result(run, json);
}

int bindery_run(
    bindery_runbook_t *runbook, const bindery_form_t *parameters_form, void *parameters,
    const bindery_form_t *result_form, void *result) {
    bindery_t run = { 0 };
    memset(parameters, 0, parameters_form->size);
    memset(result, 0, result_form->size);
    bool done = run_all(&run, runbook, parameters_form, parameters, result_form, result);
    if (!done) {
        bindery_t last = { 0 };
        /* If even this is refused, the host still knows that the runbook failed. */
        bindery_job_failure(&last, &run.error);
        bindery_free(&last.scratch);
        bindery_free(&last.error_arena);
    }
    bindery_free(&run.arena);
    bindery_free(&run.scratch);
    bindery_free(&run.error_arena);
    return done ? 0 : 1;
}

#if defined(__wasm__) && !defined(BINDERY_NO_MAIN)
/* If this is not found at the link, the runbook lacks BINDERY_RUNBOOK. */
int main(void) { return bindery_runbook_run(); }
#endif
