// What an office wants an ID photo to look like, as data: one file presets/NAME.toml each
// (docs/face-crop.md).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "imaging/face_geometry.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::imaging {

struct Range {
  double least = 0.0;
  double most = 0.0;
  bool holds(double value) const { return value >= least && value <= most; }
  bool operator==(const Range&) const = default;
};

// Lengths are shares of the picture's height unless said otherwise.
struct FacePreset {
  std::string name;   // The `mode` of a request.
  std::string title;  // For people.

  Size size;               // In pixels.
  double width_mm = 0.0;   // As printed; 0: it is made for screens only.
  double height_mm = 0.0;  // 0 with width_mm.
  Format format = Format::jpeg;
  std::size_t bytes_max = 0;  // Of the file; 0: any.
  Rgb background{255, 255, 255};
  bool may_alter = true;  // False: the office refuses photos whose background was replaced.

  double head_height = 0.0;  // Crown to chin.
  Range head_height_range;
  // Exactly one of the two is given.
  std::optional<double> crown_top;  // From the top to the crown.
  std::optional<double> eye_line;   // From the top to the eyes.
  std::optional<Range> crown_top_range;
  Range eye_line_range{0.3, 0.5};  // ISO/IEC 19794-5.

  double eye_distance_min = 90.0;  // Pixels in the photo; ISO/IEC 19794-5 for a full frontal image.
  bool too_small_fails = false;    // Fewer: an error, not only a warning.
  double padding_max = 0.02;       // How far the fill may reach in where the photo ends.

  // Of the file: as printed where there is a printed size, else 0.
  double dots_per_inch() const;
};

// What is wrong with it, by the keys of its file.
std::vector<FieldProblem> problems_of(const FacePreset&);

// Where the head goes by the preset.
CropTarget target_of(const FacePreset&, const FaceMeasures&);

// All that are known, by name; immutable once the server runs.
class FacePresets {
 public:
  // One of the same name is replaced.
  void put(FacePreset preset);
  const FacePreset* find(std::string_view name) const;
  // "idcard, passport, ..."
  std::string names() const;
  const std::map<std::string, FacePreset, std::less<>>& all() const { return by_name_; }

 private:
  std::map<std::string, FacePreset, std::less<>> by_name_;
};

}  // namespace cutroom::imaging
