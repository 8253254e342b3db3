#include "adapters/http/conditions.hpp"
#include "adapters/http/file_stream.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/routes.hpp"
#include "delivery/asset_key.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;

// The key is the content's hash, so it is as strong as an ETag can be.
std::string etag_of(std::string_view key) {
  return "\"" + std::string(key.substr(key.rfind('/') + 1)) + "\"";
}

Response not_found(const Request& request) {
  return error_response({.code = Errc::not_found, .message = "No such asset"}, describe(request));
}

void add_asset_headers(Response& response, const std::string& etag) {
  response.add_header("ETag", etag);
  response.add_header("Accept-Ranges", "bytes");
  response.add_header("Cache-Control", "public, max-age=31536000, immutable");
  response.add_header("X-Content-Type-Options", "nosniff");
}

asio::awaitable<Result<std::unique_ptr<BodyStream>>> open_body(const Api& api,
                                                               const delivery::AssetInfo& asset,
                                                               ByteRange range) {
  if (!asset.local_path.empty()) co_return co_await open_file_stream(api.use.pool, asset.local_path, range);
  auto bytes = co_await api.use.assets.read(asset.key);
  if (!bytes) co_return bytes.error();
  co_return bytes_stream(std::move(*bytes), range);
}

}  // namespace

asio::awaitable<Response> get_asset(const Api& api, Request& request) {
  // Nothing else may get near a path: no "..", no other slash.
  if (!delivery::is_asset_key(request.params[0])) co_return not_found(request);
  const auto asset = co_await api.use.assets.find(request.params[0]);
  if (!asset) {
    const Errc code = asset.error().code;
    if (code == Errc::not_found || code == Errc::invalid_input) co_return not_found(request);
    co_return error_response(asset.error(), describe(request));
  }
  const std::string etag = etag_of(asset->key);
  if (none_match_hits(request.headers.if_none_match, etag)) {
    Response response = empty_response(304);
    add_asset_headers(response, etag);
    co_return response;
  }

  const RangeAnswer range =
      request.verb == Verb::head
          ? RangeAnswer(WholeFile{})
          : choose_range(request.headers.range, request.headers.if_range, etag, asset->size_bytes);
  if (std::holds_alternative<Unsatisfiable>(range)) {
    Response response =
        error_response(416,
                       {.code = Errc::invalid_input,
                        .message = "The file has " + std::to_string(asset->size_bytes) + " bytes"},
                       describe(request));
    response.add_header("Content-Range", "bytes */" + std::to_string(asset->size_bytes));
    co_return response;
  }
  const ByteRange* part = std::get_if<ByteRange>(&range);
  // Chosen outside of the co_await: g++ 12 evaluates both sides of a ?: in there.
  const ByteRange served = part ? *part : ByteRange{0, asset->size_bytes};
  auto body = co_await open_body(api, *asset, served);
  if (!body) co_return error_response(body.error(), describe(request));
  Response response{.status = part ? 206 : 200,
                    .content_type = delivery::content_type_of(asset->key),
                    .body = std::move(*body)};
  add_asset_headers(response, etag);
  if (part)
    response.add_header("Content-Range", "bytes " + std::to_string(part->first) + "-" +
                                             std::to_string(part->first + part->length - 1) + "/" +
                                             std::to_string(asset->size_bytes));
  co_return response;
}

}  // namespace cutroom::http
