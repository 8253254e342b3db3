#include "adapters/face_yunet/yunet_outputs.hpp"

#include <algorithm>
#include <cmath>

namespace cutroom::face_yunet {
namespace {

using imaging::DetectedFace;
using imaging::FaceBox;
using imaging::Point;

// A photo full of faces gives some hundreds; more are noise, and pairs are compared.
constexpr std::size_t kCandidatesMax = 5000;

}  // namespace

void add_faces(const Head& head, double score_least, std::vector<DetectedFace>& faces) {
  const double stride = head.stride;
  for (int row = 0; row < head.rows; ++row) {
    for (int column = 0; column < head.columns; ++column) {
      const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(head.columns) +
                        static_cast<std::size_t>(column);
      const double score =
          std::sqrt(std::clamp(head.classes[cell], 0.0F, 1.0F) * std::clamp(head.objects[cell], 0.0F, 1.0F));
      if (!(score >= score_least)) continue;
      const auto at = [&](std::size_t k) {
        return Point{(column + double{head.landmarks[10 * cell + 2 * k]}) * stride,
                     (row + double{head.landmarks[10 * cell + 2 * k + 1]}) * stride};
      };
      const std::span<const float> box = head.boxes.subspan(4 * cell, 4);
      const double width = std::exp(box[2]) * stride;
      const double height = std::exp(box[3]) * stride;
      faces.push_back({.box = {.x = (column + double{box[0]}) * stride - width / 2.0,
                               .y = (row + double{box[1]}) * stride - height / 2.0,
                               .width = width,
                               .height = height},
                       .score = score,
                       .right_eye = at(0),
                       .left_eye = at(1),
                       .nose = at(2),
                       .right_mouth = at(3),
                       .left_mouth = at(4)});
    }
  }
}

double overlap(const FaceBox& a, const FaceBox& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0.0 || height <= 0.0) return 0.0;
  return width * height / (a.area() + b.area() - width * height);
}

std::vector<DetectedFace> without_doubles(std::vector<DetectedFace> faces, double overlap_most) {
  std::sort(faces.begin(), faces.end(),
            [](const DetectedFace& a, const DetectedFace& b) { return a.score > b.score; });
  if (faces.size() > kCandidatesMax) faces.resize(kCandidatesMax);
  std::vector<DetectedFace> kept;
  for (DetectedFace& face : faces) {
    const bool is_double = std::any_of(kept.begin(), kept.end(), [&](const DetectedFace& better) {
      return overlap(better.box, face.box) > overlap_most;
    });
    if (!is_double) kept.push_back(std::move(face));
  }
  return kept;
}

}  // namespace cutroom::face_yunet
