#include "engine/abilities.hpp"

#include <string_view>

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

constexpr std::string_view kNoAvif = "avif can't be written by this server; allowed: png, webp, jpeg";

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

std::vector<FieldProblem> beyond(const Abilities& abilities, const json::object& work) {
  std::vector<FieldProblem> problems;
  const auto need_format = [&](const json::object& object, std::string field) {
    if (!abilities.writes_avif && text_at(object, "format") == "avif")
      problems.push_back({std::move(field), std::string(kNoAvif)});
  };
  if (const json::value* options = work.if_contains("options"); options && options->is_object()) {
    need_format(options->get_object(), "options.format");
    const std::string_view model = text_at(options->get_object(), "model");
    if (!abilities.model.empty() && !model.empty() && model != abilities.model)
      problems.push_back({"options.model", "is not a model of this server; allowed: " + abilities.model});
  }
  if (const json::value* operations = work.if_contains("operations"); operations && operations->is_array()) {
    const json::array& all = operations->get_array();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].is_object())
        need_format(all[i].get_object(), "operations[" + std::to_string(i) + "].format");
  }
  return problems;
}

}  // namespace cutroom::engine
