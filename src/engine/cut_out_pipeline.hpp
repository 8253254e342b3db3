// From a photo's bytes to a finished file: decode -> prepare -> infer -> mask -> compose -> encode. The one
// pipeline behind the queue and the shell.
//
// The coroutine runs on its caller's executor; what computes runs on the pools. The model takes one picture
// at a time (its pool has one thread) and uses all cores for it; the steps around it run beside the next
// picture's turn.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "engine/step_times.hpp"
#include "imaging/archiver.hpp"
#include "imaging/composition.hpp"
#include "imaging/cut_out.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::engine {

// What is known of a finished cut-out; everything in it depends on photo, options and model alone.
struct CutOutFacts {
  imaging::Size size;
  std::optional<imaging::Rect> foreground_box;  // nullopt: the model saw no foreground.
  imaging::Format format = imaging::Format::png;
  std::size_t bytes = 0;
  std::string model;
  double confidence = 0;  // imaging/confidence.hpp; of the model's own mask.
  imaging::Size source;   // The photo's.
  // Where the subject came to lie, with crop or canvas.
  std::optional<imaging::Rect> placement;
};

struct CutOutInput {
  Bytes photo;
  Bytes background;  // The file of options.background_url; empty: none.
};

struct CutOutFile {
  Bytes file;
  std::string extension;  // "png", "zip" ...
  CutOutFacts facts;
};

class CutOutPipeline {
 public:
  struct Parts {
    const imaging::ImageCodec& codec;
    imaging::Segmenter& segmenter;
    boost::asio::thread_pool& compute;
    boost::asio::thread_pool& model_turn;  // One thread: the model's queue.
    imaging::DecodeLimits limits{};
    const imaging::Archiver* archiver = nullptr;  // For zip; nullptr: not here.
  };
  // Steps after which `report` is called, on the caller's executor.
  enum class Step : std::uint8_t { decoded, segmented, composed };

  explicit CutOutPipeline(Parts parts) : parts_(parts) {}

  // cancelled after a stop request; invalid_input: the options name another model than the one that is
  // loaded, or what can't be had here; else the errors of codec and model.
  boost::asio::awaitable<Result<CutOutFile>> run(CutOutInput, imaging::CutOutOptions, std::stop_token,
                                                 StepTimes&, std::function<void(Step)> report);
  boost::asio::awaitable<Result<CutOutFile>> run(Bytes photo, imaging::CutOutOptions, std::stop_token,
                                                 StepTimes&, std::function<void(Step)> report);
  const std::string& model() const { return parts_.segmenter.model(); }

 private:
  struct Pictures {
    imaging::Decoded photo;
    std::optional<imaging::Image> background;
  };
  Result<Pictures> decode(CutOutInput) const;
  Result<CutOutFile> compose(Pictures, imaging::Tensor output, const imaging::CutOutOptions&,
                             const std::stop_token&, StepTimes&) const;
  Result<void> write(CutOutFile&, imaging::Composition, const imaging::CutOutOptions&) const;

  Parts parts_;
};

}  // namespace cutroom::engine
