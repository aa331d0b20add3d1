/* Made from sdk/wit by `cargo xtask bless`. Do not edit. */
/* The types and operations of the contract; bindery.h includes it. */

#define BINDERY_CODE_UNAUTHENTICATED "Unauthenticated"
#define BINDERY_CODE_FORBIDDEN "Forbidden"
#define BINDERY_CODE_NOT_FOUND "NotFound"
#define BINDERY_CODE_NO_SUCH_PATH "NoSuchPath"
#define BINDERY_CODE_NAME_TAKEN "NameTaken"
#define BINDERY_CODE_INVALID_NAME "InvalidName"
#define BINDERY_CODE_INVALID_REQUEST "InvalidRequest"
#define BINDERY_CODE_TOO_LARGE "TooLarge"
#define BINDERY_CODE_CONFLICT "Conflict"
#define BINDERY_CODE_RUNBOOK_SEALED "RunbookSealed"
#define BINDERY_CODE_INVALID_PARAMETERS "InvalidParameters"
#define BINDERY_CODE_INVALID_OPTIONS "InvalidOptions"
#define BINDERY_CODE_INVALID_MODULE "InvalidModule"
#define BINDERY_CODE_PROFILE_NOT_ALLOWED "ProfileNotAllowed"
#define BINDERY_CODE_WRONG_PROFILE "WrongProfile"
#define BINDERY_CODE_UNKNOWN_IMPORTS "UnknownImports"
#define BINDERY_CODE_NO_ENTRY_POINT "NoEntryPoint"
#define BINDERY_CODE_INVALID_MANIFEST "InvalidManifest"
#define BINDERY_CODE_UNKNOWN_GRANT "UnknownGrant"
#define BINDERY_CODE_GRANT_NOT_ASKED "GrantNotAsked"
#define BINDERY_CODE_NOT_PUBLISHED "NotPublished"
#define BINDERY_CODE_GRANT_DENIED "GrantDenied"
#define BINDERY_CODE_JOB_STOPPING "JobStopping"
#define BINDERY_CODE_JOB_SUSPENDED "JobSuspended"
#define BINDERY_CODE_UNKNOWN_OPERATION "UnknownOperation"
#define BINDERY_CODE_INVALID_ARGUMENTS "InvalidArguments"
#define BINDERY_CODE_DEADLINE_PASSED "DeadlinePassed"
#define BINDERY_CODE_MAINTENANCE_WINDOW_EXCEEDED "MaintenanceWindowExceeded"
#define BINDERY_CODE_LIMIT_EXCEEDED "LimitExceeded"
#define BINDERY_CODE_TIMED_OUT "TimedOut"
#define BINDERY_CODE_CANCELLED "Cancelled"
#define BINDERY_CODE_RUN_CANCELLED "RunCancelled"
#define BINDERY_CODE_GUEST_FAILED "GuestFailed"
#define BINDERY_CODE_BAD_SIGNATURE "BadSignature"
#define BINDERY_CODE_UNTRUSTED_PUBLISHER "UntrustedPublisher"
#define BINDERY_CODE_NOT_VALID_NOW "NotValidNow"
#define BINDERY_CODE_WRONG_WORKER "WrongWorker"
#define BINDERY_CODE_JOURNAL_MISMATCH "JournalMismatch"
#define BINDERY_CODE_JOURNAL_DAMAGED "JournalDamaged"
#define BINDERY_CODE_OUTCOME_UNKNOWN "OutcomeUnknown"
#define BINDERY_CODE_WORKER_RESTARTED "WorkerRestarted"
#define BINDERY_CODE_NO_WORKER "NoWorker"
#define BINDERY_CODE_REFUSED_BY_COMPUTER "RefusedByComputer"
#define BINDERY_CODE_UNREACHABLE "Unreachable"
#define BINDERY_CODE_CHANGES_NOT_ALLOWED "ChangesNotAllowed"
#define BINDERY_CODE_INVALID_ENROL_TOKEN "InvalidEnrolToken"
#define BINDERY_CODE_IDENTITY_COPIED "IdentityCopied"
#define BINDERY_CODE_CLOCK_SKEW "ClockSkew"
#define BINDERY_CODE_PROTOCOL_MISMATCH "ProtocolMismatch"
#define BINDERY_CODE_PACKAGE_MANAGER_LOCKED "PackageManagerLocked"
#define BINDERY_CODE_PACKAGE_MANAGER_BROKEN "PackageManagerBroken"
#define BINDERY_CODE_DEPENDENCY_BROKEN "DependencyBroken"
#define BINDERY_CODE_DISK_FULL "DiskFull"
#define BINDERY_CODE_REPOSITORY_UNAVAILABLE "RepositoryUnavailable"
#define BINDERY_CODE_PLAN_CHANGED "PlanChanged"
#define BINDERY_CODE_INSTALL_FAILED "InstallFailed"
#define BINDERY_CODE_NOT_YET "NotYet"
#define BINDERY_CODE_INTERNAL "Internal"
#define BINDERY_CODE_STORE_DAMAGED "StoreDamaged"
#define BINDERY_CODE_CONTROL_PLANE_UNREACHABLE "ControlPlaneUnreachable"

