#include "adapters/http/order_kind_face_crop.hpp"

#include <array>

#include "engine/face_crop_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 1> kFields{"mode"};

}  // namespace

OrderKind face_crop_kind(const engine::KnownPresets& presets) {
  return {.queue = jobs::kFaceCrop,
          .fields = kFields,
          .option_names = engine::kFaceCropOptionNames,
          .read = [&presets](const json::object& body, const json::object& options, FieldProblems& problems) {
            std::vector<FieldProblem> found;
            const auto wanted = engine::read_face_crop(body.if_contains("mode"), options, presets, found);
            for (FieldProblem& one : found) problems.add(std::move(one.field), std::move(one.problem));
            return found.empty() ? engine::face_crop_order_of(wanted) : json::object();
          }};
}

}  // namespace cutroom::http
