// A job's id as the number that the embedded stores count with. Clients never see it as one.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "jobs/job.hpp"

namespace cutroom::jobs {

inline JobId job_id_of(std::uint64_t number) { return std::to_string(number); }

// nullopt for what job_id_of() never gives: other characters, leading zeros, more digits than SQLite's 63
// bits hold.
inline std::optional<std::uint64_t> job_number_of(const JobId& id) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size() || number <= 0 || id.front() == '0')
    return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

}  // namespace cutroom::jobs
