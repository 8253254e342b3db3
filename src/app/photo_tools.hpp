// What the commands that work on files need of the server's parts: no queue, no store.
#pragma once

#include <memory>

#include "adapters/codec_vips/vips_codec.hpp"
#include "app/pools.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::app {

struct PhotoTools {
  explicit PhotoTools(const Settings&);

  const codec_vips::VipsLibrary vips;
  const codec_vips::VipsCodec codec;
  const imaging::DecodeLimits limits;
  Pools pools;
};

// Loads the background-removal model, which takes a while. Errors: it isn't there, it can't be read.
Result<std::unique_ptr<imaging::Segmenter>> load_segmenter(const Settings&);

// Says on standard error what is wrong.
int complain(const Error&, int exit_code);

}  // namespace cutroom::app
