#include "adapters/fetch_curl/outcome.hpp"

namespace cutroom::fetch_curl {
namespace {

std::string seconds(Millis time) {
  const auto count = time.count();
  std::string text = std::to_string(count / 1000);
  if (count % 1000 != 0) text += "." + std::to_string(count % 1000 / 100);
  return text + (text == "1" ? " second" : " seconds");
}

std::string megabytes(std::size_t bytes) {
  const std::size_t whole = bytes >> 20U;
  return whole > 0 ? std::to_string(whole) + " MB" : std::to_string(bytes) + " bytes";
}

std::string timeout_message(const TransferFacts& facts, const Options& options) {
  if (facts.elapsed >= options.total_timeout)
    return "The photo did not arrive within " + seconds(options.total_timeout);
  if (!facts.connected)
    return "The photo's server could not be reached within " + seconds(options.connect_timeout);
  return "The photo arrived too slowly (less than " + std::to_string(options.low_speed_bytes_per_second) +
         " bytes per second for " + seconds(options.low_speed_time) + ")";
}

}  // namespace

Error status_error(long status) {
  const bool temporary = status >= 500 || status == 408 || status == 425 || status == 429;
  return {.code = temporary ? Errc::upstream_failed : Errc::upstream_missing,
          .message = "The photo's server answered " + std::to_string(status)};
}

Error too_large_error(std::size_t bytes_max) {
  return {.code = Errc::too_large, .message = "The photo is larger than " + megabytes(bytes_max)};
}

Error headers_error() {
  return {.code = Errc::upstream_failed, .message = "The photo's server sent too many headers"};
}

Error not_an_image_error(std::string_view what) {
  return {.code = Errc::unsupported_media,
          .message = "The address answers with " + std::string(what) + ", not an image"};
}

Error compressed_error() {
  return {.code = Errc::unsupported_media,
          .message = "The photo's server sent the photo compressed, which it was asked not to"};
}

Error empty_error() {
  return {.code = Errc::unsupported_media, .message = "The address answers with nothing, not an image"};
}

Error too_many_redirects_error(int redirects_max) {
  return {.code = Errc::upstream_missing,
          .message = "The photo's address redirects more than " + std::to_string(redirects_max) + " times"};
}

Error transfer_error(CURLcode code, const TransferFacts& facts, const Options& options) {
  const auto failed = [&](std::string message) {
    return Error{.code = Errc::upstream_failed, .message = std::move(message), .detail = facts.curl_message};
  };
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {
          .code = Errc::timed_out, .message = timeout_message(facts, options), .detail = facts.curl_message};
    case CURLE_FILESIZE_EXCEEDED:
      return too_large_error(options.body_bytes_max);
    case CURLE_COULDNT_RESOLVE_HOST:
      return failed("The photo's server " + facts.host + " was not found");
    case CURLE_COULDNT_CONNECT:
      return failed("The photo's server " + facts.host + " could not be reached");
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return failed("The photo's server closed the connection before the photo was complete");
    case CURLE_PEER_FAILED_VERIFICATION:
      return failed("The photo's server has no valid certificate");
    case CURLE_SSL_CONNECT_ERROR:
      return failed("No secure connection to the photo's server could be made");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return failed("The photo's server gave an answer that can't be understood");
    case CURLE_OUT_OF_MEMORY:
      return {.code = Errc::internal, .detail = "libcurl: out of memory"};
    default:
      return {.code = Errc::upstream_failed, .detail = facts.curl_message};
  }
}

}  // namespace cutroom::fetch_curl
