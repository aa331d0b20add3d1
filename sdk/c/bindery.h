/*
 * Write Bindery runbooks in C, or in C++ with the same header.
 *
 * A runbook is one function. It gets the job's parameters as a struct and fills the result, another
 * struct. Each struct has a form, which says how its members are spelt in JSON:
 *
 *     #include "bindery.h"
 *
 *     typedef struct { uint64_t bytes_min; } parameters;
 *     BINDERY_RECORD(parameters,
 *         BINDERY_FIELD_OR(parameters, bytes_min, "bytesMin", bindery_u64_t, "0"));
 *
 *     typedef struct { uint32_t missing; } summary;
 *     BINDERY_RECORD(summary, BINDERY_FIELD(summary, missing, "missing", bindery_u32_t));
 *
 *     static bool report(bindery_t *run, const parameters *given, summary *result) {
 *         bindery_assessment_t found;
 *         if (!bindery_updates_assess(run, &found)) return false;
 *         for (size_t i = 0; i < found.missing.count; i++) {
 *             const bindery_update_t *update = &found.missing.items[i];
 *             if (update->bytes.value >= given->bytes_min)
 *                 bindery_output(run, "%s is missing", update->title);
 *         }
 *         result->missing = (uint32_t)found.missing.count;
 *         return true;
 *     }
 *
 *     BINDERY_RUNBOOK(report, parameters, summary)
 *
 * Build it with `zig cc -target wasm32-wasi -Os -s -o report.wasm report.c bindery.c`.
 *
 * Errors. An operation returns false if the host refuses it; `run->error` then has its code, message
 * and details, until the next one. A runbook that returns false makes the job Failed with that
 * error; `bindery_fail` makes one of your own.
 *
 * Memory. All that an operation returns lies in `run->arena`, which is freed as one when the runbook
 * has ended; you free nothing. In a long loop, take a mark before and rewind to it after.
 *
 * Texts are UTF-8 and end with NUL. What may be absent: a text is NULL, an enum 0, a list has
 * `items` NULL, a record is a pointer that is NULL, and a number or boolean has `has` false. A
 * struct that is all zero has nothing in it.
 *
 * Outside WebAssembly everything compiles, so that the logic of a runbook is tested on your machine:
 * there each operation fails with `NotInRunbook`, unless the test defines `bindery_host_call` and
 * `bindery_host_read` itself.
 */
#ifndef BINDERY_H
#define BINDERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define BINDERY_PRINTF(FORMAT, FIRST) __attribute__((format(printf, FORMAT, FIRST)))
#else
#define BINDERY_PRINTF(FORMAT, FIRST)
#endif

/* ---- Memory ------------------------------------------------------------------------------- */

/** Memory that is freed as one. All zero is an empty one. */
typedef struct bindery_arena {
    struct bindery_block *last;
} bindery_arena_t;

/** A place in an arena. */
typedef struct bindery_mark {
    struct bindery_block *block;
    size_t used;
} bindery_mark_t;

/** Memory of `size` bytes, all zero, aligned for anything. NULL if there is no more. */
void *bindery_alloc(bindery_arena_t *arena, size_t size);

/** A text made as by `printf`. NULL if there is no more memory. */
char *bindery_format(bindery_arena_t *arena, const char *format, ...) BINDERY_PRINTF(2, 3);

/** Where the arena is now. */
bindery_mark_t bindery_mark(const bindery_arena_t *arena);

/** Frees all that was allocated after the mark. */
void bindery_rewind(bindery_arena_t *arena, bindery_mark_t mark);

/** Frees all of it; the arena is then empty, and may be used again. */
void bindery_free(bindery_arena_t *arena);

/* ---- JSON --------------------------------------------------------------------------------- */

typedef enum bindery_node_type {
    BINDERY_NODE_NULL,
    BINDERY_NODE_BOOLEAN,
    BINDERY_NODE_NUMBER,
    BINDERY_NODE_TEXT,
    BINDERY_NODE_ARRAY,
    BINDERY_NODE_OBJECT
} bindery_node_type_t;

