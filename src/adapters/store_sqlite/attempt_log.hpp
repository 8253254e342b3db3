// An ended attempt as a line of the attempts' log: [startedMs, endedMs, "outcome", "error"], a tab (which
// JSON never has), and the steps as they came.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jobs/job.hpp"

namespace cutroom::store_sqlite {

// With the line's end. A long error is cut; it is whole in the job itself.
std::string log_line(const jobs::AttemptLog&);
// Lines that can't be read are left out.
std::vector<jobs::AttemptLog> read_log(std::string_view lines);

}  // namespace cutroom::store_sqlite
