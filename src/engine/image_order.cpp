#include "engine/image_order.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json.hpp>

#include "engine/field_reader.hpp"
#include "engine/image_step_input.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using imaging::Format;

constexpr std::string_view kFormatWords = "one of png, jpeg, jpg, webp, avif";

constexpr std::size_t kTypeBytesMax = 64;

bool is_thumbnail_name(std::string_view name) {
  return name != "main" && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

// The operations that say what comes out, each at most once.
class Reading {
 public:
  Result<imaging::ImageOperations> run(const json::object& work) {
    const json::value* list = work.if_contains("operations");
    if (!list || list->is_null())
      add("operations", "is required");
    else if (!list->is_array())
      add("operations", "must be an array");
    else if (list->get_array().empty())
      add("operations", "must not be empty");
    else if (list->get_array().size() > imaging::kStepsMax)
      add("operations", "has " + std::to_string(list->get_array().size()) + " entries; at most " +
                            std::to_string(imaging::kStepsMax) + " are allowed");
    else
      for (const json::value& entry : list->get_array()) read_entry(entry);
    if (problems_.empty()) return std::move(out_);
    std::string message = problems_.front().field + " " + problems_.front().problem;
    return Error{.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems_)};
  }

 private:
  void add(std::string field, std::string problem) {
    problems_.push_back({std::move(field), std::move(problem)});
  }

  void read_entry(const json::value& entry) {
    const std::string path = "operations[" + std::to_string(position_) + "]";
    if (!entry.is_object()) {
      add(path, "must be an object with a type");
    } else {
      FieldReader reader(entry.get_object(), path, problems_);
      reader.require("type");
      if (const auto type = reader.text("type", kTypeBytesMax)) {
        read_operation(*type, reader);
      }
    }
    ++position_;
  }

  void read_operation(std::string_view type, FieldReader& reader) {
    if (type == "format") {
      if (is_first(type, reader)) read_format(reader);
    } else if (type == "metadata") {
      if (is_first(type, reader)) read_metadata(reader);
    } else if (type == "thumbnails") {
      if (is_first(type, reader)) read_thumbnails(reader);
    } else if (auto step = read_image_step(type, reader)) {
      out_.steps.push_back({.what = std::move(*step), .position = position_});
    } else {
      reader.add("type",
                 "must be one of " + std::string(image_step_names()) + ", format, metadata, thumbnails");
      return;
    }
    reader.refuse_others();
  }

  bool is_first(std::string_view type, FieldReader& reader) {
    const auto [before, is_new] = once_.emplace(type, position_);
    if (is_new) return true;
    reader.add("type", std::string(type) + " may be there once, and operations[" +
                           std::to_string(before->second) + "] is one already");
    // Its other fields are of no interest any more.
    for (const char* field : {"format", "quality", "maxBytes", "keep", "sizes"}) reader.nested(field);
    return false;
  }

  void read_format(FieldReader& reader) {
    auto& output = out_.output;
    output.format = reader.choice("format", kFormatWords, imaging::format_from);
    const auto quality = reader.whole("quality", 1, 100);
    const auto bytes_max = reader.whole("maxBytes", static_cast<int>(imaging::kTargetBytesMin), 100'000'000);
    if (quality) output.quality = *quality;
    if (bytes_max) output.bytes_max = static_cast<std::size_t>(*bytes_max);
    if (!reader.has("format") && !reader.has("quality") && !reader.has("maxBytes"))
      reader.add("format", "is required, or quality");
    if (output.format == Format::png && reader.has("quality"))
      reader.add("quality", "has no meaning with png, which loses nothing");
    if (reader.has("maxBytes") && (!output.format || output.format == Format::png))
      reader.add("maxBytes", "needs format jpeg, webp or avif");
  }

  void read_metadata(FieldReader& reader) {
    reader.require("keep");
    out_.output.keep_metadata = reader.flag("keep").value_or(false);
  }

  void read_thumbnails(FieldReader& reader) {
    reader.require("sizes");
    const json::value* sizes = reader.nested("sizes");
    if (!sizes) return;
    if (!sizes->is_array() || sizes->get_array().empty() ||
        sizes->get_array().size() > imaging::kThumbnailsMax) {
      reader.add("sizes", "must be an array of 1 to " + std::to_string(imaging::kThumbnailsMax) + " objects");
      return;
    }
    std::set<std::string> names;
    std::size_t index = 0;
    for (const json::value& one : sizes->get_array()) {
      const std::string path = reader.name_of("sizes[" + std::to_string(index++) + "]");
      if (!one.is_object()) {
        add(path, "must be an object");
        continue;
      }
      FieldReader fields(one.get_object(), path, problems_);
      imaging::Thumbnail thumbnail = read_thumbnail(fields);
      if (!thumbnail.name.empty() && !names.insert(thumbnail.name).second)
        fields.add("name", "is there twice");
      fields.refuse_others();
      out_.thumbnails.push_back(std::move(thumbnail));
    }
  }

  static imaging::Thumbnail read_thumbnail(FieldReader& fields) {
    constexpr std::size_t kNameMax = 32;
    imaging::Thumbnail thumbnail;
    fields.require("name");
    thumbnail.name = fields.text("name", kNameMax).value_or("");
    if (!is_thumbnail_name(thumbnail.name))
      fields.add("name", "must have letters, digits, - and _ only, and not be \"main\"");
    thumbnail.resize = read_resize(fields);
    thumbnail.format = fields.choice("format", kFormatWords, imaging::format_from);
    thumbnail.quality = fields.whole("quality", 1, 100);
    if (thumbnail.format == Format::png && fields.has("quality"))
      fields.add("quality", "has no meaning with png, which loses nothing");
    return thumbnail;
  }

  imaging::ImageOperations out_;
  Problems problems_;
  std::size_t position_ = 0;
  std::map<std::string, std::size_t, std::less<>> once_;
};

}  // namespace

Result<imaging::ImageOperations> image_order_from(const json::object& work) { return Reading().run(work); }

}  // namespace cutroom::engine