typedef enum bindery_action_kind {
    BINDERY_ACTION_KIND_NONE = 0,
    BINDERY_ACTION_KIND_INSTALL,
    BINDERY_ACTION_KIND_UPGRADE,
    BINDERY_ACTION_KIND_DOWNGRADE,
    BINDERY_ACTION_KIND_REMOVE,
} bindery_action_kind_t;
typedef bindery_action_kind_t bindery_action_kind_t_optional;
extern const bindery_form_t bindery_action_kind_t_form;

/** One step that the package manager would take. */
typedef struct bindery_action {
    const char *package;
    bindery_action_kind_t kind;
    const char *from; /* optional */
    const char *to; /* optional */
    /** The update that was asked for and brings this step; none for a dependency. */
    const char *update; /* optional */
} bindery_action_t;
typedef const bindery_action_t *bindery_action_t_optional;
extern const bindery_form_t bindery_action_t_form;
typedef struct bindery_action_list {
    const bindery_action_t *items;
    size_t count;
} bindery_action_list_t;
typedef bindery_action_list_t bindery_action_list_t_optional;
extern const bindery_form_t bindery_action_list_t_form;

/** A time as RFC 3339 text in UTC, `2026-11-22T18:00:00Z`. */
typedef const char *bindery_timestamp_t;

typedef enum bindery_os_type {
    BINDERY_OS_TYPE_NONE = 0,
    BINDERY_OS_TYPE_LINUX,
    BINDERY_OS_TYPE_WINDOWS,
} bindery_os_type_t;
typedef bindery_os_type_t bindery_os_type_t_optional;
extern const bindery_form_t bindery_os_type_t_form;

/** What an update is for, by the archive's own metadata.
 *  Linux knows `unclassified`, `critical`, `security` and `other`; Windows all but `other`. */
typedef enum bindery_classification {
    BINDERY_CLASSIFICATION_NONE = 0,
    BINDERY_CLASSIFICATION_UNCLASSIFIED,
    BINDERY_CLASSIFICATION_CRITICAL,
    BINDERY_CLASSIFICATION_SECURITY,
    BINDERY_CLASSIFICATION_UPDATE_ROLLUP,
    BINDERY_CLASSIFICATION_FEATURE_PACK,
    BINDERY_CLASSIFICATION_SERVICE_PACK,
    BINDERY_CLASSIFICATION_DEFINITION,
    BINDERY_CLASSIFICATION_TOOLS,
    BINDERY_CLASSIFICATION_UPDATES,
    BINDERY_CLASSIFICATION_OTHER,
} bindery_classification_t;
typedef bindery_classification_t bindery_classification_t_optional;
extern const bindery_form_t bindery_classification_t_form;

typedef enum bindery_reboot_behavior {
    BINDERY_REBOOT_BEHAVIOR_NONE = 0,
    BINDERY_REBOOT_BEHAVIOR_NEVER_REBOOTS,
    BINDERY_REBOOT_BEHAVIOR_CAN_REQUEST_REBOOT,
} bindery_reboot_behavior_t;
typedef bindery_reboot_behavior_t bindery_reboot_behavior_t_optional;
extern const bindery_form_t bindery_reboot_behavior_t_form;

/** One update. */
typedef struct bindery_update {
    /** What the package manager calls it: on apt `package:architecture=version`, on Windows the update id. */
    const char *id;
    const char *title;
    /** The KB number (Windows). */
    const char *kb_id; /* optional */
    /** The package (Linux). */
    const char *package; /* optional */
    const char *version;
    const char *installed_version; /* optional */
    /** The product or repository that it comes from. */
    const char *product;
    bindery_classification_t classification;
    const char *severity; /* optional */
    bindery_timestamp_t published; /* optional */
    /** Size in bytes, where known. */
    bindery_optional_u64_t bytes; /* optional */
    bindery_reboot_behavior_t reboot;
    /** Why the package manager keeps it back, if it does. */
    const char *held; /* optional */
} bindery_update_t;
typedef const bindery_update_t *bindery_update_t_optional;
extern const bindery_form_t bindery_update_t_form;
typedef struct bindery_update_list {
    const bindery_update_t *items;
    size_t count;
} bindery_update_list_t;
typedef bindery_update_list_t bindery_update_list_t_optional;
extern const bindery_form_t bindery_update_list_t_form;

/** Whether a reboot is pending, and what asks for it. */
typedef struct bindery_pending {
    bool pending;
    bindery_text_list_t reasons;
} bindery_pending_t;
typedef const bindery_pending_t *bindery_pending_t_optional;
extern const bindery_form_t bindery_pending_t_form;

