#include "engine/order_images.hpp"

#include "engine/order_urls.hpp"

namespace cutroom::engine {
namespace {

Error about(const std::string& field, Error error) {
  if (error.code != Errc::cancelled) error.message = field + ": " + error.text();
  return error;
}

}  // namespace

boost::asio::awaitable<Result<Bytes>> OrderImages::get(const Payload& payload, std::string url,
                                                       std::string field, std::stop_token stop) {
  if (const auto key = held_image(payload.work, url)) {
    auto bytes = co_await assets_.read(*key);
    if (!bytes && bytes.error().code == Errc::not_found)
      co_return Error{.code = Errc::upstream_missing, .message = field + ": the image is gone"};
    co_return bytes;
  }
  auto fetched = co_await photos_.fetch(std::move(url), std::move(stop));
  if (!fetched) co_return about(field, fetched.error());
  co_return std::move(fetched->bytes);
}

}  // namespace cutroom::engine
