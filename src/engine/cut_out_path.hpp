// The main job, step by step: fetch -> decode -> prepare -> infer -> compose -> encode -> store -> record.
//
// The coroutine lives on the I/O thread; what computes runs on the pools. The model takes one picture at a time
// (its pool has one thread) and uses all cores for it; the steps around it run beside the next picture's turn.
#pragma once

#include <string>

#include <boost/asio/thread_pool.hpp>

#include "base/clock.hpp"
#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "delivery/record_store.hpp"
#include "engine/job_path.hpp"
#include "engine/orders.hpp"
#include "engine/result_cache.hpp"
#include "engine/step_times.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::engine {

struct CutOutParts {
  delivery::PhotoSource& photos;
  delivery::AssetStore& assets;
  delivery::RecordStore& records;
  const imaging::ImageCodec& codec;
  imaging::Segmenter& segmenter;
  boost::asio::thread_pool& compute;
  boost::asio::thread_pool& model_turn;  // One thread: the model's queue.
  const Clock& clock;
  imaging::DecodeLimits limits{};
  std::size_t cached_results_max = 10'000;
};

class CutOutPath final : public JobPath {
 public:
  explicit CutOutPath(CutOutParts parts) : parts_(parts), cache_(parts.cached_results_max) {}

  boost::asio::awaitable<Result<std::string>> run(Attempt&) override;
  boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string& reason) override;

 private:
  struct Made {
    delivery::AssetInfo asset;
    std::string facts_json;  // What of the result depends on photo and options alone.
  };
  boost::asio::awaitable<Result<delivery::Photo>> photo_of(const CutOutPayload&, Attempt&);
  // The finished asset, out of the cache or made anew.
  boost::asio::awaitable<Result<Made>> make(delivery::Photo, const CutOutPayload&, Attempt&, StepTimes&);
  boost::asio::awaitable<std::optional<Made>> made_before(const std::string& cache_key);
  boost::asio::awaitable<Result<void>> record(const jobs::Job&, const CutOutPayload&, const std::string& url);

  CutOutParts parts_;
  ResultCache cache_;
};

}  // namespace cutroom::engine
