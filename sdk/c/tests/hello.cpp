// A runbook in C++ by the same header: it must compile, and run.

#include "../bindery.h"

struct parameters {
    const char *name;
};
BINDERY_RECORD(parameters, BINDERY_FIELD_OR(parameters, name, "name", bindery_text_t, "\"world\""));

static bool hello(bindery_t *run, const parameters *given, bindery_nothing_t *) {
    bindery_output(run, "hello %s", given->name);
    bindery_job_context_t job;
    if (!bindery_job_context(run, &job)) return false;
    bindery_output(run, "%s", bindery_case(&bindery_trigger_t_form, job.trigger));
    return true;
}

BINDERY_RUNBOOK(hello, parameters, bindery_nothing_t)
