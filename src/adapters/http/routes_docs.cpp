#include "adapters/http/conditions.hpp"
#include "adapters/http/docs_files.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/routes.hpp"
#include "base/digest.hpp"

namespace cutroom::http {

using boost::asio::awaitable;

awaitable<Response> openapi_document(const Api&, Request&) {
  co_return json_response(200, std::string(openapi_json()));
}

awaitable<Response> docs_page(const Api&, Request&) {
  Response response{.content_type = "text/html; charset=utf-8", .body = std::string(docs_page_html())};
  response.add_header("Cache-Control", "no-store");
  response.add_header("X-Content-Type-Options", "nosniff");
  // Everything comes from this server; the library writes styles of its own into the page.
  response.add_header("Content-Security-Policy",
                      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                      "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'");
  co_return response;
}

awaitable<Response> docs_file(const Api&, Request& request) {
  for (const DocsFile& file : docs_files()) {
    if (file.name != request.params[0]) continue;
    const std::string etag = "\"" + sha256_hex(file.gzipped).substr(0, 32) + "\"";
    Response response = empty_response(304);
    // Every browser takes gzip, and so does who says nothing (RFC 9110, 12.5.3).
    if (!none_match_hits(request.headers.if_none_match, etag)) {
      response = {.content_type = file.content_type, .body = std::string(file.gzipped)};
      response.add_header("Content-Encoding", "gzip");
    }
    response.add_header("ETag", etag);
    response.add_header("Cache-Control", "no-cache");
    response.add_header("X-Content-Type-Options", "nosniff");
    co_return response;
  }
  co_return error_response({.code = Errc::not_found}, describe(request));
}

}  // namespace cutroom::http
