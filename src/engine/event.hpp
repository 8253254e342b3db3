// Something that has happened to a job, and whom it concerns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jobs/job.hpp"

namespace cutroom::engine {

enum class EventType : std::uint8_t {
  queued,
  active,
  progress,
  completed,
  failed,
  delayed,
  removed,
  batch_completed
};
// The words of the API: "batch-completed".
std::string_view to_string(EventType);
std::optional<EventType> event_type_from(std::string_view word);

struct Event {
  std::uint64_t number = 0;  // Given by the hub, or by what relays between hubs, without gaps.
  std::uint32_t mark = 0;    // Of relayed ones: tells two events apart that got the same number because the
                             // first was lost again. 0: none.
  EventType type = EventType::queued;
  jobs::JobId job;  // Empty with batch_completed.
  std::optional<jobs::BatchId> batch;
  std::string vendor;
  std::string queue;
  std::string record_json;  // The platform's id of the record, as JSON; empty where there is none.
  int progress = 0;
  std::string
      text;  // completed: the result's JSON; failed and delayed: the reason; batch_completed: its JSON.
};

// Whose events: those of one job, of one batch, of one vendor, or all.
struct Topic {
  enum class Kind : std::uint8_t { job, batch, vendor, all };
  Kind kind = Kind::all;
  std::string id;
  bool holds(const Event&) const;
};

}  // namespace cutroom::engine
