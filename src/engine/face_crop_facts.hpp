// What the result of a face crop says, in the words of the API.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "imaging/byte_target.hpp"
#include "imaging/face_plan.hpp"

namespace cutroom::engine {

struct FaceCropFacts {
  std::string mode;
  std::string detector;
  std::string model;  // That replaced the background; empty: none did.
  imaging::Format format = imaging::Format::jpeg;
  imaging::Size size;
  std::size_t bytes = 0;
  int quality = 0;
};

// {mode, width, height, format, bytes, quality, face {box, score, eyes, roll}, validation {verdict,
// checks[]}, warnings[], ...}
boost::json::object to_json(const FaceCropFacts&, const imaging::FaceCropPlan&);

}  // namespace cutroom::engine
