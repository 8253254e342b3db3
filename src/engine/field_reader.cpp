#include "engine/field_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/value.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

// A body can be wrong in a thousand places; the first ones say enough.
constexpr std::size_t kProblemsMax = 20;

// Of the caller's own names, in messages.
constexpr std::size_t kNameBytesMax = 64;

}  // namespace

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

const json::value* FieldReader::find(std::string_view name) {
  known_.push_back(name);
  const json::value* value = object_.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

bool FieldReader::has(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  return value && !value->is_null();
}

std::optional<int> FieldReader::whole(std::string_view name, int least, int most) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_number()) {
    boost::system::error_code inexact;
    const auto number = value->to_number<std::int64_t>(inexact);
    if (!inexact && number >= least && number <= most) return static_cast<int>(number);
  }
  add(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<double> FieldReader::number(std::string_view name, double least, double most) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_number()) {
    const auto number = value->to_number<double>();
    if (number >= least && number <= most) return number;
  }
  add(name, "must be a number from " + number_text(least) + " to " + number_text(most));
  return std::nullopt;
}

std::optional<bool> FieldReader::flag(std::string_view name) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  add(name, "must be true or false");
  return std::nullopt;
}

std::optional<std::string_view> FieldReader::text(std::string_view name, std::size_t bytes_max) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_string() && !value->get_string().empty() && value->get_string().size() <= bytes_max)
    return std::string_view(value->get_string());
  add(name, "must be a text of 1 to " + std::to_string(bytes_max) + " bytes");
  return std::nullopt;
}

std::optional<imaging::Rgba> FieldReader::colour(std::string_view name) {
  return choice(name, imaging::kColourWords, imaging::colour_from);
}

std::optional<imaging::Rgb> FieldReader::opaque_colour(std::string_view name) {
  return choice(name, R"("#rrggbb" or "r,g,b" with 0 to 255 each)",
                [](std::string_view text) -> std::optional<imaging::Rgb> {
                  const auto colour = imaging::colour_from(text);
                  if (!colour || colour->a != 255) return std::nullopt;
                  return imaging::Rgb{colour->r, colour->g, colour->b};
                });
}

void FieldReader::require(std::string_view name) {
  if (!has(name)) add(name, "is required");
}

std::string FieldReader::name_of(std::string_view field) const {
  std::string name = path_;
  if (!name.empty()) name += '.';
  return name.append(field.substr(0, kNameBytesMax));
}

void FieldReader::add(std::string_view name, std::string problem) {
  if (problems_.size() < kProblemsMax) problems_.push_back({name_of(name), std::move(problem)});
}

void FieldReader::refuse_others() {
  std::string names;
  for (const std::string_view name : known_) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  for (const auto& [key, value] : object_) {
    if (std::find(known_.begin(), known_.end(), std::string_view(key)) == known_.end())
      add(std::string_view(key), "is not known; there are " + names);
  }
}

}  // namespace cutroom::engine
