// How well a cropped photo meets its preset's rules, check by check, for people and for platforms that refuse
// by rules of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "imaging/face_geometry.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::imaging {

enum class Verdict : std::uint8_t {
  ok,
  warn,  // Not good, but offices take it.
  fail,  // Outside what the office allows.
};
std::string_view to_string(Verdict);

struct FaceCheck {
  std::string_view name;  // roll, headHeight, eyeLine, crown, padding, eyeDistance, enlargement
  double value = 0.0;
  Range allowed;          // What is `ok`.
  std::string_view unit;  // degrees, mm, px, times
  Verdict verdict = Verdict::ok;
  std::string problem;  // A sentence where it isn't ok, else empty.
};

// How far the finished picture reaches beyond the photo on each side, in its pixels.
struct Padding {
  double left = 0.0, top = 0.0, right = 0.0, bottom = 0.0;
  double largest() const;
};
Padding padding_of(const Affine& to_output, Size photo, Size output);

// Limits of the roll in degrees, either way.
inline constexpr double kRollWarn = 8.0;
inline constexpr double kRollFail = 15.0;

// Head and transform as they are, whoever chose the transform.
std::vector<FaceCheck> check_face_crop(const FacePreset&, const FaceMeasures&, const Affine&, Size photo);

}  // namespace cutroom::imaging
