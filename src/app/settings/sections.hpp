// The table of settings by what they are about. Inside a section a later row goes before an earlier one of
// the same source (`port` over the port of `listen`).
#pragma once

#include <vector>

#include "app/settings.hpp"

namespace cutroom::app {

std::vector<SettingRow> server_rows();
std::vector<SettingRow> model_rows();  // And those of the face detector.
std::vector<SettingRow> fetch_rows();
std::vector<SettingRow> limit_rows();
std::vector<SettingRow> redis_rows();
std::vector<SettingRow> job_rows();  // Queues, tries, retention.

}  // namespace cutroom::app