/** A JSON value that was read. */
typedef struct bindery_node {
    bindery_node_type_t type;
    bool boolean;
    /** A text, unescaped, or a number as it was written; ends with NUL, and a text may hold more. */
    const char *text;
    /** Bytes of `text`; items of an array or object. */
    size_t count;
    /** The first item of an array or object. */
    const struct bindery_node *first;
    /** The next item of the array or object that this one is in. */
    const struct bindery_node *next;
    /** Its key in that object. */
    const char *key;
} bindery_node_t;

/** Arrays and objects may be in each other so deep, in reading and in writing. */
#define BINDERY_DEPTH_MAX 64

/** Reads JSON text into the arena. NULL if it is none; `problem` then says why, if it is not NULL. */
const bindery_node_t *bindery_parse(
    bindery_arena_t *arena, const char *json, size_t length, const char **problem);

/** The value of a key; NULL if there is none, or `object` is none. Of two, the last counts. */
const bindery_node_t *bindery_get(const bindery_node_t *object, const char *key);

/** Writes JSON text into an arena. All zero but for `arena` is one that begins. */
typedef struct bindery_writer {
    bindery_arena_t *arena;
    char *text;
    size_t length;
    size_t capacity;
    /** What went wrong first; nothing is written after it. */
    const char *problem;
    unsigned depth;
    bool objects[BINDERY_DEPTH_MAX];
    bool comma;
    bool keyed;
} bindery_writer_t;

void bindery_put_object(bindery_writer_t *writer);
void bindery_put_array(bindery_writer_t *writer);
/** Ends the object or array that was begun last. */
void bindery_put_end(bindery_writer_t *writer);
void bindery_put_key(bindery_writer_t *writer, const char *key);
void bindery_put_text(bindery_writer_t *writer, const char *text);
void bindery_put_u64(bindery_writer_t *writer, uint64_t number);
void bindery_put_i64(bindery_writer_t *writer, int64_t number);
void bindery_put_f64(bindery_writer_t *writer, double number);
void bindery_put_bool(bindery_writer_t *writer, bool value);
void bindery_put_null(bindery_writer_t *writer);
void bindery_put_node(bindery_writer_t *writer, const bindery_node_t *node);
/** A value that is JSON text already; it is not looked at. */
void bindery_put_json(bindery_writer_t *writer, const char *json);
/** The text. NULL if something was wrong; `problem` says what. */
const char *bindery_written(bindery_writer_t *writer);

/* ---- Forms: how C values are spelt in JSON ------------------------------------------------- */

typedef enum bindery_form_kind {
    BINDERY_FORM_BOOL,
    BINDERY_FORM_U8,
    BINDERY_FORM_U32,
    BINDERY_FORM_U64,
    BINDERY_FORM_I64,
    BINDERY_FORM_F64,
    BINDERY_FORM_TEXT,
    BINDERY_FORM_RAW,
    BINDERY_FORM_ENUM,
    BINDERY_FORM_VARIANT,
    BINDERY_FORM_RECORD,
    BINDERY_FORM_LIST
} bindery_form_kind_t;

/** The form of a C type. */
typedef struct bindery_form {
    bindery_form_kind_t kind;
    size_t size;
    /** Of a record its members, of a variant its cases. */
    const struct bindery_field *fields;
    /** Of an enum the spelling of each case; the first is that of 1. */
    const char *const *names;
    /** How many fields or names there are. */
    size_t count;
    /** Of a list. */
    const struct bindery_form *item;
} bindery_form_t;

/** A member of a record. */
typedef struct bindery_field {
    const char *key;
    size_t offset;
    /** NULL for a case of a variant that carries nothing. */
    const bindery_form_t *form;
    /** Whether it may be absent, as its C type says. */
    bool optional;
    /** What counts when it is absent, as JSON text; NULL if it must be there or is optional. */
    const char *fallback;
} bindery_field_t;

