// Config-Drift: says which settings of a configuration file are not what they should be. Changes no file.

#include "bindery.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using std::string_view;

struct parameters {
    const char *file;
    // An object of any keys: JSON text.
    const char *settings;
    bool strict;
};
BINDERY_RECORD(parameters,
    BINDERY_FIELD_OR(parameters, file, "file", bindery_text_t, "\"/etc/ssh/sshd_config\""),
    BINDERY_FIELD(parameters, settings, "settings", bindery_raw_t),
    BINDERY_FIELD_OR(parameters, strict, "strict", bindery_bool_t, "false"));

// A row of the table ConfigDrift. `found` is not there if the file does not name the setting.
struct row {
    const char *file;
    const char *setting;
    const char *wanted;
    const char *found;
};
BINDERY_RECORD(row,
    BINDERY_FIELD(row, file, "file", bindery_text_t),
    BINDERY_FIELD(row, setting, "setting", bindery_text_t),
    BINDERY_FIELD(row, wanted, "wanted", bindery_text_t),
    BINDERY_FIELD_OPTIONAL(row, found, "found", bindery_text_t));

struct summary {
    uint32_t checked;
    uint32_t drifted;
};
BINDERY_RECORD(summary,
    BINDERY_FIELD(summary, checked, "checked", bindery_u32_t),
    BINDERY_FIELD(summary, drifted, "drifted", bindery_u32_t));

static bool same_name(string_view one, string_view other) {
    auto lower = [](unsigned char letter) { return std::tolower(letter); };
    auto same = [&](char a, char b) { return lower(a) == lower(b); };
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), same);
}

static string_view trimmed(string_view text) {
    constexpr string_view blank = " \t\r";
    auto first = text.find_first_not_of(blank);
    if (first == string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// The value of a setting, in the first line that begins with its name. Sections, such as sshd's `Match`, end the search.
static std::optional<string_view> value_of(string_view text, string_view setting) {
    while (!text.empty()) {
        auto line = trimmed(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
        auto end = std::min(line.find_first_of(" \t"), line.size());
        auto name = line.substr(0, end);
        if (same_name(name, "Match")) break;
        if (same_name(name, setting)) return trimmed(line.substr(end));
    }
    return std::nullopt;
}

static bool drift(bindery_t *run, const parameters *given, summary *result) {
    auto *settings = bindery_parse(&run->arena, given->settings, string_view(given->settings).size(), nullptr);
    if (settings == nullptr || settings->type != BINDERY_NODE_OBJECT)
        return bindery_fail(run, "InvalidSettings", "`settings` is not an object of settings");

    bindery_text_file_t file;
    if (!bindery_files_read(run, given->file, &file)) return false;

    std::vector<const char *> rows;
    for (auto *wanted = settings->first; wanted != nullptr; wanted = wanted->next) {
        result->checked++;
        auto found = value_of(file.text, wanted->key);
        if (found == wanted->text) continue;
        auto is = found ? std::string(*found) : std::string();
        bindery_warning(run, "%s: %s is %s, and should be %s", given->file, wanted->key,
            found ? is.c_str() : "not set", wanted->text);
        row drifted{given->file, wanted->key, wanted->text, found ? is.c_str() : nullptr};
        auto *json = bindery_write(run, &row_form, &drifted);
        if (json == nullptr) return false;
        rows.push_back(json);
    }
    result->drifted = static_cast<uint32_t>(rows.size());
    if (!rows.empty() && !bindery_records_append(run, "ConfigDrift", {rows.data(), rows.size()})) return false;
    bindery_output(run, "%s: %u of %u settings drifted", given->file, result->drifted, result->checked);
    if (given->strict && result->drifted > 0)
        return bindery_fail(run, "Drifted", "%u settings of `%s` are not what they should be", result->drifted, given->file);
    return true;
}

BINDERY_RUNBOOK(drift, parameters, summary)
