// PORT. The platform's own row about a photo (data_records), which Cutroom keeps up to date.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cutroom::delivery {

// One change of one record. A field left empty (nullopt) keeps its value. Idempotent: a job that runs twice
// after a crash writes the same row.
struct RecordUpdate {
  std::string record_id;
  std::optional<std::string> project_id;
  std::optional<std::string> vendor_id;
  std::optional<std::string> original_url;
  std::optional<std::string> photo_url;
  std::optional<bool> processed;
  std::optional<std::string> processing_status;  // queued, processing, completed, failed
  std::optional<TimePoint> processed_at;
  std::optional<std::string> error;  // Empty text clears it.
  std::optional<std::string> job_id;
};

struct Record {
  std::string record_id;
  std::string project_id;
  std::string vendor_id;
  std::string original_url;
  std::string photo_url;
  bool processed = false;
  std::string processing_status;
  std::optional<TimePoint> processed_at;
  std::string error;
  std::string job_id;
  bool operator==(const Record&) const = default;
};

class RecordStore {
 public:
  virtual ~RecordStore() = default;

  // Updates the row, or makes it where there is none. Durable when it answers. storage_failed.
  virtual boost::asio::awaitable<Result<void>> update(RecordUpdate) = 0;
  // not_found.
  virtual boost::asio::awaitable<Result<Record>> get(std::string record_id) = 0;
};

}  // namespace cutroom::delivery