/** What this computer lacks now. */
typedef struct bindery_assessment {
    bindery_timestamp_t assessed_at;
    bindery_os_type_t os_type;
    /** Which package manager answered: `apt`, `simulated`. */
    const char *provider;
    /** Whether this is a simulated computer. */
    bool simulated;
    /** The root that is looked after: `/` but for scratch roots. */
    const char *root;
    bindery_update_list_t missing;
    /** How many packages or updates are installed. */
    uint32_t installed;
    bindery_pending_t reboot;
} bindery_assessment_t;
typedef const bindery_assessment_t *bindery_assessment_t_optional;
extern const bindery_form_t bindery_assessment_t_form;

typedef struct bindery_certificate {
    /** The certificate in PEM. */
    const char *certificate;
    /** SHA-256 of the certificate, in hex. */
    const char *thumbprint;
    bindery_timestamp_t not_before;
    bindery_timestamp_t not_after;
} bindery_certificate_t;
typedef const bindery_certificate_t *bindery_certificate_t_optional;
extern const bindery_form_t bindery_certificate_t_form;

typedef enum bindery_target_case {
    BINDERY_TARGET_NONE = 0,
    /** In the control plane's sandbox. */
    BINDERY_TARGET_SANDBOX,
    /** On the worker of this computer. */
    BINDERY_TARGET_COMPUTER,
    /** On any live worker of this group. */
    BINDERY_TARGET_GROUP,
} bindery_target_case_t;
/** Where a child runs. */
typedef struct bindery_target {
    bindery_target_case_t is;
    union {
        const char *computer;
        const char *group;
    };
} bindery_target_t;
typedef const bindery_target_t *bindery_target_t_optional;
extern const bindery_form_t bindery_target_t_form;

/** JSON text. */
typedef const char *bindery_json_t;

typedef struct bindery_child {
    bindery_target_t target;
    /** The parameters: a JSON object. */
    bindery_json_t parameters;
} bindery_child_t;
typedef const bindery_child_t *bindery_child_t_optional;
extern const bindery_form_t bindery_child_t_form;
typedef struct bindery_child_list {
    const bindery_child_t *items;
    size_t count;
} bindery_child_list_t;
typedef bindery_child_list_t bindery_child_list_t_optional;
extern const bindery_form_t bindery_child_list_t_form;

typedef enum bindery_job_status {
    BINDERY_JOB_STATUS_NONE = 0,
    BINDERY_JOB_STATUS_NEW,
    BINDERY_JOB_STATUS_ACTIVATING,
    BINDERY_JOB_STATUS_RUNNING,
    BINDERY_JOB_STATUS_COMPLETED,
    BINDERY_JOB_STATUS_FAILED,
    BINDERY_JOB_STATUS_STOPPED,
    BINDERY_JOB_STATUS_BLOCKED,
    BINDERY_JOB_STATUS_SUSPENDED,
    BINDERY_JOB_STATUS_DISCONNECTED,
    BINDERY_JOB_STATUS_SUSPENDING,
    BINDERY_JOB_STATUS_STOPPING,
    BINDERY_JOB_STATUS_RESUMING,
    BINDERY_JOB_STATUS_REMOVING,
} bindery_job_status_t;
typedef bindery_job_status_t bindery_job_status_t_optional;
extern const bindery_form_t bindery_job_status_t_form;

/** What went wrong. */
typedef struct bindery_error {
    /** Stable, for programs: `GrantDenied`, `MaintenanceWindowExceeded`, `PackageManagerLocked` and so on. */
    const char *code;
    /** A sentence that names the thing and the reason. */
    const char *message;
    /** More, where there is more: for a package manager its own words. */
    bindery_json_t details; /* optional */
} bindery_error_t;
typedef const bindery_error_t *bindery_error_t_optional;
extern const bindery_form_t bindery_error_t_form;

typedef struct bindery_child_status {
    const char *job;
    bindery_job_status_t status;
    /** Whether nothing more will happen to it. */
    bool ended;
    /** Its result, if it completed. Of many children, the results that together are over 2 MiB are left out: ask
     *  for the status of those alone. */
    bindery_json_t result; /* optional */
    /** Its error, if it failed. */
    const bindery_error_t *error; /* optional */
} bindery_child_status_t;
typedef const bindery_child_status_t *bindery_child_status_t_optional;
extern const bindery_form_t bindery_child_status_t_form;
typedef struct bindery_child_status_list {
    const bindery_child_status_t *items;
    size_t count;
} bindery_child_status_list_t;
typedef bindery_child_status_list_t bindery_child_status_list_t_optional;
extern const bindery_form_t bindery_child_status_list_t_form;

typedef enum bindery_compliance {
    BINDERY_COMPLIANCE_NONE = 0,
    BINDERY_COMPLIANCE_COMPLIANT,
    BINDERY_COMPLIANCE_NON_COMPLIANT,
    BINDERY_COMPLIANCE_NOT_ASSESSED,
} bindery_compliance_t;
typedef bindery_compliance_t bindery_compliance_t_optional;
extern const bindery_form_t bindery_compliance_t_form;

