// imaging::ImageEditor with libvips.
#pragma once

#include "adapters/codec_vips/vips_library.hpp"
#include "imaging/image_editor.hpp"

namespace cutroom::codec_vips {

class VipsEditor final : public imaging::ImageEditor {
 public:
  explicit VipsEditor(const VipsLibrary&) {}

  bool can_write(imaging::Format) const override;
  Result<imaging::Edited> edit(std::span<const std::uint8_t> photo, const imaging::Overlays&,
                               const imaging::ImageOperations&, const imaging::DecodeLimits&, std::stop_token,
                               const std::function<void(int done, int of)>& report) const override;
};

}  // namespace cutroom::codec_vips
