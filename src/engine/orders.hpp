// What a caller asks for, and the payload it becomes: the `data` of a job, in the words of the API.
//
// The three kinds of work share everything but their own fields (`options`, `mode`, `operations`), which stay
// a JSON object here, already checked; who does the work reads them (engine/photo_work.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

// One photo and what is to be done with it.
struct Order {
  std::string queue{jobs::kBackgroundRemoval};
  boost::json::value record_id;   // String or integer, kept as it came; never null.
  boost::json::value project_id;  // The same, or null.
  std::string photo_url;          // http(s) or data: URI; empty where `upload` has the photo.
  std::optional<Bytes> upload;    // The photo itself.
  std::string vendor;             // Whose share it is charged to; never empty.
  boost::json::object work;       // The kind's own fields, checked; only what differs from the default.
  int priority = 0;
  Millis delay{0};          // Before it may be claimed for the first time.
  std::string webhook_url;  // Told when the job has ended; empty: nobody but the vendor's own webhook.
  bool durable = false;     // To be answered once a second machine or a disk has the job.
};

// A job's payload, as JSON in the store: {recordId, projectId, photoUrl, vendorId, [photoKey], [webhookUrl],
// ...work}.
struct Payload {
  boost::json::value record_id;
  boost::json::value project_id;
  std::string photo_url;
  std::string vendor;
  std::string photo_key;  // In the asset store, for uploads and data: URIs; else empty.
  std::string webhook_url;
  boost::json::object work;

  std::string record_key() const;  // record_id as text.
  std::string project_key() const;
};

// A string or a whole number: of any other number, what is read is not always what was written.
bool is_id(const boost::json::value&);

std::string to_json(const Payload&);
Result<Payload> payload_from_json(const std::string&);

}  // namespace cutroom::engine
