/* Tests of the SDK on this machine, with a host of their own. `run.sh` builds and runs them: once as
 * it is, and once with a block of memory for each allocation, so that the sanitizers see each. */

#include "../bindery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(CONDITION)                                                        \
    do {                                                                        \
        if (!(CONDITION)) {                                                     \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #CONDITION); \
            failures++;                                                         \
        }                                                                       \
    } while (0)

static void check_text(int line, const char *given, const char *wanted) {
    if (given != NULL && strcmp(given, wanted) == 0) return;
    fprintf(stderr, "line %d: wanted %s\n         given %s\n", line, wanted, given ? given : "NULL");
    failures++;
}

#define CHECK_TEXT(GIVEN, WANTED) check_text(__LINE__, GIVEN, WANTED)

/* ---- Memory that comes to an end: bindery.c calls this for `malloc` ---- */

static size_t allocations_left = SIZE_MAX;

void *bindery_test_malloc(size_t size);

void *bindery_test_malloc(size_t size) {
    if (allocations_left == 0) return NULL;
    if (allocations_left != SIZE_MAX) allocations_left--;
    return malloc(size);
}

/* ---- A host that answers what it is told to ---- */

static char last_operation[64], last_arguments[4096];
static const char *next_reply;
static bool next_fails;
static const char *next_parameters;
static const char *current;

int64_t bindery_host_call(const char *operation, size_t operation_length, const char *json, size_t length);
int32_t bindery_host_read(char *into, size_t offset, size_t length);

int64_t bindery_host_call(const char *operation, size_t operation_length, const char *json, size_t length) {
    snprintf(last_operation, sizeof last_operation, "%.*s", (int)operation_length, operation);
    snprintf(last_arguments, sizeof last_arguments, "%.*s", (int)length, json);
    bool parameters = strcmp(last_operation, "job.parameters") == 0;
    current = parameters ? next_parameters : next_reply;
    int64_t size = (int64_t)strlen(current);
    return next_fails && !parameters ? -size : size;
}

/* Hands over at most 7 bytes at once. */
int32_t bindery_host_read(char *into, size_t offset, size_t length) {
    size_t left = strlen(current) - offset;
    if (length > left) length = left;
    if (length > 7) length = 7;
    memcpy(into, current + offset, length);
    return (int32_t)length;
}

static void host_answers(const char *reply) {
    next_reply = reply;
    next_fails = false;
}

static void host_fails(const char *error) {
    next_reply = error;
    next_fails = true;
}

static void free_run(bindery_t *run) {
    bindery_free(&run->arena);
    bindery_free(&run->scratch);
    bindery_free(&run->error_arena);
}

/* ---- JSON ---- */

