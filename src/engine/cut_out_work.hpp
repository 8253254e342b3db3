// Background removal of one photo, as the queue wants it.
#pragma once

#include "engine/cut_out_pipeline.hpp"
#include "engine/photo_work.hpp"

namespace cutroom::engine {

class CutOutWork final : public PhotoWork {
 public:
  explicit CutOutWork(CutOutPipeline& pipeline) : pipeline_(pipeline) {}

  std::string cache_key(const Payload&) const override;
  boost::asio::awaitable<Result<MadeFiles>> run(Bytes photo, const Payload&, PhotoRun&) override;

 private:
  CutOutPipeline& pipeline_;
};

}  // namespace cutroom::engine
