#include "adapters/http/path_pattern.hpp"

#include <cassert>

#include <boost/url/pct_string_view.hpp>

#include "base/utf8.hpp"

namespace cutroom::http {
namespace {

bool decode_into(std::string& out, std::string_view encoded) {
  if (encoded.find('%') == std::string_view::npos) {
    out.assign(encoded);
    return true;
  }
  const auto view = boost::urls::make_pct_string_view({encoded.data(), encoded.size()});
  if (!view) return false;
  out = view->decode();
  return is_utf8(out);
}

// Cuts the first segment off, without its slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

bool match_path(std::string_view pattern, std::string_view path, std::array<std::string, 2>& params) {
  std::size_t found = 0;
  while (!pattern.empty()) {
    if (!path.starts_with('/')) return false;
    if (pattern.starts_with("/*")) {
      assert(found < params.size());
      return path.size() > 1 && decode_into(params[found], path.substr(1));
    }
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (!wanted.starts_with(':')) {
      if (wanted != given) return false;
      continue;
    }
    assert(found < params.size());
    if (given.empty() || !decode_into(params[found], given)) return false;
    ++found;
  }
  return path.empty() || path == "/";
}

}  // namespace cutroom::http
