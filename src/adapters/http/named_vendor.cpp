#include "adapters/http/named_vendor.hpp"

#include <limits>
#include <string_view>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>

#include "adapters/http/multipart.hpp"
#include "adapters/http/order_fields.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using Text = json::string_view;
using Code = json::error_code;

constexpr std::string_view kField = "vendorId";

// Listens to the parser for one member of the outermost object. Of the same name twice the last counts, as it
// does for who reads the whole.
class VendorListener {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  std::string vendor;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code&) { return open(); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_key_part(Text part, std::size_t, Code&) {
    if (depth_ == 1) append(key_, part);
    return true;
  }
  bool on_key(Text part, std::size_t, Code&) {
    if (depth_ != 1) return true;
    append(key_, part);
    is_ours_ = key_ == kField;
    if (is_ours_) vendor.clear();
    key_.clear();
    return true;
  }
  bool on_string_part(Text part, std::size_t, Code&) {
    if (is_listening()) append(vendor, part);
    return true;
  }
  bool on_string(Text part, std::size_t, Code&) {
    if (is_listening()) append(vendor, part);
    return value();
  }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t number, Text, Code&) { return whole(number); }
  bool on_uint64(std::uint64_t number, Text, Code&) { return whole(number); }
  bool on_double(double, Text, Code&) { return value(); }
  bool on_bool(bool, Code&) { return value(); }
  bool on_null(Code&) { return value(); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  // One byte more than an id may have shows that it is none.
  static constexpr std::size_t kKeptMax = 256;
  static void append(std::string& to, Text part) {
    to.append(part.data(), std::min(part.size(), kKeptMax - std::min(kKeptMax, to.size())));
  }
  bool is_listening() const { return is_ours_ && depth_ == 1; }
  template <class Number>
  bool whole(Number number) {
    if (is_listening()) vendor = std::to_string(number);
    return value();
  }
  bool value() {
    if (depth_ == 1) is_ours_ = false;
    return true;
  }
  bool open() {
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return value();
  }

  std::string key_;
  std::size_t depth_ = 0;
  bool is_ours_ = false;
};

std::string from_json(std::string_view body) {
  json::parse_options options;
  options.max_depth = 16;  // As deep as an order may be.
  json::basic_parser<VendorListener> parser(options);
  Code failed;
  parser.write_some(false, body.data(), body.size(), failed);
  return failed ? std::string() : std::move(parser.handler().vendor);
}

std::string from_form(const Request& request) {
  const auto parts = parse_form(request.headers.content_type, request.body);
  std::string vendor;
  if (!parts) return vendor;
  for (const FormPart& part : *parts)
    if (part.name == kField) vendor = part.content;
  return vendor;
}

}  // namespace

std::string named_vendor(const Request& request) {
  std::string vendor = is_form(request) ? from_form(request) : from_json(request.body);
  if (vendor.empty()) return vendor;
  const json::value value(vendor);
  return id_problem(&value).empty() ? vendor : std::string();
}

}  // namespace cutroom::http
