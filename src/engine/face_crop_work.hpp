// Face crop of one photo: decode -> detect -> plan -> (mask ->) crop -> encode.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "engine/face_crop_order.hpp"
#include "engine/photo_work.hpp"
#include "imaging/face_detector.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::engine {

class FaceCropWork final : public PhotoWork {
 public:
  struct Parts {
    const imaging::ImageCodec& codec;
    const imaging::FaceDetector& detector;
    const imaging::FacePresets& presets;
    boost::asio::thread_pool& compute;
    boost::asio::thread_pool& model_turn;  // One thread: the background-removal model's queue.
    imaging::DecodeLimits limits{};
  };
  explicit FaceCropWork(Parts parts) : parts_(parts) {}

  // Replaces backgrounds from now on; until then orders that ask for it are told to come back later.
  void use(imaging::Segmenter& segmenter) { segmenter_ = &segmenter; }

  std::string cache_key(const Payload&) const override;
  boost::asio::awaitable<Result<MadeFiles>> run(Bytes photo, const Payload&, PhotoRun&) override;

 private:
  struct Task {
    FaceCropOptions options;
    const imaging::FacePreset& preset;
    imaging::Rgb background;  // Fills what the photo does not show, and replaces what is to be replaced.
  };
  struct Found {
    imaging::Image picture;
    imaging::FaceCropPlan plan;
  };
  Result<Found> find(Bytes photo, const Task&, StepTimes&) const;
  // Puts the person in front of the background; the plan becomes better where the mask shows the crown.
  boost::asio::awaitable<Result<Found>> replace_background(Found, const Task&, PhotoRun&);
  Result<MadeFiles> finish(const Found&, const Task&, StepTimes&) const;

  Parts parts_;
  imaging::Segmenter* segmenter_ = nullptr;
};

}  // namespace cutroom::engine
