#include "imaging/face_choice.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace cutroom::imaging {
namespace {

// Beside the largest face, one with this share of its area can't be a bystander.
constexpr double kAsLarge = 0.5;

// Area, down to half of it in a corner of the photo.
double weight_of(const DetectedFace& face, Size photo) {
  const double x = (face.box.x + face.box.width / 2.0) / photo.width - 0.5;
  const double y = (face.box.y + face.box.height / 2.0) / photo.height - 0.5;
  const double from_centre = std::min(1.0, std::hypot(x, y) / std::hypot(0.5, 0.5));
  return face.box.area() * (1.0 - 0.5 * from_centre);
}

}  // namespace

Result<DetectedFace> choose_face(std::span<const DetectedFace> faces, Size photo, bool allow_several) {
  if (faces.empty())
    return Error{
        .code = Errc::face_unusable,
        .message = "No face was found in the photo: it must show one person from the front, upright"};
  const auto largest = std::max_element(
      faces.begin(), faces.end(), [](const auto& a, const auto& b) { return a.box.area() < b.box.area(); });
  const auto large = std::count_if(faces.begin(), faces.end(), [&](const DetectedFace& face) {
    return face.box.area() >= kAsLarge * largest->box.area();
  });
  if (large > 1 && !allow_several)
    return Error{.code = Errc::face_unusable,
                 .message = "There are " + std::to_string(large) +
                            " faces of about the same size in the photo: it must show one person only"};
  return *std::max_element(faces.begin(), faces.end(), [&](const auto& a, const auto& b) {
    return weight_of(a, photo) < weight_of(b, photo);
  });
}

}  // namespace cutroom::imaging
