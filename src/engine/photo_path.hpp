// One attempt at a job that works on a photo: fetch it, have the work done, put the files into the asset
// store, update the record.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "base/clock.hpp"
#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "delivery/record_store.hpp"
#include "engine/job_path.hpp"
#include "engine/orders.hpp"
#include "engine/photo_work.hpp"
#include "engine/result_cache.hpp"
#include "engine/step_times.hpp"

namespace cutroom::engine {

class PhotoPath final : public JobPath {
 public:
  struct Parts {
    delivery::PhotoSource& photos;
    delivery::AssetStore& assets;
    delivery::RecordStore& records;
    PhotoWork& work;
    boost::asio::thread_pool& compute;
    const Clock& clock;
    std::size_t cached_results_max = 10'000;
  };

  explicit PhotoPath(Parts parts) : parts_(parts), cache_(parts.cached_results_max) {}

  boost::asio::awaitable<Result<std::string>> run(Attempt&) override;
  boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string& reason) override;

 private:
  // What is in the asset store: the first file, and the result's fields beyond success and photoUrl.
  struct Stored {
    delivery::AssetKey asset;
    std::string facts_json;
  };
  boost::asio::awaitable<Result<Bytes>> photo_of(const Payload&, Attempt&);
  // Made before from the same photo by the same order, or made now.
  boost::asio::awaitable<Result<Stored>> make(Bytes photo, const Payload&, Attempt&, StepTimes&);
  boost::asio::awaitable<Result<Stored>> store(MadeFiles, Attempt&);
  boost::asio::awaitable<std::optional<Stored>> made_before(const std::string& cache_key);
  boost::asio::awaitable<Result<void>> record(const jobs::Job&, const Payload&, const std::string& url);

  Parts parts_;
  ResultCache cache_;
};

}  // namespace cutroom::engine