typedef enum bindery_configure_status {
    BINDERY_CONFIGURE_STATUS_NONE = 0,
    BINDERY_CONFIGURE_STATUS_CONFIGURED,
    BINDERY_CONFIGURE_STATUS_UNREACHABLE,
    BINDERY_CONFIGURE_STATUS_REFUSED,
} bindery_configure_status_t;
typedef bindery_configure_status_t bindery_configure_status_t_optional;
extern const bindery_form_t bindery_configure_status_t_form;

typedef struct bindery_configured {
    const char *computer;
    bindery_configure_status_t status;
    /** Why not, if not. */
    const char *reason; /* optional */
    /** The worker group that it is in now. */
    const char *group; /* optional */
} bindery_configured_t;
typedef const bindery_configured_t *bindery_configured_t_optional;
extern const bindery_form_t bindery_configured_t_form;
typedef struct bindery_configured_list {
    const bindery_configured_t *items;
    size_t count;
} bindery_configured_list_t;
typedef bindery_configured_list_t bindery_configured_list_t_optional;
extern const bindery_form_t bindery_configured_list_t_form;

/** A text that stands for a secret. */
typedef const char *bindery_secret_t;

/** A secret of a connection. */
typedef struct bindery_secret_field {
    const char *name;
    bindery_secret_t secret;
} bindery_secret_field_t;
typedef const bindery_secret_field_t *bindery_secret_field_t_optional;
extern const bindery_form_t bindery_secret_field_t_form;
typedef struct bindery_secret_field_list {
    const bindery_secret_field_t *items;
    size_t count;
} bindery_secret_field_list_t;
typedef bindery_secret_field_list_t bindery_secret_field_list_t_optional;
extern const bindery_form_t bindery_secret_field_list_t_form;

/** How another system is reached. */
typedef struct bindery_connection {
    /** What kind of system it is: a word of your own. */
    const char *connection_type;
    /** A JSON object. */
    bindery_json_t fields;
    bindery_secret_field_list_t secrets;
} bindery_connection_t;
typedef const bindery_connection_t *bindery_connection_t_optional;
extern const bindery_form_t bindery_connection_t_form;

/** For `Authorization: Basic`, give its name to `http.send` instead. */
typedef struct bindery_credential {
    const char *user_name;
    bindery_secret_t password;
} bindery_credential_t;
typedef const bindery_credential_t *bindery_credential_t_optional;
extern const bindery_form_t bindery_credential_t_form;

typedef enum bindery_entry_kind {
    BINDERY_ENTRY_KIND_NONE = 0,
    BINDERY_ENTRY_KIND_FILE,
    BINDERY_ENTRY_KIND_FOLDER,
    BINDERY_ENTRY_KIND_OTHER,
} bindery_entry_kind_t;
typedef bindery_entry_kind_t bindery_entry_kind_t_optional;
extern const bindery_form_t bindery_entry_kind_t_form;

typedef struct bindery_entry {
    const char *name;
    bindery_entry_kind_t kind;
    /** Size in bytes, of a file. */
    bindery_optional_u64_t bytes; /* optional */
    bindery_timestamp_t modified;
} bindery_entry_t;
typedef const bindery_entry_t *bindery_entry_t_optional;
extern const bindery_form_t bindery_entry_t_form;
typedef struct bindery_entry_list {
    const bindery_entry_t *items;
    size_t count;
} bindery_entry_list_t;
typedef bindery_entry_list_t bindery_entry_list_t_optional;
extern const bindery_form_t bindery_entry_list_t_form;

/** Which computers: written out, a stored list, or (both none) all. */
typedef struct bindery_filter {
    bindery_text_list_t ids; /* optional */
    /** The id of a stored list, from `snapshot:<id>`. */
    const char *snapshot; /* optional */
    /** Where the page before this one ended. */
    const char *cursor; /* optional */
    /** Items of a page, at most 500. */
    bindery_optional_u32_t limit; /* optional */
} bindery_filter_t;
typedef const bindery_filter_t *bindery_filter_t_optional;
extern const bindery_form_t bindery_filter_t_form;

/** Milliseconds. */
typedef uint64_t bindery_milliseconds_t;

typedef struct bindery_finished {
    /** The exit code; none if a signal ended it. */
    bindery_optional_u32_t code; /* optional */
    /** The number of the signal that ended it. */
    bindery_optional_u32_t signal; /* optional */
    /** What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced. */
    const char *stdout_;
    const char *stderr_;
    /** Whether more was written than is here. */
    bool truncated;
    bindery_milliseconds_t took;
} bindery_finished_t;
typedef const bindery_finished_t *bindery_finished_t_optional;
extern const bindery_form_t bindery_finished_t_form;

