#include "adapters/http/handlers.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {

boost::asio::awaitable<Response> about(const Api& api, Request&) {
  const std::string title = api.options.name + " " + api.options.version;
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
      "</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:52rem;padding:0 "
      "1rem}"
      "td{padding:.2rem 1rem .2rem 0;vertical-align:top}code{white-space:nowrap}</style></head><body><h1>" +
      title +
      "</h1><p>A queue for image work: photos go in over the API below, cut-outs come back.</p><table>";
  for (const Route& route : api.routes) {
    html.append("<tr><td><code>").append(to_string(route.verb)).append("</code></td><td><code>");
    html.append(route.pattern).append("</code></td><td>").append(route.about).append("</td></tr>");
  }
  co_return html_response(html + "</table></body></html>\n");
}

}  // namespace cutroom::http
