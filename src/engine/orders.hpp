// What a caller asks for, and the payload it becomes: the `data` of a job, in the words of the API.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/cut_out.hpp"

namespace cutroom::engine {

// One photo to be cut out.
struct CutOutOrder {
  boost::json::value record_id;   // String or integer, kept as it came; never null.
  boost::json::value project_id;  // The same, or null.
  std::string photo_url;          // http(s) or data: URI; empty where `upload` has the photo.
  std::optional<Bytes> upload;    // The photo itself.
  std::string vendor;             // Whose share it is charged to; never empty.
  imaging::CutOutOptions options{};
  int priority = 0;
};

// A job's payload, as JSON in the store: {recordId, projectId, photoUrl, vendorId, [photoKey], [options]}.
struct CutOutPayload {
  boost::json::value record_id;
  boost::json::value project_id;
  std::string photo_url;
  std::string vendor;
  std::string photo_key;  // In the asset store, for uploads and data: URIs; else empty.
  imaging::CutOutOptions options{};

  std::string record_key() const;  // record_id as text.
  std::string project_key() const;
};

std::string to_json(const CutOutPayload&);
// Only what differs from the default, so that a job's data stays as short as the caller sent it.
boost::json::object options_to_json(const imaging::CutOutOptions&);
Result<CutOutPayload> payload_from_json(const std::string&);

}  // namespace cutroom::engine
