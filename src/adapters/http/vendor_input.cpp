#include "adapters/http/vendor_input.hpp"

#include <array>
#include <optional>

#include <boost/json.hpp>

#include "adapters/http/field_problems.hpp"
#include "adapters/http/option_input.hpp"
#include "adapters/http/order_kind_face_crop.hpp"
#include "jobs/job.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using vendors::Vendor;

// Options are the same with every preset; which there are is known only when an order comes.
const OrderKind& face_crop_without_presets() {
  static const imaging::FacePresets kNone;
  static const json::object kNoneOfItsOwn;
  static const engine::KnownPresets kKnown{.of_all = kNone, .own = kNoneOfItsOwn};
  static const OrderKind kKind = face_crop_kind(kKnown);
  return kKind;
}

// The kinds of order by the names under which stats and default options have them.
struct KindName {
  std::string_view name;
  std::string_view queue;
  const OrderKind* kind;  // nullptr: face_crop_without_presets().
};
constexpr std::array kKindNames{KindName{"backgroundRemoval", jobs::kBackgroundRemoval, &kCutOutKind},
                                KindName{"faceCrop", jobs::kFaceCrop, nullptr},
                                KindName{"imageProcessing", jobs::kImageProcessing, &kImageKind}};

std::string_view name_of(const json::object::value_type& member) {
  const auto key = member.key();
  return {key.data(), key.size()};
}

// A client's own name, short enough for an answer.
std::string shown(std::string_view name) { return std::string(name.substr(0, 64)); }

void read_weight(const json::value& value, Vendor& vendor, FieldProblems& problems) {
  boost::system::error_code failed;
  const double weight = value.is_number() ? value.to_number<double>(failed) : 0.0;
  if (!value.is_number() || failed)
    problems.add("weight", "must be a number");
  else
    vendor.weight = weight;
}

std::optional<std::uint64_t> whole(const json::value& value) {
  boost::system::error_code failed;
  const auto number = value.is_number() ? value.to_number<std::uint64_t>(failed) : 0;
  if (!value.is_number() || failed) return std::nullopt;
  return number;
}

template <class Number>
void read_count(const json::value& value, std::string_view field, Number& into, FieldProblems& problems) {
  if (const auto number = whole(value))
    into = *number;
  else
    problems.add(std::string(field), "must be a whole number, 0 or more");
}

void read_truth(const json::value& value, std::string_view field, bool& into, FieldProblems& problems) {
  if (value.is_bool())
    into = value.get_bool();
  else
    problems.add(std::string(field), "must be true or false");
}

void read_limits(const json::value& value, Vendor& vendor, FieldProblems& problems) {
  if (!value.is_object()) {
    problems.add("limits", "must be an object");
    return;
  }
  for (const auto& member : value.get_object()) {
    const std::string field = "limits." + shown(name_of(member));
    const auto kind = vendors::limit_kind_from(name_of(member));
    if (!kind) {
      problems.add(field, "is not known; there are global, reads, imageProcessing, backgroundRemoval, bulk");
    } else if (member.value().is_null()) {
      vendor.limits[*kind].reset();
    } else {
      const auto* text = member.value().if_string();
      const auto limit = text ? vendors::limit_from({text->data(), text->size()}) : std::nullopt;
      if (limit)
        vendor.limits[*kind] = limit;
      else
        problems.add(field, "must be " + std::string(vendors::kLimitAllowed));
    }
  }
}

void read_hosts(const json::value& value, Vendor& vendor, FieldProblems& problems) {
  if (!value.is_array()) {
    problems.add("sourceHosts", "must be an array of host names");
    return;
  }
  vendor.source_hosts.clear();
  for (const json::value& entry : value.get_array()) {
    if (!entry.is_string()) {
      problems.add("sourceHosts", "must be an array of host names");
      return;
    }
    vendor.source_hosts.emplace_back(entry.get_string());
  }
}

void check_options(const KindName& known, const json::object& options, FieldProblems& problems) {
  FieldProblems found;
  json::object rest = options;
  take_shared_options(rest, found);
  (known.kind ? *known.kind : face_crop_without_presets()).read({}, rest, found);
  if (found.none()) return;
  const Error error = std::move(found).error();
  for (const FieldProblem& problem : error.fields) {
    constexpr std::string_view kOptions = "options.";
    // What a request needs beside its options is no matter here.
    if (!problem.field.starts_with(kOptions)) continue;
    problems.add("defaultOptions." + std::string(known.name) + "." + problem.field.substr(kOptions.size()),
                 problem.problem);
  }
}

