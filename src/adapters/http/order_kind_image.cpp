#include <array>

#include <boost/json.hpp>

#include "adapters/http/order_kind.hpp"
#include "engine/image_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 1> kFields{"operations"};

json::object read_image(const json::object& body, const json::object& options, FieldProblems& problems) {
  constexpr std::size_t kNameMax = 64;
  for (const auto& [key, value] : options)
    problems.add("options." + std::string(key).substr(0, kNameMax),
                 "is not known; there are priority, delayMs, webhookUrl, durable");
  json::object work;
  if (const auto order = engine::image_order_from(body); !order) {
    for (const FieldProblem& problem : order.error().fields) problems.add(problem.field, problem.problem);
    return work;
  }
  // A copy in memory of its own: the body lives in the parser's.
  work["operations"] = json::value(body.at("operations"), json::storage_ptr());
  return work;
}

}  // namespace

const OrderKind kImageKind{
    .queue = jobs::kImageProcessing, .fields = kFields, .option_names = {}, .read = read_image};

}  // namespace cutroom::http
