#include "adapters/codec_vips/vips_editor.hpp"

#include <algorithm>
#include <cmath>
#include <list>
#include <utility>

#include "adapters/codec_vips/png_encoder.hpp"
#include "adapters/codec_vips/vips_decode.hpp"
#include "adapters/codec_vips/vips_encode.hpp"
#include "adapters/codec_vips/vips_guard.hpp"
#include "adapters/codec_vips/vips_picture.hpp"
#include "adapters/codec_vips/vips_steps.hpp"
#include "imaging/cut_out.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Format;
using imaging::Image;
using imaging::Size;

constexpr imaging::Rgb kWhite{255, 255, 255};

std::string operation(std::size_t position) { return "operations[" + std::to_string(position) + "]"; }

Error too_many_pixels(std::size_t position, Size size) {
  return {.code = Errc::too_large,
          .message = operation(position) + " would make a picture of " + std::to_string(size.width) + " x " +
                     std::to_string(size.height) + " pixels; at most " +
                     std::to_string(imaging::kEditedPixelsMax / 1'000'000) + " million, and " +
                     std::to_string(imaging::kSideMax) + " a side, are possible"};
}

Image joined(imaging::Decoded decoded) {
  return decoded.alpha ? imaging::with_alpha(decoded.rgb, *decoded.alpha) : std::move(decoded.rgb);
}

bool is_beyond(Size size) {
  return size.pixels() > imaging::kEditedPixelsMax || std::max(size.width, size.height) > imaging::kSideMax;
}

Result<Image> edited(Image picture, const imaging::ImageStep& step, const OverlayPictures& overlays) {
  auto next = apply_step(view_of(picture), step.what, overlays);
  if (!next) {
    Error error = next.error();
    if (!error.message.empty()) error.message.insert(0, operation(step.position));
    return error;
  }
  if (is_beyond(size_of(*next))) return too_many_pixels(step.position, size_of(*next));
  return computed(next->cast(VIPS_FORMAT_UCHAR));
}

Result<Bytes> encoded(const Image& picture, Format format, int quality, const Metadata& metadata) {
  if (format == Format::png && metadata.empty()) return encode_png(picture);
  return encode_with_vips(picture, {.format = format, .quality = quality}, metadata);
}

Format format_of(const imaging::OutputFormat& output, const std::string& source, bool has_alpha) {
  if (output.format) return *output.format;
  const auto same = imaging::format_from(source);
  if (same && can_encode(*same) && (!has_alpha || imaging::has_transparency(*same))) return *same;
  return has_alpha ? Format::png : Format::jpeg;
}

class Writing {
 public:
  Writing(Format format, const imaging::OutputFormat& output, const Metadata& metadata)
      : format_(format), output_(output), metadata_(metadata) {}

  Result<imaging::EditedFile> run(Image picture) const {
    if (picture.bands == 4 && !imaging::has_transparency(format_)) {
      picture = computed(view_of(picture).flatten(vips::VImage::option()->set(
          "background", std::vector<double>{1.0 * kWhite.r, 1.0 * kWhite.g, 1.0 * kWhite.b})));
    }
    return output_.bytes_max && format_ != Format::png ? within(std::move(picture), *output_.bytes_max)
                                                       : plain(picture, output_.quality);
  }

 private:
  Result<imaging::EditedFile> plain(const Image& picture, int quality) const {
    auto bytes = encoded(picture, format_, quality, metadata_);
    if (!bytes) return bytes.error();
    return imaging::EditedFile{.name = {},
                               .bytes = std::move(*bytes),
                               .size = picture.size,
                               .format = format_,
                               .quality = format_ == Format::png ? 0 : quality};
  }

  // The best quality from kQualityMin to the one asked for whose file fits; where none does, a smaller
  // picture.
  Result<imaging::EditedFile> within(Image picture, std::size_t bytes_max) const {
    constexpr int kQualityMin = 40;  // Below it, a smaller picture looks better than a coarser one.
    constexpr int kShrinksMax = 12;
    constexpr int kSideMin = 16;
    const int least = std::min(kQualityMin, output_.quality);
    for (int shrinks = 0; shrinks <= kShrinksMax; ++shrinks) {
      auto file = plain(picture, output_.quality);
      if (!file || file->bytes.size() <= bytes_max) return file;
      file = plain(picture, least);
      if (!file) return file;
      if (file->bytes.size() <= bytes_max) return finest(picture, bytes_max, std::move(*file));
      // Bytes follow the area, a little less than in proportion.
      const double scale =
          std::min(0.95, std::sqrt(static_cast<double>(bytes_max) / static_cast<double>(file->bytes.size())));
      const Size smaller{static_cast<int>(picture.size.width * scale),
                         static_cast<int>(picture.size.height * scale)};
      if (std::min(smaller.width, smaller.height) < kSideMin) break;
      picture = computed(scaled_to(view_of(picture), smaller).cast(VIPS_FORMAT_UCHAR));
    }
    return Error{
        .code = Errc::too_large,
        .message = "The file can't be made smaller than " + std::to_string(bytes_max) + " bytes (maxBytes)"};
  }