/** A computer, as its last report describes it. */
typedef struct bindery_fleet_computer {
    const char *id;
    const char *name;
    bindery_os_type_t os_type; /* optional */
    const char *os_name; /* optional */
    const char *os_version; /* optional */
    /** Whether its agent is connected. */
    bool connected;
    /** Whether it is a Hybrid Runbook Worker of this account. */
    bool worker;
    bindery_compliance_t compliance;
    bindery_timestamp_t last_report; /* optional */
} bindery_fleet_computer_t;
typedef const bindery_fleet_computer_t *bindery_fleet_computer_t_optional;
extern const bindery_form_t bindery_fleet_computer_t_form;
typedef struct bindery_fleet_computer_list {
    const bindery_fleet_computer_t *items;
    size_t count;
} bindery_fleet_computer_list_t;
typedef bindery_fleet_computer_list_t bindery_fleet_computer_list_t_optional;
extern const bindery_form_t bindery_fleet_computer_list_t_form;

typedef struct bindery_header {
    const char *name;
    const char *value;
} bindery_header_t;
typedef const bindery_header_t *bindery_header_t_optional;
extern const bindery_form_t bindery_header_t_form;
typedef struct bindery_header_list {
    const bindery_header_t *items;
    size_t count;
} bindery_header_list_t;
typedef bindery_header_list_t bindery_header_list_t_optional;
extern const bindery_form_t bindery_header_list_t_form;

/** One entry of the package manager's history, newest first. */
typedef struct bindery_history_entry {
    bindery_timestamp_t started_at;
    bindery_timestamp_t ended_at; /* optional */
    /** A command line, or a deployment. */
    const char *requested_by;
    bindery_action_list_t actions;
    const char *error; /* optional */
} bindery_history_entry_t;
typedef const bindery_history_entry_t *bindery_history_entry_t_optional;
extern const bindery_form_t bindery_history_entry_t_form;
typedef struct bindery_history_entry_list {
    const bindery_history_entry_t *items;
    size_t count;
} bindery_history_entry_list_t;
typedef bindery_history_entry_list_t bindery_history_entry_list_t_optional;
extern const bindery_form_t bindery_history_entry_list_t_form;

typedef enum bindery_install_status {
    BINDERY_INSTALL_STATUS_NONE = 0,
    BINDERY_INSTALL_STATUS_SUCCEEDED,
    BINDERY_INSTALL_STATUS_FAILED,
    BINDERY_INSTALL_STATUS_NOT_ATTEMPTED,
} bindery_install_status_t;
typedef bindery_install_status_t bindery_install_status_t_optional;
extern const bindery_form_t bindery_install_status_t_form;

typedef struct bindery_update_result {
    const char *update;
    bindery_install_status_t status;
    /** The package manager's own words, if it failed. */
    const char *error; /* optional */
} bindery_update_result_t;
typedef const bindery_update_result_t *bindery_update_result_t_optional;
extern const bindery_form_t bindery_update_result_t_form;
typedef struct bindery_update_result_list {
    const bindery_update_result_t *items;
    size_t count;
} bindery_update_result_list_t;
typedef bindery_update_result_list_t bindery_update_result_list_t_optional;
extern const bindery_form_t bindery_update_result_list_t_form;

typedef struct bindery_install_result {
    bindery_timestamp_t started_at;
    bindery_timestamp_t ended_at;
    /** One per update of the plan. */
    bindery_update_result_list_t results;
    bindery_pending_t reboot;
} bindery_install_result_t;
typedef const bindery_install_result_t *bindery_install_result_t_optional;
extern const bindery_form_t bindery_install_result_t_form;

/** Why the job was started. */
typedef enum bindery_trigger {
    BINDERY_TRIGGER_NONE = 0,
    BINDERY_TRIGGER_UNKNOWN,
    BINDERY_TRIGGER_MANUAL,
    BINDERY_TRIGGER_TEST_DRAFT,
    BINDERY_TRIGGER_SCHEDULED,
    BINDERY_TRIGGER_WEBHOOK,
    BINDERY_TRIGGER_INTERNAL,
    BINDERY_TRIGGER_WATCHER,
} bindery_trigger_t;
typedef bindery_trigger_t bindery_trigger_t_optional;
extern const bindery_form_t bindery_trigger_t_form;

/** The facts of this job. */
typedef struct bindery_job_context {
    const char *job_id;
    const char *account;
    const char *runbook;
    /** The digest of the module that runs, `sha256:…`. */
    const char *digest;
    const char *worker_id;
    /** The computer that the job runs on; none in the control plane's sandbox. */
    const char *computer_id; /* optional */
    const char *computer_name; /* optional */
    /** The update run that the job belongs to. */
    const char *run_id; /* optional */
    const char *run_name; /* optional */
    bindery_trigger_t trigger;
    /** Whether what the job changes is only recorded: reading is real, and a change is answered as if it had gone well. */
    bool dry_run;
    /** When the job began, on its own clock. */
    bindery_timestamp_t started_at;
    /** The time by which it must have ended. */
    bindery_timestamp_t deadline; /* optional */
} bindery_job_context_t;
typedef const bindery_job_context_t *bindery_job_context_t_optional;
extern const bindery_form_t bindery_job_context_t_form;

