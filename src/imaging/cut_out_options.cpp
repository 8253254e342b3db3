#include "imaging/cut_out_options.hpp"

namespace cutroom::imaging {

std::optional<Refine> refine_from(std::string_view word) {
  for (const Refine refine : {Refine::none, Refine::guided, Refine::matting})
    if (to_string(refine) == word) return refine;
  return std::nullopt;
}

std::string_view to_string(Refine refine) {
  switch (refine) {
    case Refine::none:
      return "none";
    case Refine::guided:
      return "guided";
    case Refine::matting:
      return "matting";
  }
  return "none";
}

}  // namespace cutroom::imaging
