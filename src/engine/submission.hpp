// Use case: take orders, make them durable jobs, say honestly how long they will take.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "engine/announcer.hpp"
#include "engine/estimator.hpp"
#include "engine/orders.hpp"
#include "engine/vendor_rules.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

struct SubmissionLimits {
  std::uint64_t waiting_max = 1'000'000;  // Per queue; beyond: queue_full.
  std::size_t bulk_max = 10'000;          // Orders in one call.
  std::size_t photo_bytes_max = 50U << 20U;
  jobs::RetryPolicy retry{};
  Millis job_timeout{60'000};
  bool durable = false;  // Every call, as if it asked for it.
};

struct Submitted {
  std::vector<jobs::JobId> job_ids;    // In the order of the orders.
  std::int64_t estimated_seconds = 0;  // Until the last of them is done; at least 1.
  std::optional<jobs::BatchId> batch;  // Of a bulk call.
  bool repeated = false;    // The call with this key was made before: this is what it was answered.
  std::string record_json;  // Of the first order: the platform's id of its record, as JSON.
};

struct SubmitOptions {
  bool bulk = false;
  std::optional<jobs::Once> once;  // `note` is filled in here.
  bool durable = false;            // Filled in here, from the orders.
};

class Submission {
 public:
  struct Parts {
    jobs::JobStore& store;
    delivery::AssetStore& assets;
    const delivery::PhotoSource& photos;
    const Estimator& estimator;
    Announcer& announcer;
    const Clock& clock;
    VendorRules* rules = nullptr;  // None: every vendor may do everything.
    // Whether webhooks may go there at all.
    std::function<Result<void>(const std::string& url)> check_webhook = [](const std::string&) {
      return Result<void>();
    };
    // What can't be done of an order's work here, by the names of a request's fields.
    std::function<std::vector<FieldProblem>(const boost::json::object& work)> beyond =
        [](const boost::json::object&) { return std::vector<FieldProblem>(); };
    // The job that follows a vendor's batch; none where there's nobody to tell.
    std::function<std::optional<jobs::NewJob>(const std::string& vendor)> after_batch =
        [](const std::string&) { return std::nullopt; };
  };
  Submission(Parts, SubmissionLimits);

  // All of one queue and one vendor; all of them or none; answered once they are durable. invalid_input names
  // the field of the API
  // ("photoUrl", or "photoUrls[3]" with `bulk`); queue_full; idempotency_conflict; address_refused
  // and quota_exceeded by the vendor's own rules; unavailable after stop(), and where a durable order's jobs
  // were taken and nobody said in time that they are on a disk or a second machine.
  boost::asio::awaitable<Result<Submitted>> submit(std::vector<Order>, SubmitOptions);

  // What the call with this key was answered, where it was made before; nothing where it is new.
  // idempotency_conflict.
  boost::asio::awaitable<Result<std::optional<Submitted>>> repeated(jobs::Once);

  // Refuses from now on.
  void stop() { stopping_ = true; }

 private:
  // A queue's depth, at most kDepthAge old plus what was added since: asking for it with each call would
  // double the store's work, and an estimate needs no more.
  struct Depth {
    jobs::QueueCounts counts;
    std::optional<TimePoint> asked_at;
  };
  // What submit() does once nothing stands against the call as a whole.
  boost::asio::awaitable<Result<Submitted>> hand_over(std::vector<Order>, SubmitOptions, Depth&);
  boost::asio::awaitable<Result<std::vector<jobs::NewJob>>> accept_all(std::vector<Order>, bool bulk);
  // Where `index` is given, fields are named as in a bulk call: photoUrls[index].
  boost::asio::awaitable<Result<Payload>> accept_photo(Order, std::optional<std::size_t> index);
  // Images beside the photo: checked like it; those in data: URIs go into the asset store.
  boost::asio::awaitable<Result<void>> accept_images(boost::json::object& work, const std::string& vendor);
  boost::asio::awaitable<Result<void>> refresh(Depth&, const std::string& queue);

  Parts parts_;
  SubmissionLimits limits_;
  std::map<std::string, Depth> depths_;  // By queue.
  bool stopping_ = false;
};

}  // namespace cutroom::engine
