/* May this computer be patched now? Looks, and changes nothing: the job fails, with a code and a
 * sentence, if too many updates are missing or a reboot is pending. */

#include "bindery.h"

typedef struct {
    uint32_t missing_max;
    bool allow_pending_reboot;
    uint32_t attempts;
} parameters;
BINDERY_RECORD(parameters,
    BINDERY_FIELD_OR(parameters, missing_max, "missingMax", bindery_u32_t, "50"),
    BINDERY_FIELD_OR(parameters, allow_pending_reboot, "allowPendingReboot", bindery_bool_t, "false"),
    BINDERY_FIELD_OR(parameters, attempts, "attempts", bindery_u32_t, "3"));

typedef struct {
    uint32_t missing;
    uint32_t security;
    bool reboot_pending;
    bindery_text_list_t reasons;
} summary;
BINDERY_RECORD(summary,
    BINDERY_FIELD(summary, missing, "missing", bindery_u32_t),
    BINDERY_FIELD(summary, security, "security", bindery_u32_t),
    BINDERY_FIELD(summary, reboot_pending, "rebootPending", bindery_bool_t),
    BINDERY_FIELD(summary, reasons, "reasons", bindery_text_list_t));

static const uint64_t MINUTE_MS = 60 * 1000;

/* A repository that is away and a lock that another program holds are worth a second attempt. */
static bool worth_waiting(const bindery_t *run) {
    return bindery_failed_with(run, BINDERY_CODE_REPOSITORY_UNAVAILABLE)
        || bindery_failed_with(run, BINDERY_CODE_PACKAGE_MANAGER_LOCKED);
}

static bool assess(bindery_t *run, uint32_t attempts, bindery_assessment_t *found) {
    for (uint32_t attempt = 1; !bindery_updates_assess(run, found); attempt++) {
        if (attempt >= attempts || !worth_waiting(run)) return false;
        bindery_warning(run, "attempt %u of %u: %s", attempt, attempts, run->error.message);
        if (!bindery_clock_sleep(run, MINUTE_MS)) return false;
    }
    return true;
}

static bool pretask(bindery_t *run, const parameters *given, summary *result) {
    bindery_assessment_t found;
    if (!assess(run, given->attempts, &found)) return false;

    result->missing = (uint32_t)found.missing.count;
    result->reboot_pending = found.reboot.pending;
    result->reasons = found.reboot.reasons;
    for (size_t i = 0; i < found.missing.count; i++) {
        const bindery_update_t *update = &found.missing.items[i];
        bool security = update->classification == BINDERY_CLASSIFICATION_SECURITY;
        result->security += security;
        bindery_verbose(run, "%s: %s", bindery_case(&bindery_classification_t_form, update->classification),
            update->title);
    }
    bindery_output(run, "%u updates are missing, %u of them for security", result->missing, result->security);

    const char *details = bindery_write(run, &summary_form, result);
    if (details == NULL) return false;
    if (found.reboot.pending && !given->allow_pending_reboot) {
        const char *reason = found.reboot.reasons.count > 0 ? found.reboot.reasons.items[0] : "unknown";
        return bindery_fail_with(run, "RebootPending", details,
            "a reboot is pending (%s): reboot first, or set `allowPendingReboot`", reason);
    }
    if (result->missing > given->missing_max)
        return bindery_fail_with(run, "TooManyMissing", details,
            "%u updates are missing, and %u may be: patch by hand, or set a larger `missingMax`",
            result->missing, given->missing_max);
    return true;
}

BINDERY_RUNBOOK(pretask, parameters, summary)
