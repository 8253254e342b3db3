// What is done to one photo, by kind of job: from its bytes and the order to finished files. Everything
// around it (fetching, cache, asset store, record) is the same for all kinds: photo_path.hpp.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "engine/orders.hpp"
#include "engine/step_times.hpp"

namespace cutroom::engine {

struct MadeFile {
  std::string name;       // In the result's `files`, e.g. "mask"; the first file's is never shown.
  std::string extension;  // "png", "jpg" ...
  Bytes bytes;
};

struct MadeFiles {
  std::vector<MadeFile> files;  // Never empty; the first is the job's photoUrl.
  // Part of the job's result: width, height, format ... Depends on photo and order alone, as it is kept for
  // the next job with the same photo and order.
  boost::json::object facts;
};

// One run. Lives while it lasts.
struct PhotoRun {
  std::stop_token stop;                     // After a stop request: end soon, with Errc::cancelled.
  StepTimes& times;                         // mark() after each step.
  std::function<void(int percent)> report;  // Progress between kFetchedPercent and kMadePercent.
};

inline constexpr int kFetchedPercent = 10;
inline constexpr int kMadePercent = 90;

class PhotoWork {
 public:
  virtual ~PhotoWork() = default;
  // What decides the result beside the photo's bytes: the order's fields, the model.
  virtual std::string cache_key(const Payload&) const = 0;
  // Runs on the caller's executor; what computes runs on the pools.
  virtual boost::asio::awaitable<Result<MadeFiles>> run(Bytes photo, const Payload&, PhotoRun&) = 0;
};

}  // namespace cutroom::engine
