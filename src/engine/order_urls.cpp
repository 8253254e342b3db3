#include "engine/order_urls.hpp"

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

constexpr std::string_view kHeldImages = "heldImages";

void add_url(json::object& object, std::string_view name, const std::string& path,
             std::vector<OrderUrl>& urls) {
  auto* value = object.if_contains(name);
  if (value && value->is_string()) urls.push_back({path + "." + std::string(name), &value->get_string()});
}

}  // namespace

std::vector<OrderUrl> further_urls(json::object& work) {
  std::vector<OrderUrl> urls;
  if (auto* operations = work.if_contains("operations"); operations && operations->is_array()) {
    std::size_t position = 0;
    for (json::value& operation : operations->get_array()) {
      const std::string path = "operations[" + std::to_string(position++) + "]";
      if (operation.is_object()) add_url(operation.get_object(), "imageUrl", path, urls);
    }
  }
  if (auto* options = work.if_contains("options"); options && options->is_object())
    add_url(options->get_object(), "backgroundImageUrl", "options", urls);
  return urls;
}

void hold_image(json::object& work, std::string_view url, std::string_view key) {
  json::value& held = work[kHeldImages];
  if (!held.is_object()) held.emplace_object();
  held.get_object()[url] = key;
}

std::optional<std::string> held_image(const json::object& work, std::string_view url) {
  const auto* held = work.if_contains(kHeldImages);
  if (!held || !held->is_object()) return std::nullopt;
  const auto* key = held->get_object().if_contains(url);
  if (!key || !key->is_string()) return std::nullopt;
  return std::string(key->get_string());
}

}  // namespace cutroom::engine
