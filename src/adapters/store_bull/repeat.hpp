// Bull's repeatable jobs: whoever takes one of a series schedules the next, or the series ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace cutroom::store_bull {

// Whether the job's options (opts of the hash) are those of a series; quick.
bool is_of_series(std::string_view opts_json);

struct NextOfSeries {
  std::string key;  // Of the series, in <prefix>:<queue>:repeat.
  TimePoint due{};
  std::string id;         // Of the job: the same whoever computes it, so that it is added once.
  std::string opts_json;  // Of the job.
};

// What comes after the job with this name and these options, taken at `now`. Nothing where the series has
// ended or can't be understood.
std::optional<NextOfSeries> next_of_series(std::string_view name, std::string_view opts_json, TimePoint now);

}  // namespace cutroom::store_bull