typedef bool bindery_bool_t;
typedef uint8_t bindery_u8_t;
typedef uint32_t bindery_u32_t;
typedef uint64_t bindery_u64_t;
typedef int64_t bindery_i64_t;
typedef double bindery_f64_t;
typedef const char *bindery_text_t;
/** JSON text that stands in other JSON as the value that it is. */
typedef const char *bindery_raw_t;

typedef struct bindery_text_list { const char *const *items; size_t count; } bindery_text_list_t;

typedef struct bindery_optional_bool { bool has; bool value; } bindery_optional_bool_t;
typedef struct bindery_optional_u8 { bool has; uint8_t value; } bindery_optional_u8_t;
typedef struct bindery_optional_u32 { bool has; uint32_t value; } bindery_optional_u32_t;
typedef struct bindery_optional_u64 { bool has; uint64_t value; } bindery_optional_u64_t;

/* How a member of each type may be absent. */
typedef bindery_optional_bool_t bindery_bool_t_optional;
typedef bindery_optional_u8_t bindery_u8_t_optional;
typedef bindery_optional_u32_t bindery_u32_t_optional;
typedef bindery_optional_u64_t bindery_u64_t_optional;
typedef bindery_text_t bindery_text_t_optional;
typedef bindery_raw_t bindery_raw_t_optional;
typedef bindery_text_list_t bindery_text_list_t_optional;

extern const bindery_form_t bindery_bool_t_form;
extern const bindery_form_t bindery_u8_t_form;
extern const bindery_form_t bindery_u32_t_form;
extern const bindery_form_t bindery_u64_t_form;
extern const bindery_form_t bindery_i64_t_form;
extern const bindery_form_t bindery_f64_t_form;
extern const bindery_form_t bindery_text_t_form;
extern const bindery_form_t bindery_raw_t_form;
extern const bindery_form_t bindery_text_list_t_form;

/* The offset of a member, and a compiler's error if it is not of the type that its form is for. */
#ifdef __cplusplus
#define BINDERY_OFFSET(RECORD, MEMBER, TYPE) \
    (offsetof(RECORD, MEMBER) + 0 * sizeof(&((RECORD *)0)->MEMBER == (TYPE *)0))
