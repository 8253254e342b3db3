// Reads one JSON object of an order field by field and collects what is wrong with it, each problem under
// the name the caller knows: operations[2].width. What it wasn't asked for is a problem too: a field that is
// silently not applied is found out a thousand pictures later.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "imaging/colour.hpp"

namespace cutroom::engine {

using Problems = std::vector<FieldProblem>;

class FieldReader {
 public:
  // All outlive it. `path`: what the object is called, "operations[2]".
  FieldReader(const boost::json::object& object, std::string path, Problems& problems)
      : object_(object), path_(std::move(path)), problems_(problems) {}

  // Each: nullopt where the field is missing or null, and where it is wrong (a problem then).
  std::optional<int> whole(std::string_view name, int least, int most);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::string_view> text(std::string_view name, std::size_t bytes_max);
  std::optional<imaging::Rgba> colour(std::string_view name);
  // Without transparency.
  std::optional<imaging::Rgb> opaque_colour(std::string_view name);
  // `from`: std::optional<T>(std::string_view); `allowed`: "one of cover, contain".
  template <class From>
  auto choice(std::string_view name, std::string_view allowed, From from)
      -> decltype(from(std::string_view())) {
    const auto* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_string())
      if (auto chosen = from(std::string_view(value->get_string()))) return chosen;
    add(name, "must be " + std::string(allowed));
    return std::nullopt;
  }
  // An object or array, unread.
  const boost::json::value* nested(std::string_view name) { return find(name); }

  bool has(std::string_view name) const;
  void require(std::string_view name);
  void add(std::string_view name, std::string problem);
  std::string name_of(std::string_view field) const;

  // Says what else the object has. Call once, after the last field.
  void refuse_others();

 private:
  // Not null; remembers the name as one that is known.
  const boost::json::value* find(std::string_view name);

  const boost::json::object& object_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

// Whole where it is one: "3", else "0.25".
std::string number_text(double);

}  // namespace cutroom::engine
