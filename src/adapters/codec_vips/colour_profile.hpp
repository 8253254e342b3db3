// From the colours a file means, by its ICC profile, to sRGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace cutroom::codec_vips {

enum class ColourModel : std::uint8_t { grey, rgb, cmyk };

inline int bands_of(ColourModel model) {
  return model == ColourModel::grey ? 1 : model == ColourModel::rgb ? 3 : 4;
}

// Whether the profile is sRGB, or nearly. Decided by what it does to a sample of colours: there are dozens of
// sRGB profiles under as many names. False where it can't be used.
bool means_srgb(std::span<const std::uint8_t> icc, ColourModel);

// Works straight from 8 to 8 bits with lcms, which costs a tenth of libvips' way through Lab.
class ToSrgb {
 public:
  // nullopt: the profile is damaged or of another colour model. Then the colours are best taken as they are.
  static std::optional<ToSrgb> by_profile(std::span<const std::uint8_t> icc, ColourModel);

  // The same, quicker to make and slower to apply.
  static std::optional<ToSrgb> for_few_pixels(std::span<const std::uint8_t> icc, ColourModel);

  // `to` gets three samples a pixel. In place where the model is RGB.
  void apply(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) const;

  ToSrgb(ToSrgb&&) noexcept;
  ToSrgb& operator=(ToSrgb&&) noexcept;
  ~ToSrgb();

 private:
  struct Transform;
  ToSrgb(std::unique_ptr<Transform>, ColourModel);

  std::unique_ptr<Transform> transform_;
  ColourModel model_;
};

}  // namespace cutroom::codec_vips