typedef enum bindery_kind {
    BINDERY_KIND_NONE = 0,
    BINDERY_KIND_OUTPUT,
    BINDERY_KIND_WARNING,
    BINDERY_KIND_ERROR,
    BINDERY_KIND_VERBOSE,
    BINDERY_KIND_DEBUG,
} bindery_kind_t;
typedef bindery_kind_t bindery_kind_t_optional;
extern const bindery_form_t bindery_kind_t_form;

/** An update that was asked for and cannot be had, with the package manager's reason. */
typedef struct bindery_left_out {
    const char *update;
    const char *reason;
} bindery_left_out_t;
typedef const bindery_left_out_t *bindery_left_out_t_optional;
extern const bindery_form_t bindery_left_out_t_form;
typedef struct bindery_left_out_list {
    const bindery_left_out_t *items;
    size_t count;
} bindery_left_out_list_t;
typedef bindery_left_out_list_t bindery_left_out_list_t_optional;
extern const bindery_form_t bindery_left_out_list_t_form;

typedef struct bindery_page {
    bindery_fleet_computer_list_t computers;
    /** Ids that were asked for and are not computers of the workspace. */
    bindery_text_list_t unknown;
    /** Where the next page begins; none after the last. */
    const char *cursor; /* optional */
} bindery_page_t;
typedef const bindery_page_t *bindery_page_t_optional;
extern const bindery_form_t bindery_page_t_form;

typedef struct bindery_reboot_result {
    /** How long the computer was away. */
    bindery_milliseconds_t took;
    /** The boot id before and after; they differ. */
    const char *boot_before;
    const char *boot_after;
} bindery_reboot_result_t;
typedef const bindery_reboot_result_t *bindery_reboot_result_t_optional;
extern const bindery_form_t bindery_reboot_result_t_form;

typedef struct bindery_response {
    uint32_t status;
    bindery_header_list_t headers;
    /** At most 1 MiB; bytes that are no UTF-8 are replaced. */
    const char *body;
} bindery_response_t;
typedef const bindery_response_t *bindery_response_t_optional;
extern const bindery_form_t bindery_response_t_form;

typedef struct bindery_started {
    /** The job, if it was started. */
    const char *job; /* optional */
    /** Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on. */
    const bindery_error_t *error; /* optional */
} bindery_started_t;
typedef const bindery_started_t *bindery_started_t_optional;
extern const bindery_form_t bindery_started_t_form;
typedef struct bindery_started_list {
    const bindery_started_t *items;
    size_t count;
} bindery_started_list_t;
typedef bindery_started_list_t bindery_started_list_t_optional;
extern const bindery_form_t bindery_started_list_t_form;

typedef struct bindery_text_file {
    const char *text;
    bindery_timestamp_t modified;
} bindery_text_file_t;
typedef const bindery_text_file_t *bindery_text_file_t_optional;
extern const bindery_form_t bindery_text_file_t_form;

/** What the package manager would really do. */
typedef struct bindery_update_plan {
    /** The digest of `updates` and `actions`; an install refuses a plan that was changed. */
    const char *digest;
    bindery_text_list_t updates;
    bindery_action_list_t actions;
    bindery_left_out_list_t left_out;
    /** What must be fetched, in bytes. */
    uint64_t download_bytes;
    /** Whether a step may ask for a reboot. */
    bool may_reboot;
} bindery_update_plan_t;
typedef const bindery_update_plan_t *bindery_update_plan_t_optional;
extern const bindery_form_t bindery_update_plan_t_form;

/** Either the value, or the text that stands for it. */
typedef struct bindery_variable {
    bindery_json_t value; /* optional */
    bindery_secret_t secret; /* optional */
} bindery_variable_t;
typedef const bindery_variable_t *bindery_variable_t_optional;
extern const bindery_form_t bindery_variable_t_form;

typedef enum bindery_wait_for {
    BINDERY_WAIT_FOR_NONE = 0,
    BINDERY_WAIT_FOR_ANY,
    BINDERY_WAIT_FOR_ALL,
} bindery_wait_for_t;
typedef bindery_wait_for_t bindery_wait_for_t_optional;
extern const bindery_form_t bindery_wait_for_t_form;

/** Operation `job.context`: always granted; changes nothing. */
bool bindery_job_context(bindery_t *run, bindery_job_context_t *reply);

/** The parameters: a JSON object.
 *
 *  Operation `job.parameters`: always granted; changes nothing. */
bool bindery_job_parameters(bindery_t *run, bindery_json_t *reply);

/** What is left until the deadline, or until a job that is asked to stop must have ended; none if there is neither.
 *
 *  Operation `job.remaining`: always granted; changes nothing. */
bool bindery_job_remaining(bindery_t *run, bindery_optional_u64_t *reply);

/** Sets the result of the job. A component may return it from `run` instead, which replaces it.
 *
 *  Operation `job.result`: always granted; twice is the same as once. */
