// PORT. Finds faces in a picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

// Continuous coordinates: the pixel in column i covers i..i+1.
struct Point {
  double x = 0.0, y = 0.0;
  bool operator==(const Point&) const = default;
};

struct FaceBox {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
  double area() const { return width * height; }
};

// Sides are the subject's: the right eye is on the picture's left.
struct DetectedFace {
  FaceBox box;         // May reach beyond the picture.
  double score = 0.0;  // Higher is surer; comparable inside one detector only.
  Point right_eye;     // The middle of the eye.
  Point left_eye;
  std::optional<Point> nose;
  std::optional<Point> right_mouth;  // The corners.
  std::optional<Point> left_mouth;
  std::optional<Point> chin;  // Its lowest point.
};

class FaceDetector {
 public:
  virtual ~FaceDetector() = default;

  virtual const std::string& name() const = 0;

  // Every face it is sure of, in no order; none is not an error. `rgb`: 3 bands. Blocking, CPU-bound, from
  // any number of threads at once. model_failed: the detector broke.
  virtual Result<std::vector<DetectedFace>> detect(const Image& rgb) const = 0;
};

}  // namespace cutroom::imaging
