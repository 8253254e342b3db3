// What YuNet's twelve outputs mean. Pure.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "imaging/face_detector.hpp"

namespace cutroom::face_yunet {

inline constexpr std::array<int, 3> kStrides{8, 16, 32};

// The network's four answers for the cells of one stride, row by row.
struct Head {
  int stride = 0;
  int columns = 0;
  int rows = 0;
  std::span<const float> classes;    // 1 a cell.
  std::span<const float> objects;    // 1.
  std::span<const float> boxes;      // 4.
  std::span<const float> landmarks;  // 10: right eye, left eye, nose, right and left corner of the mouth.
};

// Faces in pixels of the network's input whose score is at least `score_least`, added to `faces`.
void add_faces(const Head&, double score_least, std::vector<imaging::DetectedFace>& faces);

// The best of each group that overlaps by more than `overlap_most` (intersection over union), best first.
std::vector<imaging::DetectedFace> without_doubles(std::vector<imaging::DetectedFace>, double overlap_most);

double overlap(const imaging::FaceBox&, const imaging::FaceBox&);

}  // namespace cutroom::face_yunet