bool bindery_job_result(bindery_t *run, bindery_json_t value);

/** Sets the error with which the job fails, if `run` then ends with another number than 0. A component returns it
 *  from `run` instead.
 *
 *  Operation `job.failure`: always granted; twice is the same as once. */
bool bindery_job_failure(bindery_t *run, const bindery_error_t *error);

/** Starts the runbook again from its beginning, with the same parameters, `state` in `restored`, and a fresh
 *  journal: for a loop that would else meet the limits of one journal. Does not return, unless it is refused. At
 *  most 1 MiB.
 *
 *  Operation `job.checkpoint`: always granted; twice is the same as once. */
bool bindery_job_checkpoint(bindery_t *run, bindery_json_t state);

/** The state of the last `checkpoint`; none before the first.
 *
 *  Operation `job.restored`: always granted; changes nothing. */
bool bindery_job_restored(bindery_t *run, bindery_json_t *reply);

/** Writes one record of text.
 *
 *  Operation `stream.write`: always granted; twice is the same as once. */
bool bindery_stream_write(bindery_t *run, bindery_kind_t kind, const char *text);

/** Writes one structured record to Output.
 *
 *  Operation `stream.value`: always granted; twice is the same as once. */
bool bindery_stream_value(bindery_t *run, bindery_json_t value);

/** Says how far the job is. `percent` goes from 0 to 100; none where nobody knows.
 *
 *  Operation `stream.progress`: always granted; twice is the same as once. */
bool bindery_stream_progress(bindery_t *run, const char *activity, bindery_optional_u8_t percent);

/** Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs nothing: while it is
 *  long, the job is in nobody's memory. `JobStopping` if somebody asks the job to stop: it may clean up, for as
 *  long as `job.remaining` says, and then returns.
 *
 *  Operation `clock.sleep`: always granted; changes nothing. */
bool bindery_clock_sleep(bindery_t *run, bindery_milliseconds_t duration);

/** Asks the package manager what is missing; it reads its repositories anew.
 *
 *  Operation `updates.assess`: needs the grant `updates.read`; changes nothing. */
bool bindery_updates_assess(bindery_t *run, bindery_assessment_t *reply);

/** The newest entries of the package manager's history, at most `limit`.
 *
 *  Operation `updates.history`: needs the grant `updates.read`; changes nothing. */
bool bindery_updates_history(bindery_t *run, uint32_t limit, bindery_history_entry_list_t *reply);

/** What the package manager would do for these updates, with dependencies, removals and downgrades.
 *
 *  Operation `updates.plan`: needs the grant `updates.read`; changes nothing. */
bool bindery_updates_plan(
    bindery_t *run, bindery_text_list_t updates, bindery_update_plan_t *reply);

/** Whether a reboot is pending, and why.
 *
 *  Operation `power.pending`: needs the grant `updates.read`; changes nothing. */
bool bindery_power_pending(bindery_t *run, bindery_pending_t *reply);

/** Fetches what the plan needs, so that the window is spent installing. Doing it twice is the same as once.
 *
 *  Operation `updates.download`: needs the grant `updates.install`; twice is the same as once. */
bool bindery_updates_download(bindery_t *run, const bindery_update_plan_t *plan);

/** Carries out the plan as one transaction of the package manager. Happens once.
 *
 *  `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the package manager
 *  would now do something else. An update that fails is in the result, not an error of the call.
 *
 *  Operation `updates.install`: needs the grant `updates.install`; happens once. */
bool bindery_updates_install(
    bindery_t *run, const bindery_update_plan_t *plan, bindery_milliseconds_t reserve, bindery_install_result_t *reply);

/** Reboots the computer and returns after it is back. Happens once.
 *
 *  `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
 *
 *  Operation `power.reboot`: needs the grant `power.reboot`; happens once. */
bool bindery_power_reboot(
    bindery_t *run, bindery_milliseconds_t reserve, const char *reason, bindery_reboot_result_t *reply);

/** Operation `fleet.computers`: needs the grant `fleet.read`; changes nothing. */
bool bindery_fleet_computers(
    bindery_t *run, const bindery_filter_t *filter, bindery_page_t *reply);

/** Operation `fleet.computer`: needs the grant `fleet.read`; changes nothing. */
bool bindery_fleet_computer(bindery_t *run, const char *id, bindery_fleet_computer_t *reply);

/** Configures at most 500 computers and answers for each. Doing it twice is the same as once.
 *
 *  Operation `fleet.configure`: needs the grant `fleet.configure`; twice is the same as once. */
bool bindery_fleet_configure(
    bindery_t *run, bindery_text_list_t computers, bindery_configured_list_t *reply);

/** Starts at most 500 child jobs of one runbook; an answer per child, in the same order. Happens once.
 *
 *  Operation `jobs.start`: needs the grant `jobs.start:<runbook>`; happens once. */
