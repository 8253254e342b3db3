#include "adapters/codec_vips/vips_decode.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <vips/vips8>

#include "adapters/codec_vips/bmp.hpp"
#include "adapters/codec_vips/colour_profile.hpp"
#include "adapters/codec_vips/orientation.hpp"
#include "adapters/codec_vips/planes.hpp"
#include "adapters/codec_vips/sniff.hpp"
#include "adapters/codec_vips/vips_picture.hpp"

namespace cutroom::codec_vips {
namespace {

// "52.3 million", "0.04 million": both figures of a message in the same unit.
std::string in_millions(std::size_t count) {
  const std::size_t hundredths = (count + 5'000) / 10'000;
  std::string text = std::to_string(hundredths / 100);
  if (hundredths < 10'000 && hundredths % 100 != 0) {
    const std::string rest = std::to_string(100 + hundredths % 100).substr(1);
    text += "." + (rest[1] == '0' ? rest.substr(0, 1) : rest);
  }
  return text + " million";
}

std::optional<Error> beyond_limit(std::size_t width, std::size_t height,
                                  const imaging::DecodeLimits& limits) {
  if (height == 0 || width <= limits.pixels_max / height) return std::nullopt;
  return Error{.code = Errc::too_large,
               .message = "The picture has " + in_millions(width * height) + " pixels (" +
                          std::to_string(width) + " x " + std::to_string(height) + "); at most " +
                          in_millions(limits.pixels_max) + " are accepted"};
}

// Only the head is read here; pixels come when they are asked for, row by row. The loader is named, not
// guessed, so that no file reaches another one than sniff() meant.
vips::VImage open(std::span<const std::uint8_t> file, FileKind kind) {
  // libvips only reads it, and the picture doesn't outlive the call.
  VipsBlob* blob = vips_blob_new(nullptr, file.data(), file.size());
  vips::VOption* options =
      vips::VImage::option()->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", VIPS_FAIL_ON_TRUNCATED);
  const auto load = [&] {
    switch (kind) {
      case FileKind::jpeg:
        return vips::VImage::jpegload_buffer(blob, options);
      case FileKind::png:
        return vips::VImage::pngload_buffer(blob, options);
      case FileKind::webp:
        return vips::VImage::webpload_buffer(blob, options);
      case FileKind::tiff:
        return vips::VImage::tiffload_buffer(blob, options);
      case FileKind::gif:
        return vips::VImage::gifload_buffer(blob, options);
      case FileKind::avif:
      case FileKind::heic:
        return vips::VImage::heifload_buffer(blob, options);
      case FileKind::bmp:
        break;
    }
    throw vips::VError("no loader");
  };
  struct Unref {
    VipsBlob* blob;
    ~Unref() { vips_area_unref(VIPS_AREA(blob)); }
  } unref{blob};
  return load();
}

struct Layout {
  ColourModel model;
  bool has_alpha;
  int bands() const { return bands_of(model) + (has_alpha ? 1 : 0); }
};

ColourModel model_of(const vips::VImage& image) {
  switch (vips_image_guess_interpretation(image.get_image())) {
    case VIPS_INTERPRETATION_CMYK:
      return ColourModel::cmyk;
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
      return ColourModel::grey;
    default:
      return ColourModel::rgb;
  }
}

// To 8 bits a sample in one of the models that profiles are for, and no more bands than are used: a TIFF can
// have thousands. Nothing is computed yet.
std::pair<vips::VImage, Layout> in_eight_bits(vips::VImage image) {
  const Layout layout{model_of(image), image.has_alpha()};
  if (layout.model == ColourModel::grey) image = image.colourspace(VIPS_INTERPRETATION_B_W);
  if (layout.model == ColourModel::rgb) image = image.colourspace(VIPS_INTERPRETATION_sRGB);
  if (image.format() != VIPS_FORMAT_UCHAR) {
    image = image.cast(VIPS_FORMAT_UCHAR,
                       vips::VImage::option()->set("shift", image.format() == VIPS_FORMAT_USHORT));
  }
  if (image.bands() < layout.bands()) throw vips::VError(std::to_string(image.bands()) + " bands");
  if (image.bands() > layout.bands()) {
    image = image.extract_band(0, vips::VImage::option()->set("n", layout.bands()));
  }
  return {image, layout};
}

using IccBytes = std::span<const std::uint8_t>;

std::optional<ToSrgb> built_in_cmyk() {
  VipsBlob* blob = nullptr;
  if (vips_profile_load("cmyk", &blob, nullptr) != 0 || blob == nullptr) throw vips::VError();
  std::size_t bytes = 0;
  const void* data = vips_blob_get(blob, &bytes);
  auto to_srgb =
      ToSrgb::by_profile(IccBytes(static_cast<const std::uint8_t*>(data), bytes), ColourModel::cmyk);
  vips_area_unref(VIPS_AREA(blob));
  if (!to_srgb) throw vips::VError("the built-in CMYK profile can't be used");
  return to_srgb;
}

// By the file's own profile; for CMYK without one by libvips' built-in one. nullopt: take the colours as they
// are.
std::optional<ToSrgb> conversion(const vips::VImage& image, ColourModel model) {
  std::optional<ToSrgb> to_srgb;
  if (image.get_typeof(VIPS_META_ICC_NAME) != 0) {
    std::size_t bytes = 0;
    const void* data = image.get_blob(VIPS_META_ICC_NAME, &bytes);
    const IccBytes icc(static_cast<const std::uint8_t*>(data), bytes);
    if (means_srgb(icc, model)) return std::nullopt;
    to_srgb = ToSrgb::by_profile(icc, model);
  }
  if (!to_srgb && model == ColourModel::cmyk) return built_in_cmyk();
  return to_srgb;
}

int orientation_of(const vips::VImage& image) {
  return image.get_typeof(VIPS_META_ORIENTATION) != 0 ? image.get_int(VIPS_META_ORIENTATION) : 1;
}

Result<imaging::Decoded> decode_bmp(std::span<const std::uint8_t> file, const imaging::DecodeLimits& limits) {
  const auto head = read_bmp_head(file);
  if (!head) return head.error();
  const auto [width, height] = head->size;
  if (auto error = beyond_limit(static_cast<std::size_t>(width), static_cast<std::size_t>(height), limits)) {
    return std::move(*error);
  }
  auto image = read_bmp(file, *head);
  if (!image) return image.error();
  return imaging::Decoded{
      .rgb = std::move(*image), .alpha = std::nullopt, .format = to_string(FileKind::bmp)};
}

}  // namespace

Result<imaging::Decoded> decode_file(std::span<const std::uint8_t> file,
                                     const imaging::DecodeLimits& limits) {
  if (file.size() > limits.bytes_max) {
    return Error{.code = Errc::too_large,
                 .message = "The file has " + in_millions(file.size()) + " bytes; at most " +
                            in_millions(limits.bytes_max) + " are accepted"};
  }
  const auto kind = sniff(file);
  if (!kind) return kind.error();
  if (*kind == FileKind::bmp) return decode_bmp(file, limits);

  const vips::VImage opened = open(file, *kind);
  if (auto error = beyond_limit(static_cast<std::size_t>(opened.width()),
                                static_cast<std::size_t>(opened.height()), limits)) {
    return std::move(*error);
  }
  const auto [image, layout] = in_eight_bits(opened);
  const auto to_srgb = conversion(opened, layout.model);
  auto [rgb, alpha] = to_planes(computed(image), layout.model, layout.has_alpha, to_srgb);
  const int orientation = orientation_of(opened);
  imaging::Decoded decoded{
      .rgb = upright(std::move(rgb), orientation), .alpha = std::nullopt, .format = to_string(*kind)};
  if (alpha) decoded.alpha = upright(std::move(*alpha), orientation);
  return decoded;
}

Metadata read_metadata(std::span<const std::uint8_t> file) {
  constexpr std::size_t kBlockBytesMax = 65'533;  // One JPEG segment.
  const auto kind = sniff(file);
  if (!kind || *kind == FileKind::bmp) return {};
  const vips::VImage opened = open(file, *kind);
  Metadata metadata;
  for (const char* name : {VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME}) {
    if (opened.get_typeof(name) == 0) continue;
    std::size_t bytes = 0;
    const void* data = opened.get_blob(name, &bytes);
    if (bytes > 0 && bytes <= kBlockBytesMax)
      metadata.push_back({name, Bytes::copy_of({static_cast<const std::uint8_t*>(data), bytes})});
  }
  return metadata;
}

}  // namespace cutroom::codec_vips
