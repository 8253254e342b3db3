#include "adapters/fetch_curl/curl_photo_source.hpp"

namespace cutroom::fetch_curl {

CurlPhotoSource::CurlPhotoSource(Options options)
    : options_(std::move(options)), rules_(options_), loop_(options_, rules_) {}

Result<void> CurlPhotoSource::check(const std::string& url) const {
  const auto parsed = rules_.check(url);
  if (!parsed) return parsed.error();
  return {};
}

std::string CurlPhotoSource::host_of(const std::string& url) const {
  const auto parsed = PhotoUrl::parse(url);
  return parsed ? parsed->host() : std::string();
}

boost::asio::awaitable<Result<delivery::Photo>> CurlPhotoSource::fetch(std::string url,
                                                                       std::stop_token stop) {
  if (stop.stop_requested()) co_return Error{.code = Errc::cancelled};
  auto parsed = rules_.check(url);
  if (!parsed) co_return parsed.error();
  co_return co_await loop_.fetch(std::move(*parsed), std::move(stop));
}

}  // namespace cutroom::fetch_curl