bool bindery_jobs_start(
    bindery_t *run, const char *runbook, bindery_child_list_t children, bindery_started_list_t *reply);

/** Waits until any or all of these child jobs have ended, or until `timeout`; the states at that time. `JobStopping`
 *  if somebody asks this job to stop: it may clean up, for as long as `job.remaining` says, and then returns.
 *
 *  Operation `jobs.wait`: needs the grant `jobs.start:<runbook>`; changes nothing. */
bool bindery_jobs_wait(
    bindery_t *run, bindery_text_list_t jobs, bindery_wait_for_t mode, bindery_optional_u64_t timeout, bindery_child_status_list_t *reply);

/** The states of these child jobs now.
 *
 *  Operation `jobs.status`: needs the grant `jobs.start:<runbook>`; changes nothing. */
bool bindery_jobs_status(
    bindery_t *run, bindery_text_list_t jobs, bindery_child_status_list_t *reply);

/** Reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is no UTF-8 text.
 *
 *  Operation `files.read`: needs the grant `files.read:<path>`; changes nothing. */
bool bindery_files_read(bindery_t *run, const char *path, bindery_text_file_t *reply);

/** What is in a folder, by name; at most 10,000 entries. The grant's mask is held against the path with `/` at its
 *  end: whoever may read all that is below `/srv` may list it, and so may the mask `/srv/`, which reads nothing there.
 *
 *  Operation `files.list`: needs the grant `files.read:<path>`; changes nothing. */
bool bindery_files_list(bindery_t *run, const char *path, bindery_entry_list_t *reply);

/** Replaces a file by this text, or makes it, as one step: a reader sees the old text or the new one. Its folder must be
 *  there. At most 1 MiB. A file that is replaced keeps its permissions and its owner; one that is made is the agent's alone.
 *
 *  Operation `files.write`: needs the grant `files.write:<path>`; twice is the same as once. */
bool bindery_files_write(bindery_t *run, const char *path, const char *text);

/** Removes a file. One that is not there is no error.
 *
 *  Operation `files.remove`: needs the grant `files.write:<path>`; twice is the same as once. */
bool bindery_files_remove(bindery_t *run, const char *path);

/** Runs a program to its end. Happens once.
 *
 *  `program` is an absolute path, or a name that is looked up in the computer's standard folders; there is no shell. It
 *  runs outside of the agent, so that a restart of the agent does not end it, and each line that it writes is on the
 *  Verbose stream at once. `TimedOut` if it takes longer than `timeout`: it is ended then, with all that it started.
 *
 *  Operation `process.run`: needs the grant `process:<program>`; happens once. */
bool bindery_process_run(
    bindery_t *run, const char *program, bindery_text_list_t args, bindery_milliseconds_t timeout, const char *stdin_, bindery_finished_t *reply);

/** Sends a request and answers with the response, whatever its status. Happens once.
 *
 *  A redirect is a response like any other: whoever follows it needs the grant for its host. A name that a mask with
 *  `*` covers must lead to a public address. `TimedOut`, `Unreachable`; `TooLarge` for a body over 1 MiB.
 *
 *  `credential` is the name of a credential of the account: the host says it as `Authorization: Basic`, and the grant
 *  `assets.read:<name>` is needed, too. See `assets` for secrets in headers, body and URL.
 *
 *  Operation `http.send`: needs the grant `http:<host>`; happens once. */
bool bindery_http_send(
    bindery_t *run, const char *url, const char *method, bindery_header_list_t headers, bindery_milliseconds_t timeout, const char *body, const char *credential, bindery_response_t *reply);

/** The value of a variable. `NotFound` if the account has none of this name; so for the others.
 *
 *  Operation `assets.get-variable`: needs the grant `assets.read:<name>`; changes nothing. */
bool bindery_assets_get_variable(bindery_t *run, const char *name, bindery_variable_t *reply);

/** Operation `assets.get-credential`: needs the grant `assets.read:<name>`; changes nothing. */
bool bindery_assets_get_credential(bindery_t *run, const char *name, bindery_credential_t *reply);

/** Operation `assets.get-certificate`: needs the grant `assets.read:<name>`; changes nothing. */
bool bindery_assets_get_certificate(
    bindery_t *run, const char *name, bindery_certificate_t *reply);

/** Operation `assets.get-connection`: needs the grant `assets.read:<name>`; changes nothing. */
bool bindery_assets_get_connection(bindery_t *run, const char *name, bindery_connection_t *reply);

/** Makes a variable, or gives one another value. One that is secret is refused: what a runbook gives stands in its
 *  journal.
 *
 *  Operation `assets.set-variable`: needs the grant `assets.write:<name>`; twice is the same as once. */
bool bindery_assets_set_variable(bindery_t *run, const char *name, bindery_json_t value);

/** Appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a table of your own).
 *
 *  Operation `records.append`: needs the grant `records.write:<table>`; twice is the same as once. */
bool bindery_records_append(bindery_t *run, const char *table, bindery_text_list_t rows);
