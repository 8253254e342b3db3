// A parsed address. Held as the very object that libcurl will fetch: parsed once, so that what was checked
// and what is fetched cannot differ.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "adapters/fetch_curl/ip_address.hpp"

namespace cutroom::fetch_curl {

class PhotoUrl {
 public:
  // nullopt: not a URL with a scheme and, for http and https, a host. Spaces and bytes beyond ASCII in path
  // and query are percent-encoded; names beyond ASCII become their xn-- form; numbers that mean an IPv4
  // address (0x7f.1, 2130706433) become that address.
  static std::optional<PhotoUrl> parse(std::string_view text);
  // What a redirect's Location means, seen from here.
  std::optional<PhotoUrl> resolve(std::string_view location) const;

  CURLU* handle() const { return handle_.get(); }
  const std::string& scheme() const { return scheme_; }  // Lower case.
  // Lower case, without brackets and without the dot of the root.
  const std::string& host() const { return host_; }
  std::optional<IpAddress> host_address() const { return IpAddress::parse(host_); }
  std::uint16_t port() const { return port_; }
  bool has_user_info() const { return has_user_info_; }
  // For the log: without query, which may hold a signature.
  std::string loggable() const;

 private:
  struct Free {
    void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
  };
  using Handle = std::unique_ptr<CURLU, Free>;

  static std::optional<PhotoUrl> from(Handle);

  Handle handle_;
  std::string scheme_;
  std::string host_;
  std::uint16_t port_ = 0;
  bool has_user_info_ = false;
};

// The form in which host names are compared: lower case, xn--, without the dot of the root. nullopt: not a
// name.
std::optional<std::string> comparable_host(std::string_view host);

}  // namespace cutroom::fetch_curl