static void json_is_read_and_written_again(void) {
    static const char *const rows[][2] = {
        { "null", "null" },
        { " [ ] ", "[]" },
        { "{\n}\t", "{}" },
        { "[1,-0,0.5,-1.25e+10,1E2,18446744073709551615]", "[1,-0,0.5,-1.25e+10,1E2,18446744073709551615]" },
        { "{\"a\":{\"b\":[true,false,null,\"x\"]}}", "{\"a\":{\"b\":[true,false,null,\"x\"]}}" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\u0009\"" },
        { "\"\\u00e4\\u20AC\\ud83d\\ude00\"", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"" },
        { "\"a\\u0000b\"", "\"a\\u0000b\"" },
        { "\"\"", "\"\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bindery_arena_t arena = { 0 };
        const char *problem;
        const bindery_node_t *node = bindery_parse(&arena, rows[i][0], strlen(rows[i][0]), &problem);
        bindery_writer_t writer = { .arena = &arena };
        if (node != NULL) bindery_put_node(&writer, node);
        CHECK_TEXT(node == NULL ? problem : bindery_written(&writer), rows[i][1]);
        bindery_free(&arena);
    }
}

static void what_is_not_json_is_refused_with_its_place(void) {
    static const char *const rows[][2] = {
        { "", "a value is missing at byte 0" },
        { "nul", "unexpected character at byte 0" },
        { "[1,]", "unexpected character at byte 3" },
        { "[1 2]", "a comma or bracket is missing at byte 3" },
        { "{\"a\" 1}", "a colon is missing at byte 5" },
        { "{a:1}", "a key is missing at byte 1" },
        { "{\"a\":1,}", "a key is missing at byte 7" },
        { "01", "more than one value at byte 1" },
        { "1.", "a digit is missing at byte 2" },
        { "-", "a digit is missing at byte 1" },
        { "1e", "a digit is missing at byte 2" },
        { "+1", "unexpected character at byte 0" },
        { "\"a", "the text does not end at byte 1" },
        { "\"a\\", "the text does not end at byte 1" },
        { "\"a\\\"", "the text does not end at byte 1" },
        { "\"\\x\"", "unknown escape at byte 3" },
        { "\"\\u12\"", "four hexadecimal digits are missing at byte 5" },
        { "\"\\ud800\"", "half a surrogate pair at byte 7" },
        { "\"\\ud800\\u0041\"", "half a surrogate pair at byte 13" },
        { "\"\\udc00\"", "half a surrogate pair at byte 7" },
        { "\"\n\"", "a control character in a text at byte 1" },
        { "\"\xC0\x80\"", "not UTF-8 at byte 1" },
        { "\"\xED\xA0\x80\"", "not UTF-8 at byte 1" },
        { "\"\xF5\x80\x80\x80\"", "not UTF-8 at byte 1" },
        { "\"\xE2\x82\"", "not UTF-8 at byte 1" },
        { "{\"\\u0000\":1}", "U+0000 in a key at byte 9" },
        { "1 1", "more than one value at byte 2" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bindery_arena_t arena = { 0 };
        const char *problem;
        /* At the end of a block of its own, so that reading too far is seen. */
        size_t length = strlen(rows[i][0]);
        char *json = malloc(length + 1);
        memcpy(json, rows[i][0], length);
        CHECK(bindery_parse(&arena, json, length, &problem) == NULL);
        CHECK_TEXT(problem, rows[i][1]);
        free(json);
        bindery_free(&arena);
    }
}

static void depth_is_bounded(void) {
    bindery_arena_t arena = { 0 };
    char json[1000];
    memset(json, '[', 500);
    memset(json + 500, ']', 500);
    const char *problem;
    CHECK(bindery_parse(&arena, json, 1000, &problem) == NULL);
    CHECK_TEXT(problem, "too deep at byte 65");
    CHECK(bindery_parse(&arena, json + 500 - BINDERY_DEPTH_MAX, 2 * BINDERY_DEPTH_MAX, NULL) != NULL);
    bindery_writer_t writer = { .arena = &arena };
    for (int i = 0; i <= BINDERY_DEPTH_MAX; i++) bindery_put_array(&writer);
    CHECK(bindery_written(&writer) == NULL);
    CHECK_TEXT(writer.problem, "arrays and objects are too deep");
    bindery_free(&arena);
}

/* Whatever bytes come, reading neither fails in another way nor reads what it may not; what it
 * takes, it writes and takes again. */
static void damaged_json_does_no_harm(void) {
    static const char seed[] =
        "{\"a\":[1,-2.5e3,true,null,\"\\u00e4\\ud83d\\ude00\\n\xC3\xA4\"],\"b\":{\"c\":\"\\\\\\\"\"},\"d\":false}";
    uint32_t random = 1;
    size_t taken = 0;
    for (int round = 0; round < 200000; round++) {
        bindery_arena_t arena = { 0 };
        size_t length = sizeof seed - 1;
        char *json = malloc(length);
        memcpy(json, seed, length);
        for (int i = 0; i < round % 4; i++) {
            random = random * 1664525u + 1013904223u;
            json[(random >> 8) % length] = i % 2 ? seed[(random >> 16) % length] : (char)(random >> 24);
        }
        if (round % 5 == 0) length = (random >> 4) % length;
        const bindery_node_t *node = bindery_parse(&arena, json, length, NULL);
        free(json);
        if (node != NULL) {
            bindery_writer_t writer = { .arena = &arena }, again = { .arena = &arena };
            bindery_put_node(&writer, node);
            const char *text = bindery_written(&writer);
            CHECK(text != NULL);
            if (text == NULL) break;
            node = bindery_parse(&arena, text, writer.length, NULL);
            CHECK(node != NULL);
            if (node == NULL) break;
            bindery_put_node(&again, node);
            CHECK_TEXT(bindery_written(&again), text);
            taken++;
        }
        bindery_free(&arena);
    }
    CHECK(taken > 1000);
}

static void the_writer_refuses_what_is_not_json(void) {
    bindery_arena_t arena = { 0 };
    bindery_writer_t writer = { .arena = &arena };
    bindery_put_text(&writer, "\xFF");
    CHECK(bindery_written(&writer) == NULL);
    CHECK_TEXT(writer.problem, "a text is not UTF-8");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_object(&writer);
    bindery_put_bool(&writer, true);
    CHECK_TEXT(writer.problem, "a value in an object needs a key");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_array(&writer);
    bindery_put_key(&writer, "a");
    CHECK_TEXT(writer.problem, "a key must be in an object");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_null(&writer);
    bindery_put_null(&writer);
    CHECK_TEXT(writer.problem, "there are two values");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_array(&writer);
    CHECK(bindery_written(&writer) == NULL);
    CHECK_TEXT(writer.problem, "the value does not end");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_f64(&writer, 1e300 * 1e300);
    CHECK_TEXT(writer.problem, "a number is not finite");
    writer = (bindery_writer_t){ .arena = &arena };
    bindery_put_array(&writer);
    bindery_put_f64(&writer, 0.1);
    bindery_put_i64(&writer, INT64_MIN);
    bindery_put_u64(&writer, UINT64_MAX);
    bindery_put_end(&writer);
    CHECK_TEXT(bindery_written(&writer), "[0.1,-9223372036854775808,18446744073709551615]");
    bindery_free(&arena);
}

static void of_two_keys_the_last_counts(void) {
    bindery_arena_t arena = { 0 };
    const bindery_node_t *node = bindery_parse(&arena, "{\"a\":1,\"a\":2}", 13, NULL);
    CHECK_TEXT(bindery_get(node, "a")->text, "2");
    CHECK(bindery_get(node, "b") == NULL);
    CHECK(bindery_get(NULL, "a") == NULL);
    bindery_free(&arena);
}

/* ---- Memory ---- */

static void an_arena_is_rewound_and_freed_as_one(void) {
    bindery_arena_t arena = { 0 };
    bindery_mark_t begin = bindery_mark(&arena);
    char *small = bindery_alloc(&arena, 3);
    CHECK((uintptr_t)small % 16 == 0);
    memset(small, 'x', 3);
    bindery_mark_t mark = bindery_mark(&arena);
    char *large = bindery_alloc(&arena, 1000000);
    large[999999] = 'x';
    for (int i = 0; i < 5000; i++) CHECK(bindery_alloc(&arena, 100) != NULL);
    bindery_rewind(&arena, mark);
    char *again = bindery_alloc(&arena, 3);
    CHECK(again != small && again[0] == 0 && small[0] == 'x');
    CHECK(bindery_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(bindery_alloc(&arena, SIZE_MAX / 2 - 100) == NULL);
    bindery_rewind(&arena, begin);
    CHECK(arena.last == NULL);
    CHECK_TEXT(bindery_format(&arena, "%s %d", "a", 1), "a 1");
    bindery_free(&arena);
}

/* ---- Forms ---- */

static const bindery_operation_t *operation(const char *name) {
    for (size_t i = 0; bindery_operations[i] != NULL; i++) {
        if (strcmp(bindery_operations[i]->name, name) == 0) return bindery_operations[i];
    }
    return NULL;
}

/* What a typed call passes on to the host, and what it answers. */
static void typed(int line, const char *name, const char *arguments, const char *reply, const char *wanted) {
    bindery_t run = { 0 };
    host_answers(reply == NULL ? "null" : reply);
    const bindery_node_t *node = bindery_parse(&run.arena, arguments, strlen(arguments), NULL);
    const char *given = bindery_call_typed(&run, operation(name), node);
    check_text(line, given == NULL ? run.error.message : given, wanted);
    if (given != NULL) check_text(line, last_arguments, arguments);
    if (given != NULL) check_text(line, last_operation, name);
    free_run(&run);
}

#define TYPED(NAME, ARGUMENTS, REPLY) typed(__LINE__, NAME, ARGUMENTS, REPLY, REPLY)
#define REFUSED(NAME, ARGUMENTS, MESSAGE) typed(__LINE__, NAME, ARGUMENTS, NULL, MESSAGE)

static void typed_calls_pass_on_what_they_are_given(void) {
    TYPED("job.remaining", "{}", "null");
    TYPED("job.remaining", "{}", "18446744073709551615");
    TYPED("job.restored", "{}", "\"{}\"");
    TYPED("clock.sleep", "{\"duration\":0}", "null");
    TYPED("stream.progress", "{\"activity\":\"a\"}", "null");
    TYPED("stream.progress", "{\"activity\":\"a\",\"percent\":0}", "null");
    TYPED("fleet.computers", "{\"filter\":{}}", "{\"computers\":[],\"unknown\":[]}");
    TYPED("fleet.computers", "{\"filter\":{\"ids\":[],\"limit\":0}}", "{\"computers\":[],\"unknown\":[\"a\"],\"cursor\":\"\"}");
    TYPED("jobs.start",
        "{\"runbook\":\"A\",\"children\":[{\"target\":\"sandbox\",\"parameters\":\"{}\"},{\"target\":{\"group\":\"g\"},\"parameters\":\"\"}]}",
        "[{\"job\":\"1\"},{\"error\":{\"code\":\"NoWorker\",\"message\":\"none\",\"details\":\"{}\"}}]");
    TYPED("jobs.wait", "{\"jobs\":[],\"mode\":\"Any\"}", "[{\"job\":\"1\",\"status\":\"Running\",\"ended\":false}]");
    TYPED("updates.install",
        "{\"plan\":{\"digest\":\"d\",\"updates\":[\"u\"],\"actions\":[{\"package\":\"p\",\"kind\":\"Remove\",\"from\":\"1\"}],"
        "\"leftOut\":[{\"update\":\"u\",\"reason\":\"\xC3\xA4\"}],\"downloadBytes\":18446744073709551615,\"mayReboot\":true},\"reserve\":1}",
        "{\"startedAt\":\"a\",\"endedAt\":\"b\",\"results\":[{\"update\":\"u\",\"status\":\"NotAttempted\"}],"
        "\"reboot\":{\"pending\":false,\"reasons\":[]}}");
}

static void what_does_not_fit_is_named_with_its_place(void) {
    REFUSED("clock.sleep", "{}", "`duration`: it must be a whole number from 0 to 18446744073709551615, and is nothing");
    REFUSED("clock.sleep", "{\"duration\":18446744073709551616}",
        "`duration`: it must be a whole number from 0 to 18446744073709551615, and is 18446744073709551616");
    REFUSED("clock.sleep", "{\"duration\":-1}", "`duration`: it must be a whole number from 0 to 18446744073709551615, and is -1");
    REFUSED("clock.sleep", "{\"duration\":1.0}", "`duration`: it must be a whole number from 0 to 18446744073709551615, and is 1.0");
    REFUSED("clock.sleep", "[]", "it must be an object, and is []");
    REFUSED("clock.sleep", "{\"duration\":1,\"x\":2}", "there is no key `x`");
    REFUSED("stream.progress", "{\"activity\":\"a\",\"percent\":256}", "`percent`: it must be a whole number from 0 to 255, and is 256");
    REFUSED("stream.write", "{\"kind\":\"Loud\",\"text\":\"a\"}",
        "`kind`: it must be \"Output\" or \"Warning\" or \"Error\" or \"Verbose\" or \"Debug\", and is \"Loud\"");
    REFUSED("stream.write", "{\"kind\":\"Output\",\"text\":\"a\\u0000\"}", "`text`: a text of C cannot hold U+0000");
    REFUSED("jobs.start", "{\"runbook\":\"A\",\"children\":[{\"target\":\"sandbox\",\"parameters\":\"\"},{\"target\":{\"moon\":\"a\"}}]}",
        "`children[1].target`: it must be \"sandbox\" or {\"computer\": …} or {\"group\": …}, and is {\"moon\":\"a\"}");
    REFUSED("jobs.start", "{\"runbook\":\"A\",\"children\":[{\"target\":{\"group\":1},\"parameters\":\"\"}]}",
        "`children[0].target.group`: it must be a string, and is 1");
    REFUSED("jobs.start", "{\"runbook\":\"A\",\"children\":[{\"target\":\"group\",\"parameters\":\"\"}]}",
        "`children[0].target`: it must be \"sandbox\" or {\"computer\": …} or {\"group\": …}, and is \"group\"");
}

static void a_value_that_is_not_complete_is_not_sent(void) {
    bindery_t run = { 0 };
    last_operation[0] = 0;
    bindery_child_t children[] = { { .parameters = "{}" } };
    bindery_child_list_t list = { children, 1 };
    bindery_started_list_t started;
    CHECK(!bindery_jobs_start(&run, "A", list, &started));
    CHECK(bindery_failed_with(&run, BINDERY_CODE_INVALID_ARGUMENTS));
    CHECK_TEXT(run.error.message, "`jobs.start`: `children[0].target`: it must be one of its cases, and is none");
    CHECK(!bindery_stream_write(&run, BINDERY_KIND_OUTPUT, NULL));
    CHECK_TEXT(run.error.message, "`stream.write`: `text`: it must be a text, and is NULL");
    CHECK(!bindery_stream_write(&run, BINDERY_KIND_OUTPUT, "\xFF"));
    CHECK_TEXT(run.error.message, "`stream.write`: `text`: a text is not UTF-8");
    CHECK_TEXT(last_operation, "");
    free_run(&run);
}

/* ---- Calls ---- */

static void an_error_of_the_host_is_kept_until_the_next(void) {
    bindery_t run = { 0 };
    host_fails("{\"code\":\"GrantDenied\",\"message\":\"no\\u0000 \xC3\xA4\",\"details\":\"{\\\"grant\\\":\\\"x\\\"}\"}");
    bindery_pending_t pending;
    CHECK(!bindery_power_pending(&run, &pending));
    CHECK(bindery_failed_with(&run, BINDERY_CODE_GRANT_DENIED));
    CHECK_TEXT(run.error.message, "no\xEF\xBF\xBD \xC3\xA4");
    CHECK_TEXT(run.error.details, "{\"grant\":\"x\"}");
    CHECK(!bindery_fail(&run, "Again", "after %s: %s", run.error.code, run.error.message));
    CHECK_TEXT(run.error.message, "after GrantDenied: no\xEF\xBF\xBD \xC3\xA4");
    CHECK(run.error.details == NULL);
    host_fails("[]");
    CHECK(bindery_call(&run, "x", "{}") == NULL);
    CHECK(bindery_failed_with(&run, BINDERY_CODE_INTERNAL));
    host_answers("{\"pending\":1,\"reasons\":[]}");
    CHECK(!bindery_power_pending(&run, &pending));
    CHECK_TEXT(run.error.message, "`pending`: it must be true or false, and is 1");
    host_answers("{\"pending\":true,\"reasons\":[\"a\\u0000b\"],\"more\":1}");
    CHECK(bindery_power_pending(&run, &pending));
    CHECK(pending.pending && pending.reasons.count == 1);
    CHECK_TEXT(pending.reasons.items[0], "a\xEF\xBF\xBD" "b");
    host_answers("[1, 2]");
    CHECK_TEXT(bindery_call(&run, "x.y", "{}"), "[1, 2]");
    free_run(&run);
}

static void lines_leave_the_error_alone_and_are_mended(void) {
    bindery_t run = { 0 };
    bindery_fail(&run, "Mine", "mine");
    host_fails("{\"code\":\"DeadlinePassed\",\"message\":\"late\"}");
    bindery_warning(&run, "%s %d", "\xFF", 1);
    CHECK_TEXT(last_operation, "stream.write");
    CHECK_TEXT(last_arguments, "{\"kind\":\"Warning\",\"text\":\"\xEF\xBF\xBD 1\"}");
    bindery_progress(&run, 101, "a");
    CHECK_TEXT(last_arguments, "{\"activity\":\"a\",\"percent\":100}");
    bindery_progress(&run, -1, "a");
    CHECK_TEXT(last_arguments, "{\"activity\":\"a\"}");
    CHECK(bindery_failed_with(&run, "Mine"));
    free_run(&run);
}

/* ---- A runbook ---- */

typedef struct {
    uint32_t days;
    const char *group;
    bool hard;
    const char *extra;
    bindery_optional_u64_t most;
} parameters;
BINDERY_RECORD(parameters,
    BINDERY_FIELD_OR(parameters, days, "days", bindery_u32_t, "30"),
    BINDERY_FIELD_OPTIONAL(parameters, group, "group", bindery_text_t),
    BINDERY_FIELD(parameters, hard, "hard", bindery_bool_t),
    BINDERY_FIELD_OR(parameters, extra, "extra", bindery_raw_t, "{\"a\":1}"),
    BINDERY_FIELD_OPTIONAL(parameters, most, "most", bindery_u64_t));

typedef struct {
    int64_t change;
    double share;
} row;
BINDERY_RECORD(row,
    BINDERY_FIELD(row, change, "change", bindery_i64_t),
    BINDERY_FIELD(row, share, "share", bindery_f64_t));
BINDERY_LIST(rows, row);

typedef struct {
    uint32_t days;
    const char *extra;
    rows rows;
} summary;
BINDERY_RECORD(summary,
    BINDERY_FIELD(summary, days, "days", bindery_u32_t),
    BINDERY_FIELD(summary, extra, "extra", bindery_raw_t),
    BINDERY_FIELD(summary, rows, "rows", rows));

static bool runbook(bindery_t *run, const parameters *given, summary *result) {
    static const row items[] = { { -1, 0.5 }, { 2, 1 } };
    if (given->hard && given->group == NULL) return bindery_fail(run, "Hard", "day %u", given->days);
    if (given->hard) return false;
    result->days = given->most.has ? (uint32_t)given->most.value : given->days;
    result->extra = given->extra;
    result->rows.items = items;
    result->rows.count = 2;
    return true;
}

BINDERY_RUNBOOK(runbook, parameters, summary)

static void a_runbook_reads_parameters_and_sets_its_result_or_failure(void) {
    static const char *const table[][2] = {
        { "{\"hard\":false}",
            "{\"value\":\"{\\\"days\\\":30,\\\"extra\\\":{\\\"a\\\":1},\\\"rows\\\":[{\\\"change\\\":-1,\\\"share\\\":0.5},{\\\"change\\\":2,\\\"share\\\":1}]}\"}" },
        { "{\"hard\":false,\"days\":7,\"extra\":[null],\"more\":1}",
            "{\"value\":\"{\\\"days\\\":7,\\\"extra\\\":[null],\\\"rows\\\":[{\\\"change\\\":-1,\\\"share\\\":0.5},{\\\"change\\\":2,\\\"share\\\":1}]}\"}" },
        { "{\"hard\":false,\"most\":42,\"extra\":0}",
            "{\"value\":\"{\\\"days\\\":42,\\\"extra\\\":0,\\\"rows\\\":[{\\\"change\\\":-1,\\\"share\\\":0.5},{\\\"change\\\":2,\\\"share\\\":1}]}\"}" },
        { "{\"hard\":true}", "{\"error\":{\"code\":\"Hard\",\"message\":\"day 30\"}}" },
        { "{\"hard\":true,\"group\":\"g\"}",
            "{\"error\":{\"code\":\"RunbookFailed\",\"message\":\"the runbook returned false, and did not say why\"}}" },
        { "{}",
            "{\"error\":{\"code\":\"InvalidParameters\",\"message\":\"the parameter `hard` does not fit: it must be true or false, and is nothing\",\"details\":\"{\\\"field\\\":\\\"hard\\\"}\"}}" },
        { "[]", "{\"error\":{\"code\":\"InvalidParameters\",\"message\":\"the parameters do not fit: it must be an object, and is []\"}}" },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        bindery_arena_t arena = { 0 };
        bindery_writer_t writer = { .arena = &arena };
        bindery_put_text(&writer, table[i][0]);
        next_parameters = bindery_written(&writer);
        host_answers("null");
        int code = bindery_runbook_run();
        CHECK(code == (i < 3 ? 0 : 1));
        CHECK_TEXT(last_operation, i < 3 ? "job.result" : "job.failure");
        CHECK_TEXT(last_arguments, table[i][1]);
        bindery_free(&arena);
    }
}

/* Wherever memory comes to an end, the call fails with a code, and all is freed. */
static void no_memory_is_an_error_and_no_crash(void) {
    size_t limit = 0;
    int code = 1;
    for (; code != 0 && limit < 10000; limit++) {
        next_parameters = "\"{\\\"hard\\\":false,\\\"extra\\\":[1,{\\\"a\\\":null}]}\"";
        host_answers("null");
        allocations_left = limit;
        code = bindery_runbook_run();
    }
    CHECK(code == 0 && limit > 1);
    bool done = false;
    for (limit = 0; !done && limit < 10000; limit++) {
        bindery_t run = { 0 };
        bindery_text_list_t ids = { NULL, 0 };
        bindery_child_status_list_t states;
        host_answers("[{\"job\":\"1\",\"status\":\"Failed\",\"ended\":true,\"result\":\"a\\u0000\",\"error\":{\"code\":\"X\",\"message\":\"y\"}}]");
        allocations_left = limit;
        done = bindery_jobs_wait(&run, ids, BINDERY_WAIT_FOR_ANY, bindery_no_u64(), &states);
        CHECK(done || run.error.code != NULL);
        free_run(&run);
    }
    CHECK(done && limit > 1);
    for (limit = 0; limit < 100; limit++) {
        bindery_t run = { 0 };
        host_fails("{\"code\":\"GrantDenied\",\"message\":\"no\",\"details\":\"{}\"}");
        allocations_left = limit;
        bindery_warning(&run, "a %s", "b");
        CHECK(bindery_call(&run, "a.b", "{}") == NULL);
        CHECK(run.error.code != NULL && run.error.message != NULL);
        free_run(&run);
    }
    allocations_left = SIZE_MAX;
}

static void a_childs_result_is_read_by_its_form(void) {
    bindery_t run = { 0 };
    row read;
    CHECK(bindery_read(&run, "{\"change\":-9223372036854775808,\"share\":1e-3}", &row_form, &read));
    CHECK(read.change == INT64_MIN && read.share == 0.001);
    CHECK(!bindery_read(&run, "{\"change\":9223372036854775808,\"share\":1}", &row_form, &read));
    CHECK_TEXT(run.error.message, "`change`: it must be a whole number, and is 9223372036854775808");
    CHECK(!bindery_read(&run, "{\"change\":1,\"share\":1e999}", &row_form, &read));
    CHECK(!bindery_read(&run, "{", &row_form, &read));
    CHECK_TEXT(run.error.message, "it is not JSON: a key is missing at byte 1");
    CHECK_TEXT(bindery_case(&bindery_job_status_t_form, BINDERY_JOB_STATUS_STOPPED), "Stopped");
    CHECK_TEXT(bindery_case(&bindery_job_status_t_form, BINDERY_JOB_STATUS_NONE), "none");
    free_run(&run);
}

int main(void) {
    json_is_read_and_written_again();
    what_is_not_json_is_refused_with_its_place();
    depth_is_bounded();
    damaged_json_does_no_harm();
    the_writer_refuses_what_is_not_json();
    of_two_keys_the_last_counts();
    an_arena_is_rewound_and_freed_as_one();
    typed_calls_pass_on_what_they_are_given();
    what_does_not_fit_is_named_with_its_place();
    a_value_that_is_not_complete_is_not_sent();
    an_error_of_the_host_is_kept_until_the_next();
    lines_leave_the_error_alone_and_are_mended();
    a_runbook_reads_parameters_and_sets_its_result_or_failure();
    a_childs_result_is_read_by_its_form();
    no_memory_is_an_error_and_no_crash();
    puts(failures == 0 ? "all is well" : "something is not well");
    return failures == 0 ? 0 : 1;
}
