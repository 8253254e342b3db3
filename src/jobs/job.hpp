// A job: what is known of one piece of work from being accepted to being forgotten. Plain values.
// docs/job-lifecycle.md draws the states; job_moves.hpp says which moves are allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace cutroom::jobs {

// The words of the API, of SQL and of Bull. `paused` is what a waiting job of a paused queue is shown as.
enum class JobState : std::uint8_t { waiting, active, completed, failed, delayed, paused };

std::string_view to_string(JobState);
std::optional<JobState> job_state_from(std::string_view word);

// Decimal digits, unique in a store, never used again. Opaque to clients.
using JobId = std::string;

// Decimal digits; of jobs handed in together. Unique in a store, also among the ids of jobs.
using BatchId = std::string;

// The three queues by name, as in Bull's keys.
inline constexpr std::string_view kBackgroundRemoval = "background-removal";
inline constexpr std::string_view kFaceCrop = "face-crop";
inline constexpr std::string_view kImageProcessing = "image-processing";

// When and how often a job is tried again.
struct RetryPolicy {
  int attempts_max = 3;         // Counting the first.
  Millis backoff_first{2'000};  // Before the second attempt; doubles with each further one.
  Millis backoff_max{3'600'000};
  bool operator==(const RetryPolicy&) const = default;
};

// The pause before attempt number `attempts_made + 1`; nullopt when there is none left.
std::optional<Millis> next_backoff(const RetryPolicy&, int attempts_made);

// What a producer hands in.
struct NewJob {
  std::string queue;
  std::string vendor;        // Never empty: whose share the job is charged to.
  std::string payload_json;  // Opaque here and in every store.
  int priority = 0;          // Higher is served earlier, inside the vendor only. -1000..1000.
  double cost = 1.0;         // In units of the queue's average job; > 0 (jobs/fair_order.hpp).
  RetryPolicy retry{};
  Millis timeout{60'000};  // Per attempt.
  std::string project;  // The platform's word for what belongs together; for finding it again. May be empty.
  Millis delay{0};      // Delayed for so long before it waits.
};

struct Job {
  JobId id;
  std::string queue;
  std::string vendor;
  std::string payload_json;
  int priority = 0;
  double cost = 1.0;
  RetryPolicy retry{};
  Millis timeout{60'000};
  std::string project;
  std::optional<BatchId> batch;

  JobState state = JobState::waiting;
  int attempts_made = 0;  // Attempts that ended (failed or completed), as in Bull. Not the one running.
  int stalls = 0;         // Times a lease ran out: the worker died or hung.
  int progress = 0;       // Percent, of the attempt that runs; 100 once completed, else 0.
  TimePoint created_at{};
  std::optional<TimePoint> run_at;        // With delayed.
  std::optional<TimePoint> processed_at;  // Start of the last attempt.
  std::optional<TimePoint> finished_at;   // With completed and failed.
  std::string result_json;                // With completed; else empty.
  std::string failed_reason;              // Of the last failed attempt; else empty.
  bool operator==(const Job&) const = default;
};

// The right to work on a job until `until`. The token is new with each claim, so whoever holds an old one is
// refused.
struct Lease {
  JobId id;
  std::string token;
  TimePoint until{};
};

struct LeasedJob {
  Job job;
  Lease lease;
};

// Jobs that were handed in together.
struct Batch {
  BatchId id;
  std::string queue;
  std::string vendor;
  TimePoint created_at{};
  std::uint64_t total = 0;
  std::uint64_t active = 0;
  std::uint64_t delayed = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t removed = 0;         // Forgotten before they ended.
  std::optional<TimePoint> done_at;  // When the last of them ended; a retried one opens the batch again.
  std::uint64_t waiting() const { return total - active - delayed - completed - failed - removed; }
  bool operator==(const Batch&) const = default;
};

// How one attempt at a job ended.
struct AttemptLog {
  TimePoint started_at{};
  TimePoint ended_at{};
  std::string outcome;     // completed, failed, retried, released, stalled, cancelled
  std::string error;       // Where it failed.
  std::string steps_json;  // The worker's steps with their times, as JSON array; may be empty.
  bool operator==(const AttemptLog&) const = default;
};

// How many jobs of a queue are in each state.
struct QueueCounts {
  std::uint64_t waiting = 0;
  std::uint64_t active = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t delayed = 0;
  std::uint64_t paused = 0;  // The waiting ones, while the queue is paused (`waiting` is 0 then).
  bool operator==(const QueueCounts&) const = default;
};

}  // namespace cutroom::jobs
