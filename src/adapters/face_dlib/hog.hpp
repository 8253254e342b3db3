// dlib behind values of our own: its headers take half a minute to compile, and hog.cpp is the only file that
// does.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "imaging/face_detector.hpp"

namespace cutroom::face_dlib {

struct HogFace {
  imaging::FaceBox box;  // From the eyebrows to the chin.
  double score = 0.0;    // Above 0: a face, by the detector's own measure.
};

enum class Views : std::uint8_t {
  all,    // From the front, half-turned, leaning a little.
  front,  // Upright and from the front only: the score falls where the head leans.
};

// Both are safe from many threads. What dlib throws becomes model_failed.
class Hog {
 public:
  Hog();
  ~Hog();
  // Faces of 80 pixels and more whose score is above `score_least`.
  Result<std::vector<HogFace>> find(const imaging::Image& rgb, Views, double score_least) const;

 private:
  struct Filters;
  std::unique_ptr<const Filters> filters_;
};

class ShapePredictor {
 public:
  static Result<std::unique_ptr<ShapePredictor>> load(const std::filesystem::path&);
  ~ShapePredictor();
  // 5 or 68 points, in dlib's order.
  Result<std::vector<imaging::Point>> points(const imaging::Image& rgb, const imaging::FaceBox&) const;

 private:
  struct Trees;
  explicit ShapePredictor(std::unique_ptr<const Trees>);
  std::unique_ptr<const Trees> trees_;
};

}  // namespace cutroom::face_dlib