void read_default_options(const json::value& value, Vendor& vendor, FieldProblems& problems) {
  constexpr const char* kWanted = "must be an object like {\"backgroundRemoval\": {\"format\": \"webp\"}}";
  if (!value.is_object()) {
    problems.add("defaultOptions", kWanted);
    return;
  }
  for (const auto& member : value.get_object()) {
    const std::string_view name = name_of(member);
    const auto known = std::find_if(kKindNames.begin(), kKindNames.end(),
                                    [&](const KindName& one) { return one.name == name; });
    if (known == kKindNames.end())
      problems.add("defaultOptions." + shown(name),
                   "is not known; there are backgroundRemoval, faceCrop, imageProcessing");
    else if (!member.value().is_object())
      problems.add("defaultOptions." + shown(name), "must be an object");
    else
      check_options(*known, member.value().get_object(), problems);
  }
  vendor.default_options_json = json::serialize(value);
}

void read_field(std::string_view name, const json::value& value, Vendor& vendor, FieldProblems& problems) {
  if (name == "id") return;  // The path's, or read by who creates it.
  if (name == "name") {
    if (value.is_string())
      vendor.name = std::string(value.get_string());
    else
      problems.add("name", "must be a string");
  } else if (name == "weight") {
    read_weight(value, vendor, problems);
  } else if (name == "cap") {
    read_count(value, name, vendor.cap, problems);
  } else if (name == "capIsHard") {
    read_truth(value, name, vendor.cap_is_hard, problems);
  } else if (name == "paused") {
    read_truth(value, name, vendor.paused, problems);
  } else if (name == "limits") {
    read_limits(value, vendor, problems);
  } else if (name == "monthlyQuota") {
    read_count(value, name, vendor.monthly_quota, problems);
  } else if (name == "sourceHosts") {
    read_hosts(value, vendor, problems);
  } else if (name == "defaultOptions") {
    read_default_options(value, vendor, problems);
  } else {
    problems.add(
        shown(name),
        "is not known; there are name, weight, cap, capIsHard, paused, limits, monthlyQuota, sourceHosts, "
        "defaultOptions");
  }
}

// What a null stands for.
void bring_default_back(std::string_view name, Vendor& vendor, FieldProblems& problems) {
  const Vendor fresh;
  if (name == "name")
    vendor.name = fresh.name;
  else if (name == "weight")
    vendor.weight = fresh.weight;
  else if (name == "cap")
    vendor.cap = fresh.cap;
  else if (name == "capIsHard")
    vendor.cap_is_hard = fresh.cap_is_hard;
  else if (name == "paused")
    vendor.paused = fresh.paused;
  else if (name == "limits")
    vendor.limits = fresh.limits;
  else if (name == "monthlyQuota")
    vendor.monthly_quota = fresh.monthly_quota;
  else if (name == "sourceHosts")
    vendor.source_hosts = fresh.source_hosts;
  else if (name == "defaultOptions")
    vendor.default_options_json = fresh.default_options_json;
  else
    read_field(name, nullptr, vendor, problems);
}

}  // namespace

Result<void> read_vendor_fields(const json::object& from, Vendor& vendor) {
  FieldProblems problems;
  for (const auto& member : from) {
    if (member.value().is_null())
      bring_default_back(name_of(member), vendor, problems);
    else
      read_field(name_of(member), member.value(), vendor, problems);
  }
  if (problems.none()) return {};
  return std::move(problems).error();
}

json::object default_options_of(const Vendor& vendor, const OrderKind& kind) {
  json::object none;
  if (vendor.default_options_json == Vendor{}.default_options_json) return none;
  boost::system::error_code failed;
  json::value all = json::parse(vendor.default_options_json, failed);
  if (failed || !all.is_object()) return none;
  for (const KindName& known : kKindNames) {
    if (known.queue != kind.queue) continue;
    json::value* options = all.get_object().if_contains(known.name);
    if (options != nullptr && options->is_object()) return std::move(options->get_object());
  }
  return none;
}

}  // namespace cutroom::http
