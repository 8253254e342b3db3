// PORT. From a photo's file to one or several finished files by a list of operations. Blocking and CPU-bound:
// call on a pool thread. Safe on bytes from anyone.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/image_operations.hpp"

namespace cutroom::imaging {

struct EditedFile {
  std::string name;  // Empty for the main file; a thumbnail's own.
  Bytes bytes;
  Size size;
  Format format = Format::png;
  int quality = 0;  // That it was written with; 0 where the format has none.
};

struct Edited {
  EditedFile main;
  std::vector<EditedFile> thumbnails;  // In the order of the operations.
  Size source;                         // Upright.
  std::string source_format;
};

// The files of watermark images by Watermark::image_url.
using Overlays = std::map<std::string, Bytes>;

class ImageEditor {
 public:
  virtual ~ImageEditor() = default;

  // Whether files of the format can be written on this machine.
  virtual bool can_write(Format) const = 0;

  // Between two steps `stop` is looked at (cancelled) and `report` told how many of all are done. Errors:
  // those of ImageCodec::decode, for the photo and the overlays; invalid_input where a step can't be done to
  // this picture, and too_large where it would make more than kEditedPixelsMax pixels, both with a message
  // that begins with the step, "operations[1] ..."; too_large where no quality and size brings the file below
  // its byte target.
  virtual Result<Edited> edit(std::span<const std::uint8_t> photo, const Overlays&, const ImageOperations&,
                              const DecodeLimits&, std::stop_token,
                              const std::function<void(int done, int of)>& report) const = 0;
};

}  // namespace cutroom::imaging
