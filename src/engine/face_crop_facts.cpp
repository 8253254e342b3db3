#include "engine/face_crop_facts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

// Digits beyond the second are noise.
double rounded(double value) { return std::round(value * 100.0) / 100.0; }

json::value number_or_null(double value) {
  if (!std::isfinite(value)) return nullptr;
  return rounded(value);
}

json::object to_json(const imaging::Point& point) {
  return {{"x", rounded(point.x)}, {"y", rounded(point.y)}};
}

json::object to_json(const imaging::FaceCheck& check) {
  json::object out{{"name", check.name},
                   {"value", rounded(check.value)},
                   {"least", number_or_null(check.allowed.least)},
                   {"most", number_or_null(check.allowed.most)},
                   {"unit", check.unit},
                   {"verdict", imaging::to_string(check.verdict)}};
  if (!check.problem.empty()) out["problem"] = check.problem;
  return out;
}

}  // namespace

json::object to_json(const FaceCropFacts& facts, const imaging::FaceCropPlan& plan) {
  json::array checks;
  json::array warnings;
  imaging::Verdict worst = imaging::Verdict::ok;
  for (const imaging::FaceCheck& check : plan.report) {
    worst = std::max(worst, check.verdict);
    checks.push_back(to_json(check));
    if (!check.problem.empty()) warnings.emplace_back(check.problem);
  }
  const imaging::DetectedFace& face = plan.face;
  json::object out{{"mode", facts.mode},
                   {"width", facts.size.width},
                   {"height", facts.size.height},
                   {"format", imaging::to_string(facts.format)},
                   {"bytes", facts.bytes},
                   {"detector", facts.detector},
                   {"face",
                    {{"box",
                      {{"x", rounded(face.box.x)},
                       {"y", rounded(face.box.y)},
                       {"width", rounded(face.box.width)},
                       {"height", rounded(face.box.height)}}},
                     {"score", rounded(face.score)},
                     {"eyes", {{"right", to_json(face.right_eye)}, {"left", to_json(face.left_eye)}}},
                     {"roll", rounded(plan.head.roll * 180.0 / std::numbers::pi)}}},
                   {"validation", {{"verdict", imaging::to_string(worst)}, {"checks", std::move(checks)}}},
                   {"warnings", std::move(warnings)}};
  if (facts.format != imaging::Format::png) out["quality"] = facts.quality;
  if (!facts.model.empty()) out["model"] = facts.model;
  return out;
}

}  // namespace cutroom::engine
