// The main job: fetch the photo, make the cut-out, put it into the asset store, update the record.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "base/clock.hpp"
#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "delivery/record_store.hpp"
#include "engine/cut_out_pipeline.hpp"
#include "engine/job_path.hpp"
#include "engine/orders.hpp"
#include "engine/result_cache.hpp"
#include "engine/step_times.hpp"

namespace cutroom::engine {

class CutOutPath final : public JobPath {
 public:
  struct Parts {
    delivery::PhotoSource& photos;
    delivery::AssetStore& assets;
    delivery::RecordStore& records;
    CutOutPipeline& pipeline;
    boost::asio::thread_pool& compute;
    const Clock& clock;
    std::size_t cached_results_max = 10'000;
  };

  explicit CutOutPath(Parts parts) : parts_(parts), cache_(parts.cached_results_max) {}

  boost::asio::awaitable<Result<std::string>> run(Attempt&) override;
  boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string& reason) override;

 private:
  struct Made {
    delivery::AssetKey asset;
    std::string facts_json;
  };
  boost::asio::awaitable<Result<Bytes>> photo_of(const CutOutPayload&, Attempt&);
  // The finished asset: made before from the same photo with the same options, or made now.
  boost::asio::awaitable<Result<Made>> make(Bytes photo, const CutOutPayload&, Attempt&, StepTimes&);
  boost::asio::awaitable<std::optional<Made>> made_before(const std::string& cache_key);
  boost::asio::awaitable<Result<void>> record(const jobs::Job&, const CutOutPayload&, const std::string& url);

  Parts parts_;
  ResultCache cache_;
};

}  // namespace cutroom::engine
