// PORT. A model that says what of a picture is foreground.
#pragma once

#include <stop_token>
#include <string>

#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

class Segmenter {
 public:
  virtual ~Segmenter() = default;

  virtual const std::string& model() const = 0;

  // The model's input for a picture: the cheap half, which may run on any pool thread while the model is busy
  // with another picture. Blocking, CPU-bound. `rgb`: 3 bands.
  virtual Result<Tensor> prepare(const Image& rgb) const = 0;

  // The expensive half: one run of the model. Blocking; uses the runtime's own threads. One call at a time is
  // fastest (measured with ISNet); the caller sees to that, calls beyond are safe. A stop request ends it
  // soon with Errc::cancelled. model_failed: the runtime refused or the output has no finite numbers.
  virtual Result<Tensor> infer(Tensor input, std::stop_token) = 0;

  // The mask at the picture's size out of the model's output. Blocking, CPU-bound, any thread.
  virtual Result<Mask> finish(const Tensor& output, Size picture) const = 0;
};

}  // namespace cutroom::imaging
