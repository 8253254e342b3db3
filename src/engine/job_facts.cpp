#include "engine/job_facts.hpp"

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

double number_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

}  // namespace

vendors::JobFacts job_facts(const jobs::Job& job, const std::string& result_json, TimePoint ended_at) {
  vendors::JobFacts facts{.failed = result_json.empty()};
  if (job.processed_at) facts.computed = ended_at - *job.processed_at;
  boost::system::error_code failed;
  const json::value result = json::parse(result_json.empty() ? "{}" : result_json, failed);
  if (failed || !result.is_object()) return facts;
  const json::object& object = result.get_object();
  facts.megapixels = number_at(object, "width") * number_at(object, "height") / 1e6;
  if (facts.failed) return facts;
  facts.images = 1;  // `files` is there only where there are several.
  if (const json::value* files = object.if_contains("files"); files != nullptr && files->is_array())
    facts.images = static_cast<std::uint32_t>(files->get_array().size());
  return facts;
}

}  // namespace cutroom::engine