#else
#define BINDERY_OFFSET(RECORD, MEMBER, TYPE)                                                    \
    (offsetof(RECORD, MEMBER) + 0 * sizeof(struct {                                             \
        _Static_assert(__builtin_types_compatible_p(__typeof__(((RECORD *)0)->MEMBER), TYPE),   \
            "`" #MEMBER "` of `" #RECORD "` is not of the type " #TYPE);                         \
        char some;                                                                              \
    }))
#endif

/** A member that must be there: of the struct RECORD, with its KEY in JSON, of a TYPE with a form. */
#define BINDERY_FIELD(RECORD, MEMBER, KEY, TYPE) \
    { KEY, BINDERY_OFFSET(RECORD, MEMBER, TYPE), &TYPE##_form, false, NULL }
/** A member that may be left out; FALLBACK, JSON text, then counts. */
#define BINDERY_FIELD_OR(RECORD, MEMBER, KEY, TYPE, FALLBACK) \
    { KEY, BINDERY_OFFSET(RECORD, MEMBER, TYPE), &TYPE##_form, false, FALLBACK }
/** A member that may be absent. It is of the same type if that is a text, enum or list, a pointer to
 *  it if a record, and `bindery_optional_u64_t` for `bindery_u64_t`, likewise of `u32`, `u8`, `bool`. */
#define BINDERY_FIELD_OPTIONAL(RECORD, MEMBER, KEY, TYPE) \
    { KEY, BINDERY_OFFSET(RECORD, MEMBER, TYPE##_optional), &TYPE##_form, true, NULL }

/** The form of the struct RECORD: its fields. */
#define BINDERY_RECORD(RECORD, ...)                                                             \
    typedef const RECORD *RECORD##_optional;                                                    \
    static const bindery_field_t RECORD##_fields[] = { __VA_ARGS__ };                           \
    static const bindery_form_t RECORD##_form = { BINDERY_FORM_RECORD, sizeof(RECORD),          \
        RECORD##_fields, NULL, sizeof RECORD##_fields / sizeof RECORD##_fields[0], NULL }
/** Defines the struct LIST, with `items` and `count`, and its form. */
#define BINDERY_LIST(LIST, ITEM)                                                                \
    typedef struct LIST { const ITEM *items; size_t count; } LIST;                              \
    typedef LIST LIST##_optional;                                                               \
    static const bindery_form_t LIST##_form = { BINDERY_FORM_LIST, sizeof(LIST), NULL, NULL, 0, \
        &ITEM##_form }
/** The form of the enum TYPE, whose cases are 1, 2 and so on, in the order of these spellings. */
#define BINDERY_ENUM(TYPE, ...)                                                                 \
    typedef TYPE TYPE##_optional;                                                               \
    static const char *const TYPE##_names[] = { __VA_ARGS__ };                                  \
    static const bindery_form_t TYPE##_form = { BINDERY_FORM_ENUM, sizeof(TYPE), NULL,          \
        TYPE##_names, sizeof TYPE##_names / sizeof TYPE##_names[0], NULL }

/* ---- The run ------------------------------------------------------------------------------- */

/** One run of a runbook. */
typedef struct bindery bindery_t;

#include "bindery_contract.h"

struct bindery {
    /** Where replies lie. */
    bindery_arena_t arena;
    /** Why the last call failed; `code` is NULL if none has. */
    bindery_error_t error;
    /** The texts of `error`. */
    bindery_arena_t error_arena;
    /** What lives no longer than one call. */
    bindery_arena_t scratch;
};

/** Sets `run->error`, with a code of your own and a sentence that names the thing and the reason.
 *  Returns false: `return bindery_fail(run, "DiskFull", "%d MB are left on %s", 12, "/var");` */
bool bindery_fail(bindery_t *run, const char *code, const char *format, ...) BINDERY_PRINTF(3, 4);

/** The same with details: JSON text. */
bool bindery_fail_with(
    bindery_t *run, const char *code, const char *details, const char *format, ...)
    BINDERY_PRINTF(4, 5);

/** Whether the last call failed with this code. */
bool bindery_failed_with(const bindery_t *run, const char *code);

/** Carries out any operation by its name, JSON in and JSON out. NULL if it fails. */
const char *bindery_call(bindery_t *run, const char *operation, const char *json);

/** Reads JSON text, such as a child's result, into the struct of this form. False, and the error
 *  `InvalidJson` names the place, if it does not fit. */
bool bindery_read(bindery_t *run, const char *json, const bindery_form_t *form, void *into);

/** The struct of this form as JSON text, for what takes `bindery_json_t`. NULL if it cannot be said. */
const char *bindery_write(bindery_t *run, const bindery_form_t *form, const void *from);

/** The spelling of a case of an enum, by its form; `none` for 0. */
const char *bindery_case(const bindery_form_t *form, int value);

/** Writes a line to the Output stream. Like the others, it does not fail: a line of more than 1 MiB
 *  is left out, and a Warning says so; `run->error` is left alone. Bytes that are not UTF-8 become
 *  U+FFFD. `bindery_stream_write` does fail. */
void bindery_output(bindery_t *run, const char *format, ...) BINDERY_PRINTF(2, 3);
/** Writes a line to the Warning stream. */
void bindery_warning(bindery_t *run, const char *format, ...) BINDERY_PRINTF(2, 3);
/** Writes a line to the Error stream. The job goes on; `bindery_fail` is what ends it. */
void bindery_error(bindery_t *run, const char *format, ...) BINDERY_PRINTF(2, 3);
/** Writes a line to the Verbose stream. */
void bindery_verbose(bindery_t *run, const char *format, ...) BINDERY_PRINTF(2, 3);
/** Writes a line to the Debug stream. */
void bindery_debug(bindery_t *run, const char *format, ...) BINDERY_PRINTF(2, 3);
/** Says how far the job is: `percent` from 0 to 100, negative where nobody knows. */
void bindery_progress(bindery_t *run, int percent, const char *format, ...) BINDERY_PRINTF(3, 4);

static inline bindery_optional_bool_t bindery_some_bool(bool value) {
    bindery_optional_bool_t some = { true, value };
    return some;
}
static inline bindery_optional_u8_t bindery_some_u8(uint8_t value) {
    bindery_optional_u8_t some = { true, value };
    return some;
}
static inline bindery_optional_u32_t bindery_some_u32(uint32_t value) {
    bindery_optional_u32_t some = { true, value };
    return some;
}
static inline bindery_optional_u64_t bindery_some_u64(uint64_t value) {
    bindery_optional_u64_t some = { true, value };
    return some;
}
static inline bindery_optional_u64_t bindery_no_u64(void) {
    bindery_optional_u64_t none = { false, 0 };
    return none;
}
static inline bindery_optional_u8_t bindery_no_u8(void) {
    bindery_optional_u8_t none = { false, 0 };
    return none;
}

/* ---- Operations as data -------------------------------------------------------------------- */

/** An operation, with the forms of what it takes and answers. */
typedef struct bindery_operation {
    const char *name;
    const bindery_form_t *arguments;
    /** What it answers; `form` is NULL if nothing. */
    bindery_field_t reply;
    /** Bytes of that in C. */
    size_t reply_size;
    /** Calls the typed function, with the members of the arguments' struct. */
    bool (*call)(bindery_t *run, const void *arguments, void *reply);
} bindery_operation_t;

/** Every operation; NULL after the last. */
extern const bindery_operation_t *const bindery_operations[];

/** Calls the typed function of an operation with arguments that were read from JSON. Its answer as
 *  JSON text, `null` if there is none; NULL if it fails, with `InvalidArguments` if they do not fit. */
const char *bindery_call_typed(
    bindery_t *run, const bindery_operation_t *operation, const bindery_node_t *arguments);

/* ---- The entry ----------------------------------------------------------------------------- */

/** A runbook whose parameters and result have lost their types. */
typedef bool bindery_runbook_t(bindery_t *run, const void *parameters, void *result);

/** Reads the parameters, runs the runbook, sets the result or the failure. 0 if all went well. */
int bindery_run(
    bindery_runbook_t *runbook, const bindery_form_t *parameters_form, void *parameters,
    const bindery_form_t *result_form, void *result);

/** Parameters or a result that hold nothing. */
typedef struct bindery_nothing { char unused; } bindery_nothing_t;
extern const bindery_form_t bindery_nothing_t_form;

/* What BINDERY_RUNBOOK makes, and `main` calls. */
int bindery_runbook_run(void);

#ifdef __cplusplus
#define BINDERY_C extern "C"
#else
#define BINDERY_C
#endif

/** Makes `bool FUNCTION(bindery_t *, const PARAMETERS *, RESULT *)` what the job runs. Both types
 *  have a form; `bindery_nothing_t` is none. `main` is in bindery.c, unless BINDERY_NO_MAIN is
 *  defined or it is not WebAssembly: a test on your machine calls `bindery_runbook_run()`. */
#define BINDERY_RUNBOOK(FUNCTION, PARAMETERS, RESULT)                                           \
    static bool bindery_runbook_untyped(bindery_t *run, const void *given, void *result) {      \
        return FUNCTION(run, (const PARAMETERS *)given, (RESULT *)result);                      \
    }                                                                                           \
    BINDERY_C int bindery_runbook_run(void) {                                                   \
        static PARAMETERS given;                                                                \
        static RESULT result;                                                                   \
        return bindery_run(                                                                     \
            bindery_runbook_untyped, &PARAMETERS##_form, &given, &RESULT##_form, &result);      \
    }

#ifdef __cplusplus
}
#endif

#endif
