// The query of a request: names with their values, each name known and there once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/field_problems.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "jobs/job.hpp"

namespace cutroom::http {

class Query {
 public:
  // Percent-encoded, without '?'. A name that is not one of `known`, or is there twice, is a problem.
  Query(std::string_view text, std::initializer_list<std::string_view> known);

  // Where it is there and not empty.
  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::int64_t> whole_number(std::string_view name, std::int64_t min, std::int64_t max);
  // "30s", "1500ms" or "30" (seconds), up to `max`.
  std::optional<Millis> duration(std::string_view name, Millis max);
  // Unix milliseconds, or ISO 8601 ("2026-11-24", "2026-11-24T09:30:00Z").
  std::optional<TimePoint> time(std::string_view name);
  // The digits that stores give out as ids.
  std::optional<std::string> id(std::string_view name);
  // A value that reading found wrong.
  void add_problem(std::string_view name, std::string problem) {
    problems_.add(std::string(name), std::move(problem));
  }

  // What was wrong with what was read so far.
  std::optional<Error> error();

 private:
  std::map<std::string, std::string, std::less<>> values_;
  FieldProblems problems_;
};

// Whether it may be an id of a job or batch at all.
bool can_be_id(std::string_view);

// 2026-11-24 with an optional time of day in UTC, to the second.
std::optional<TimePoint> time_from_iso8601(const std::string&);

}  // namespace cutroom::http
