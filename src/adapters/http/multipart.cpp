#include "adapters/http/multipart.hpp"

#include <cstring>
#include <optional>

#include <boost/beast/core/string.hpp>

#include "adapters/http/header_params.hpp"

namespace cutroom::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kBoundaryMax = 70;  // RFC 2046, 5.1.1.

Error bad_form(std::string what) {
  return {.code = Errc::invalid_input, .message = "The form can't be read: " + std::move(what)};
}

Error form_too_large(std::string what) { return {.code = Errc::too_large, .message = std::move(what)}; }

// memmem is linear whatever the bytes; a search that starts over at each '\r' is not.
std::size_t find_bytes(std::string_view in, std::string_view what, std::size_t from) {
  if (from > in.size()) return kNone;
  const void* at = memmem(in.data() + from, in.size() - from, what.data(), what.size());
  return at ? static_cast<std::size_t>(static_cast<const char*>(at) - in.data()) : kNone;
}

enum class After { part, end, content };

// What follows a delimiter whose last character is before `at`: another part (`at` is moved behind the line),
// the form's end, or more content, because the delimiter was only the start of a longer line.
After after_delimiter(std::string_view body, std::size_t& at) {
  if (body.substr(at).starts_with("--")) return After::end;
  std::size_t line_end = body.find_first_not_of(" \t", at);
  if (line_end == kNone || !body.substr(line_end).starts_with(kLineEnd)) return After::content;
  at = line_end + kLineEnd.size();
  return After::part;
}

Result<void> read_header_line(std::string_view line, FormPart& part, bool& has_name) {
  const std::size_t colon = line.find(':');
  if (colon == kNone || colon == 0) return bad_form("a part has a header line without a name");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  if (boost::beast::iequals(name, "Content-Disposition")) {
    if (!boost::beast::iequals(header_value(value), "form-data"))
      return bad_form("a part's Content-Disposition is not form-data");
    const auto field = header_param(value, "name");
    if (!field) return bad_form("a part has no name");
    has_name = true;
    part.name = *field;
    part.filename = header_param(value, "filename").value_or("");
  } else if (boost::beast::iequals(name, "Content-Type")) {
    part.content_type = std::string(header_value(value));
  } else if (boost::beast::iequals(name, "Content-Transfer-Encoding")) {
    // Deprecated by RFC 7578, 4.7. Taking base64 text for a photo would only fail later, and less clearly.
    const std::string_view encoding = header_value(value);
    if (!boost::beast::iequals(encoding, "binary") && !boost::beast::iequals(encoding, "8bit") &&
        !boost::beast::iequals(encoding, "7bit"))
      return bad_form("a part has a Content-Transfer-Encoding, which forms can't have");
  }
  return {};
}

// Reads the header lines at `at`, which is moved to the first byte of the content.
Result<FormPart> read_part_header(std::string_view body, std::size_t& at, const FormLimits& limits) {
  FormPart part;
  bool has_name = false;
  const std::string_view room = body.substr(at, limits.header_bytes_max);
  std::size_t line_start = 0;
  for (;;) {
    const std::size_t line_end = room.find(kLineEnd, line_start);
    if (line_end == kNone) {
      if (room.size() == limits.header_bytes_max) return form_too_large("A part's header is too long");
      return bad_form("it ends within a part's header");
    }
    const std::string_view line = room.substr(line_start, line_end - line_start);
    line_start = line_end + kLineEnd.size();
    if (line.empty()) break;
    if (auto read = read_header_line(line, part, has_name); !read) return read.error();
  }
  if (!has_name) return bad_form("a part has no Content-Disposition");
  at += line_start;
  return part;
}

}  // namespace

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body,
                                         const FormLimits& limits) {
  const auto boundary = header_param(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryMax)
    return bad_form("its Content-Type has no usable boundary");

  const std::string delimiter = "\r\n--" + *boundary;
  // The first delimiter has no line end before it, where there's nothing before it.
  std::size_t at = body.starts_with(kLineEnd) ? delimiter.size() : delimiter.size() - kLineEnd.size();
  if (!body.starts_with(std::string_view(delimiter).substr(delimiter.size() - at)))
    return bad_form("it doesn't begin with its boundary");

  std::vector<FormPart> parts;
  After next = after_delimiter(body, at);
  if (next == After::content) return bad_form("it doesn't begin with its boundary");
  while (next == After::part) {
    if (parts.size() == limits.parts_max)
      return form_too_large("A form may have " + std::to_string(limits.parts_max) + " parts at most");
    auto part = read_part_header(body, at, limits);
    if (!part) return part.error();
    const std::size_t start = at;
    // An empty content's delimiter may share its line end with the header's last.
    std::size_t from = start - kLineEnd.size();
    std::size_t found = 0;
    do {
      found = find_bytes(body, delimiter, from);
      if (found == kNone) return bad_form("it ends before its last boundary");
      at = from = found + delimiter.size();
      next = after_delimiter(body, at);
    } while (next == After::content);
    part->content = body.substr(start, found > start ? found - start : 0);
    parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace cutroom::http
