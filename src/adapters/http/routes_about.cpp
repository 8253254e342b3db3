#include <algorithm>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

// "/job/:jobId" as OpenAPI has it: "/job/{jobId}".
std::string path_template(std::string_view pattern) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/', 1), pattern.size());
    const std::string_view segment = pattern.substr(1, end - 1);
    const bool is_param = segment.starts_with(':') || segment.starts_with('*');
    out += '/';
    if (is_param)
      out.append("{").append(segment.substr(1)).append("}");
    else
      out += segment;
    pattern.remove_prefix(end);
  }
  return out;
}

// The same for programs: what the contract is held against.
Response about_json(const Api& api) {
  std::string routes = "[";
  for (const Route& route : api.routes) {
    if (routes.size() > 1) routes += ',';
    JsonText entry;
    entry.text("method", to_string(route.verb));
    entry.text("path", path_template(route.pattern));
    entry.text("about", route.about);
    routes += std::move(entry).str();
  }
  JsonText json;
  json.text("name", api.options.name);
  json.text("version", api.options.version);
  json.raw("routes", routes + "]");
  return json_response(200, std::move(json).str());
}

Response about_html(const Api& api) {
  const std::string title = api.options.name + " " + api.options.version;
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
      "</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:52rem;padding:0 "
      "1rem}"
      "td{padding:.2rem 1rem .2rem 0;vertical-align:top}code{white-space:nowrap}</style></head><body><h1>" +
      title +
      "</h1><p>A queue for image work: photos go in over the API below, cut-outs come back. "
      "<a href=\"/docs\">All about each route</a>.</p><table>";
  for (const Route& route : api.routes) {
    html.append("<tr><td><code>").append(to_string(route.verb)).append("</code></td><td><code>");
    html.append(route.pattern).append("</code></td><td>").append(route.about).append("</td></tr>");
  }
  return html_response(html + "</table></body></html>\n");
}

}  // namespace

boost::asio::awaitable<Response> about(const Api& api, Request& request) {
  const bool wants_json = request.headers.accept.find("application/json") != std::string::npos;
  Response response = wants_json ? about_json(api) : about_html(api);
  response.add_header("Vary", "Accept");
  co_return response;
}

}  // namespace cutroom::http
