#include <algorithm>
#include <charconv>
#include <span>

#include <boost/json.hpp>

#include "adapters/http/multipart.hpp"
#include "adapters/http/option_input.hpp"
#include "adapters/http/order_fields.hpp"
#include "adapters/http/order_input.hpp"
#include "base/utf8.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_option(const OrderKind& kind, std::string_view name) {
  return holds(kSharedOptionNames, name) || holds(kind.option_names, name);
}

// A field of the kind that isn't plain text is JSON.
json::value field_value(std::string_view text) {
  if (!text.starts_with('[') && !text.starts_with('{')) return json::string(text);
  boost::system::error_code failed;
  json::value parsed = json::parse(json::string_view(text.data(), text.size()), failed);
  return failed ? json::value(json::string(text)) : parsed;
}

// A form has only text; where it reads as a number, a flag or an object it is one, else the check of the
// option says what is allowed.
json::value typed(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && failed == std::errc() && end == text.data() + text.size()) return number;
  return field_value(text);
}

bool is_photo(std::string_view name) { return name == "photo" || name == "file"; }

// The parts as one object, as a JSON body would have them.
struct Form {
  json::object fields;
  json::object options;
  std::optional<std::string_view> photo;
};

void add_options(json::object& into, std::string_view text, FieldProblems& problems) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed || !parsed.is_object()) {
    problems.add("options", "must be a JSON object");
    return;
  }
  for (const auto& [key, value] : parsed.get_object()) into[key] = value;
}

// Photos alone may be any bytes: all else becomes JSON.
FieldProblems encoding_problems(const std::vector<FormPart>& parts) {
  FieldProblems problems;
  for (const FormPart& part : parts) {
    if (!is_utf8(part.name))
      problems.add("form", "has a part whose name is not valid UTF-8");
    else if (!is_photo(part.name) && !is_utf8(part.content))
      problems.add(part.name, std::string(kNotUtf8));
  }
  return problems;
}

Form sort_parts(const OrderKind& kind, const std::vector<FormPart>& parts, FieldProblems& problems) {
  Form form;
  for (const FormPart& part : parts) {
    if (is_photo(part.name)) {
      if (form.photo) problems.add(part.name, "is there twice; one call takes one photo");
      form.photo = part.content;
    } else if (part.name == "options") {
      add_options(form.options, part.content, problems);
    } else if (is_option(kind, part.name)) {
      if (!part.content.empty()) form.options[part.name] = typed(part.content);
    } else if (holds(kind.fields, part.name)) {
      form.fields[part.name] = field_value(part.content);
    } else {
      form.fields[part.name] = json::string(part.content);
    }
  }
  return form;
}

}  // namespace

Result<engine::Order> order_from_form(const OrderKind& kind, std::string_view content_type,
                                      std::string_view body) {
  const auto parts = parse_form(content_type, body);
  if (!parts) return parts.error();
  if (FieldProblems broken = encoding_problems(*parts); !broken.none()) return std::move(broken).error();
  FieldProblems problems;
  Form form = sort_parts(kind, *parts, problems);

  // Before anything points into the fields.
  if (!form.options.empty()) form.fields["options"] = std::move(form.options);

  const json::value* record = form.fields.if_contains("recordId");
  const json::value* url = form.fields.if_contains("photoUrl");
  const std::string_view record_problem = id_problem(record);
  const bool has_url = photo_url_problem(url).empty();
  const bool has_upload = form.photo && !form.photo->empty();
  if (!record_problem.empty()) problems.add("recordId", std::string(record_problem));
  if (form.photo && form.photo->empty())
    problems.add("photo", "is empty");
  else if (!has_upload && !has_url)
    problems.add("photoUrl", "is required where there's no part photo or file");
  if (has_upload && has_url) problems.add("photoUrl", "must not be there together with a photo");

  engine::Order order;
  order.queue = kind.queue;
  order.vendor = read_vendor(form.fields, problems);
  order.project_id = read_project(form.fields, problems);
  read_work(kind, form.fields, order, problems);
  if (!problems.none()) {
    const bool missing = record_problem == kRequired || (!form.photo && !has_url);
    return std::move(problems).error(missing ? "recordId and photoUrl, or a photo, are required" : "");
  }
  order.record_id = *record;
  if (has_url) order.photo_url = std::string(url->get_string());
  if (has_upload) order.upload = Bytes::copy_of(*form.photo);
  return order;
}

}  // namespace cutroom::http
