#include "adapters/codec_vips/colour_profile.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <lcms2.h>
#include <utility>
#include <vector>

namespace cutroom::codec_vips {
namespace {

struct Closer {
  using pointer = void*;
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, Closer>;

cmsColorSpaceSignature space_of(ColourModel model) {
  switch (model) {
    case ColourModel::grey:
      return cmsSigGrayData;
    case ColourModel::rgb:
      return cmsSigRgbData;
    case ColourModel::cmyk:
      return cmsSigCmykData;
  }
  return cmsSigRgbData;
}

cmsUInt32Number layout_of(ColourModel model) {
  switch (model) {
    case ColourModel::grey:
      return TYPE_GRAY_8;
    case ColourModel::rgb:
      return TYPE_RGB_8;
    case ColourModel::cmyk:
      return TYPE_CMYK_8;
  }
  return TYPE_RGB_8;
}

// A library context of its own: lcms then shares nothing between threads, and its complaints go nowhere.
struct Context {
  Context() : handle(cmsCreateContext(nullptr, nullptr)) {
    cmsSetLogErrorHandlerTHR(handle, [](cmsContext, cmsUInt32Number, const char*) {});
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { cmsDeleteContext(handle); }
  cmsContext handle;
};

}  // namespace

struct ToSrgb::Transform {
  Transform(std::span<const std::uint8_t> icc, ColourModel model, cmsUInt32Number flags) {
    const Profile source(
        cmsOpenProfileFromMemTHR(context.handle, icc.data(), static_cast<cmsUInt32Number>(icc.size())));
    if (!source || cmsGetColorSpace(source.get()) != space_of(model)) return;
    const Profile srgb(cmsCreate_sRGBProfileTHR(context.handle));
    if (!srgb) return;
    handle = cmsCreateTransformTHR(context.handle, source.get(), layout_of(model), srgb.get(), TYPE_RGB_8,
                                   INTENT_PERCEPTUAL, flags);
  }
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;
  ~Transform() {
    if (handle != nullptr) cmsDeleteTransform(handle);
  }

  Context context;
  cmsHTRANSFORM handle = nullptr;  // nullptr: the profile can't be used.
};

std::optional<ToSrgb> ToSrgb::by_profile(std::span<const std::uint8_t> icc, ColourModel model) {
  auto transform = std::make_unique<Transform>(icc, model, 0);
  if (transform->handle == nullptr) return std::nullopt;
  return ToSrgb(std::move(transform), model);
}

bool means_srgb(std::span<const std::uint8_t> icc, ColourModel model) {
  if (model == ColourModel::cmyk) return false;
  // Levels that an eye tells apart, and for RGB all mixtures of them.
  constexpr std::array<std::uint8_t, 8> kLevels{0, 24, 48, 88, 128, 168, 208, 255};
  std::vector<std::uint8_t> colours;
  if (model == ColourModel::grey) {
    colours.assign(kLevels.begin(), kLevels.end());
  } else {
    for (const auto r : kLevels) {
      for (const auto g : kLevels) {
        for (const auto b : kLevels) colours.insert(colours.end(), {r, g, b});
      }
    }
  }
  // Preparing tables for millions of pixels would take four times as long as all of this.
  const auto to_srgb = ToSrgb::for_few_pixels(icc, model);
  if (!to_srgb) return false;
  const auto bands = static_cast<std::size_t>(bands_of(model));
  const std::size_t pixels = colours.size() / bands;
  std::vector<std::uint8_t> out(3 * pixels);
  to_srgb->apply(colours.data(), out.data(), pixels);
  // Variants of sRGB differ by 1, in rounding; 2 can't be seen either.
  constexpr int kInvisible = 2;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int was = bands == 3 ? colours[i] : colours[i / 3];
    if (std::abs(out[i] - was) > kInvisible) return false;
  }
  return true;
}

std::optional<ToSrgb> ToSrgb::for_few_pixels(std::span<const std::uint8_t> icc, ColourModel model) {
  auto transform = std::make_unique<Transform>(icc, model, cmsFLAGS_NOOPTIMIZE);
  if (transform->handle == nullptr) return std::nullopt;
  return ToSrgb(std::move(transform), model);
}

void ToSrgb::apply(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) const {
  constexpr std::size_t kPixelsMax = 1U << 28U;  // lcms counts in 32 bits.
  const auto bands = static_cast<std::size_t>(bands_of(model_));
  while (pixels > 0) {
    const std::size_t now = std::min(pixels, kPixelsMax);
    cmsDoTransform(transform_->handle, from, to, static_cast<cmsUInt32Number>(now));
    from += now * bands;
    to += now * 3;
    pixels -= now;
  }
}

ToSrgb::ToSrgb(std::unique_ptr<Transform> transform, ColourModel model)
    : transform_(std::move(transform)), model_(model) {}
ToSrgb::ToSrgb(ToSrgb&&) noexcept = default;
ToSrgb& ToSrgb::operator=(ToSrgb&&) noexcept = default;
ToSrgb::~ToSrgb() = default;

}  // namespace cutroom::codec_vips