  // `fits` is of the least quality, and the best is known not to fit.
  Result<imaging::EditedFile> finest(const Image& picture, std::size_t bytes_max,
                                     imaging::EditedFile fits) const {
    int fitting = fits.quality;
    int beyond = output_.quality;
    while (beyond - fitting > 1) {
      const int between = (fitting + beyond) / 2;
      auto file = plain(picture, between);
      if (!file) return file;
      if (file->bytes.size() <= bytes_max) {
        fits = std::move(*file);
        fitting = between;
      } else {
        beyond = between;
      }
    }
    return fits;
  }

  Format format_;
  const imaging::OutputFormat& output_;
  const Metadata& metadata_;
};

class Edit {
 public:
  Edit(const imaging::ImageOperations& operations, const imaging::DecodeLimits& limits, std::stop_token stop,
       const std::function<void(int, int)>& report)
      : operations_(operations), limits_(limits), stop_(std::move(stop)), report_(report) {}

  Result<void> open(std::span<const std::uint8_t> photo, const imaging::Overlays& overlays) {
    auto decoded = decode_file(photo, limits_);
    if (!decoded) return decoded.error();
    out_.source = decoded->rgb.size;
    out_.source_format = decoded->format;
    if (operations_.output.keep_metadata) metadata_ = read_metadata(photo);
    picture_ = joined(std::move(*decoded));
    if (auto read = read_overlays(overlays); !read) return read.error();
    return step_done();
  }

  Result<imaging::Edited> run() {
    for (const imaging::ImageStep& step : operations_.steps) {
      auto next = edited(std::move(picture_), step, overlays_);
      if (!next) return next.error();
      picture_ = std::move(*next);
      if (auto on = step_done(); !on) return on.error();
    }
    return write();
  }

 private:
  Result<void> read_overlays(const imaging::Overlays& overlays) {
    for (const auto& [url, file] : overlays) {
      auto decoded = decode_file(file.span(), limits_);
      if (!decoded) {
        Error error = decoded.error();
        error.message = "The watermark's image: " + error.text();
        return error;
      }
      const Image& kept = overlay_memory_.emplace_back(joined(std::move(*decoded)));
      overlays_.emplace(url, view_of(kept));
    }
    return {};
  }

  Result<void> step_done() {
    ++done_;
    if (stop_.stop_requested()) return Error{.code = Errc::cancelled};
    report_(done_, static_cast<int>(2 + operations_.steps.size() + operations_.thumbnails.size()));
    return {};
  }

  Result<imaging::Edited> write() {
    const Format format = format_of(operations_.output, out_.source_format, picture_.bands == 4);
    for (const imaging::Thumbnail& thumbnail : operations_.thumbnails) {
      auto file = write_thumbnail(picture_, thumbnail, format);
      if (!file) return file.error();
      out_.thumbnails.push_back(std::move(*file));
      if (auto on = step_done(); !on) return on.error();
    }
    auto main = Writing(format, operations_.output, metadata_).run(std::move(picture_));
    if (!main) return main.error();
    out_.main = std::move(*main);
    if (auto on = step_done(); !on) return on.error();
    return std::move(out_);
  }

  Result<imaging::EditedFile> write_thumbnail(const Image& picture, const imaging::Thumbnail& thumbnail,
                                              Format main_format) const {
    auto small = apply_step(view_of(picture), thumbnail.resize, {});
    if (!small) {
      Error error = small.error();
      error.message.insert(0, "thumbnail " + thumbnail.name);
      return error;
    }
    imaging::OutputFormat output{.format = thumbnail.format.value_or(main_format),
                                 .quality = thumbnail.quality.value_or(operations_.output.quality)};
    const Metadata none;
    auto file = Writing(*output.format, output, none).run(computed(small->cast(VIPS_FORMAT_UCHAR)));
    if (file) file->name = thumbnail.name;
    return file;
  }

  const imaging::ImageOperations& operations_;
  const imaging::DecodeLimits& limits_;
  std::stop_token stop_;
  const std::function<void(int, int)>& report_;
  int done_ = 0;
  Image picture_;
  imaging::Edited out_;
  Metadata metadata_;
  std::list<Image> overlay_memory_;  // What the overlays are views of.
  OverlayPictures overlays_;
};

}  // namespace

bool VipsEditor::can_write(Format format) const { return can_encode(format); }

Result<imaging::Edited> VipsEditor::edit(std::span<const std::uint8_t> photo,
                                         const imaging::Overlays& overlays,
                                         const imaging::ImageOperations& operations,
                                         const imaging::DecodeLimits& limits, std::stop_token stop,
                                         const std::function<void(int done, int of)>& report) const {
  Edit edit(operations, limits, std::move(stop), report);
  if (auto opened = guarded(Errc::corrupt_media, [&] { return edit.open(photo, overlays); }); !opened)
    return opened.error();
  return guarded(Errc::internal, [&] { return edit.run(); });
}

}  // namespace cutroom::codec_vips
