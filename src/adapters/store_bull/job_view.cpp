#include "adapters/store_bull/job_view.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace cutroom::store_bull {

using redis_client::Reply;

namespace {

template <class Number>
Number number_of(const std::string& text, Number otherwise = {}) {
  Number number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

TimePoint time_of(const std::string& text) { return from_unix_ms(number_of<std::int64_t>(text)); }

constexpr double kPauseMax = 1e14;  // 3,000 years, and its score is still exact.

Millis millis_of(const boost::json::value& value, Millis otherwise) {
  const double ms = value.is_number() ? value.to_number<double>() : -1.0;
  return ms >= 0.0 && ms < 1e15 ? Millis{static_cast<std::int64_t>(std::llround(ms))} : otherwise;
}

// Ours double, which `factor` tells. Of Bull's kinds a job shows the pause that comes next, whatever its
// number.
void read_backoff(jobs::Job& job, const boost::json::object& backoff) {
  const auto* delay = backoff.if_contains("delay");
  const auto* type = backoff.if_contains("type");
  if (delay != nullptr) job.retry.backoff_first = millis_of(*delay, job.retry.backoff_first);
  if (backoff.contains("factor")) return;
  if (delay != nullptr && delay->is_number() && type != nullptr && *type == "exponential") {
    const double pause = std::round((std::exp2(job.attempts_made + 1) - 1.0) * delay->to_number<double>());
    job.retry.backoff_first = Millis{static_cast<std::int64_t>(std::clamp(pause, 0.0, kPauseMax))};
  }
  job.retry.backoff_max = job.retry.backoff_first;
}

// Whatever Bull's producers may have written; what can't be read stays at Bull's default. To be read after
// attempts_made, and after created_at, which they tell where it isn't known.
void read_opts(jobs::Job& job, const std::string& text) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(text, failed);
  if (failed || !value.is_object()) return;
  const auto& opts = value.get_object();
  if (job.created_at == TimePoint{}) {
    const auto* created = opts.if_contains("timestamp");
    if (created != nullptr) job.created_at = TimePoint{millis_of(*created, Millis{0})};
  }
  job.retry = {.attempts_max = 1, .backoff_first = Millis{0}};
  const auto* longest = opts.if_contains("backoffMax");
  if (longest != nullptr) job.retry.backoff_max = millis_of(*longest, job.retry.backoff_max);
  if (const auto* attempts = opts.if_contains("attempts"); attempts != nullptr && attempts->is_number())
    job.retry.attempts_max = static_cast<int>(std::clamp(attempts->to_number<double>(), 1.0, 1e6));
  if (const auto* backoff = opts.if_contains("backoff"); backoff != nullptr && backoff->is_object())
    read_backoff(job, backoff->get_object());
  if (const auto* timeout = opts.if_contains("timeout")) job.timeout = millis_of(*timeout, job.timeout);
}

struct Field {
  std::string_view name;
  void (*read)(jobs::Job&, const std::string& text);
};

constexpr std::array kFields{
    Field{"data", [](jobs::Job& job, const std::string& text) { job.payload_json = text; }},
    Field{"vendor", [](jobs::Job& job, const std::string& text) { job.vendor = text; }},
    // A job of lifo is before them all.
    Field{"rank", [](jobs::Job& job,
                     const std::string& text) { job.priority = std::min(number_of<int>(text), 1'000); }},
    Field{"cost", [](jobs::Job& job, const std::string& text) { job.cost = number_of(text, 1.0); }},
    Field{"project", [](jobs::Job& job, const std::string& text) { job.project = text; }},
    Field{"batch", [](jobs::Job& job, const std::string& text) { job.batch = text; }},
    Field{"timestamp", [](jobs::Job& job, const std::string& text) { job.created_at = time_of(text); }},
    Field{"processedOn", [](jobs::Job& job, const std::string& text) { job.processed_at = time_of(text); }},
    Field{"finishedOn", [](jobs::Job& job, const std::string& text) { job.finished_at = time_of(text); }},
    Field{"attemptsMade",
          [](jobs::Job& job, const std::string& text) { job.attempts_made = number_of<int>(text); }},
    Field{"stalledCounter",
          [](jobs::Job& job, const std::string& text) { job.stalls = number_of<int>(text); }},
    Field{"progress", [](jobs::Job& job, const std::string& text) { job.progress = number_of<int>(text); }},
    Field{"returnvalue", [](jobs::Job& job, const std::string& text) { job.result_json = text; }},
    Field{"failedReason", [](jobs::Job& job, const std::string& text) { job.failed_reason = text; }},
};

void read_field(jobs::Job& job, std::string_view name, const std::string& text) {
  const auto* const field = std::ranges::find(kFields, name, &Field::name);
  if (field != kFields.end()) field->read(job, text);
}

constexpr std::string_view kOpts = "opts";

// As lua/8_steps_claim.lua answers them, the fields as in CLAIMED of lua/5_window_take.lua; of most jobs the
// first four.
constexpr std::size_t kIdAt = 1;
constexpr std::array<std::string_view, 15> kClaimed{
    "vendor", "",         "data",     kOpts,  "batch",        "project",        "timestamp",   "processedOn",
    "cost",   "priority", "progress", "rank", "attemptsMade", "stalledCounter", "failedReason"};

}  // namespace

jobs::Job job_from_claim(std::string queue, const std::vector<Reply>& values) {
  jobs::Job job{.id = values.at(kIdAt).text(),
                .queue = std::move(queue),
                .vendor = "default",
                .state = jobs::JobState::active};
  const std::string* opts = nullptr;
  for (std::size_t i = 0; i < values.size() && i < kClaimed.size(); ++i) {
    if (i == kIdAt || values[i].is_nil()) continue;
    if (kClaimed[i] == kOpts) opts = &values[i].text();
    read_field(job, kClaimed[i], values[i].text());
  }
  if (opts != nullptr) read_opts(job, *opts);
  return job;
}

jobs::Job job_from_view(const Reply& view) {
  const auto& words = view.array();
  const auto state = jobs::job_state_from(words[2].text()).value_or(jobs::JobState::waiting);
  jobs::Job job{.id = words[0].text(), .queue = words[1].text(), .vendor = "default", .state = state};
  const auto& fields = words[4].array();
  const std::string* opts = nullptr;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text() == kOpts) opts = &fields[i + 1].text();
    read_field(job, fields[i].text(), fields[i + 1].text());
  }
  if (opts != nullptr) read_opts(job, *opts);
  using enum jobs::JobState;
  // Bull counts the failed ones alone.
  if (state == completed) ++job.attempts_made;
  if (state != active) job.progress = state == completed ? 100 : 0;
  if (state != completed) job.result_json.clear();
  if (!words[3].text().empty()) job.run_at = time_of(words[3].text());
  return job;
}

jobs::Accepted accepted_from(const std::vector<Reply>& parts) {
  jobs::Accepted accepted{.repeated = parts.at(0).text() == "repeated", .note = parts.at(2).text()};
  if (!parts.at(1).text().empty()) accepted.batch = parts.at(1).text();
  for (const Reply& id : parts.at(3).array()) accepted.ids.push_back(id.text());
  return accepted;
}

std::optional<jobs::AttemptLog> attempt_from_row(const std::string& row) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(row, failed);
  const auto* fields = failed ? nullptr : value.if_object();
  if (fields == nullptr) return std::nullopt;
  const auto* started = fields->if_contains("startedAt");
  const auto* ended = fields->if_contains("endedAt");
  const auto* outcome = fields->if_contains("outcome");
  const auto* error = fields->if_contains("error");
  // The last of the row, kept as it was written. Inside a string the quotes would be escaped.
  constexpr std::string_view kSteps = R"(,"steps":)";
  const auto at = row.find(kSteps);
  if (started == nullptr || ended == nullptr || outcome == nullptr || error == nullptr ||
      at == std::string::npos || !started->is_int64() || !ended->is_int64() || !outcome->is_string() ||
      !error->is_string()) {
    return std::nullopt;
  }
  std::string steps = row.substr(at + kSteps.size(), row.size() - at - kSteps.size() - 1);
  if (steps == R"("")") steps.clear();
  return jobs::AttemptLog{.started_at = from_unix_ms(started->get_int64()),
                          .ended_at = from_unix_ms(ended->get_int64()),
                          .outcome = std::string(outcome->get_string()),
                          .error = std::string(error->get_string()),
                          .steps_json = std::move(steps)};
}

std::optional<jobs::AttemptLog> attempt_that_went_well(const jobs::Job& job, std::string steps_json,
                                                       const std::vector<jobs::AttemptLog>& logged) {
  if (job.state != jobs::JobState::completed || !job.finished_at) return std::nullopt;
  jobs::AttemptLog last{.started_at = job.processed_at.value_or(*job.finished_at),
                        .ended_at = *job.finished_at,
                        .outcome = "completed",
                        .steps_json = std::move(steps_json)};
  const bool is_logged =
      !logged.empty() && logged.back().ended_at == last.ended_at && logged.back().outcome == last.outcome;
  return is_logged ? std::nullopt : std::optional(std::move(last));
}

}  // namespace cutroom::store_bull
