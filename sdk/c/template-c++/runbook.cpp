// {{name}}: which updates this computer lacks. Changes nothing.

#include "bindery.h"

// As runbook.toml describes them. What is left out there counts as the last text says, in JSON.
struct parameters {
    uint64_t bytes_min;
};
BINDERY_RECORD(parameters, BINDERY_FIELD_OR(parameters, bytes_min, "bytesMin", bindery_u64_t, "0"));

struct summary {
    uint32_t missing;
    uint32_t listed;
};
BINDERY_RECORD(summary,
    BINDERY_FIELD(summary, missing, "missing", bindery_u32_t),
    BINDERY_FIELD(summary, listed, "listed", bindery_u32_t));

// An update of unknown size is.
static bool worth_saying(const bindery_update_t &update, const parameters &given) {
    return !update.bytes.has || update.bytes.value >= given.bytes_min;
}

static bool runbook(bindery_t *run, const parameters *given, summary *result) {
    bindery_assessment_t found;
    if (!bindery_updates_assess(run, &found)) return false;
    for (size_t i = 0; i < found.missing.count; i++) {
        const auto &update = found.missing.items[i];
        if (!worth_saying(update, *given)) continue;
        result->listed++;
        bindery_output(run, "%s is missing", update.title);
    }
    if (found.reboot.pending) bindery_warning(run, "a reboot is pending");
    result->missing = static_cast<uint32_t>(found.missing.count);
    return true;
}

BINDERY_RUNBOOK(runbook, parameters, summary)
