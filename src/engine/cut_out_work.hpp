// Background removal of one photo, as the queue wants it.
#pragma once

#include "engine/cut_out_pipeline.hpp"
#include "engine/order_images.hpp"
#include "engine/photo_work.hpp"

namespace cutroom::engine {

class CutOutWork final : public PhotoWork {
 public:
  // photos and assets: for background images.
  CutOutWork(CutOutPipeline& pipeline, delivery::PhotoSource& photos, delivery::AssetStore& assets)
      : pipeline_(pipeline), images_(photos, assets) {}

  std::string cache_key(const Payload&) const override;
  boost::asio::awaitable<Result<MadeFiles>> run(Bytes photo, const Payload&, PhotoRun&) override;

 private:
  CutOutPipeline& pipeline_;
  OrderImages images_;
  mutable std::uint64_t never_again_ = 0;
};

}  // namespace cutroom::engine
