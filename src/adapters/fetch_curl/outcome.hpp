// What went wrong with a transfer, in the project's codes and in words for the vendor. Pure.
//
// Permanent (asking again gives the same): statuses below 500 but 408, 425 and 429; too large; not an image;
// refused addresses. Temporary: 5xx and those three; time-outs; everything about names and connections, since
// a missing name or a bad certificate is often repaired within minutes.
#pragma once

#include <string>

#include <curl/curl.h>

#include "adapters/fetch_curl/options.hpp"
#include "base/error.hpp"

namespace cutroom::fetch_curl {

// For any status but 200.
Error status_error(long status);
Error too_large_error(std::size_t bytes_max);
Error headers_error();
Error not_an_image_error(std::string_view what);
Error compressed_error();
Error empty_error();
Error too_many_redirects_error(int redirects_max);

struct TransferFacts {
  bool connected = false;
  Millis elapsed{0};  // Since the first request, redirects included.
  std::string host;
  std::string curl_message;  // For the log.
};

// For a transfer that libcurl ended by itself.
Error transfer_error(CURLcode, const TransferFacts&, const Options&);

}  // namespace cutroom::fetch_curl
