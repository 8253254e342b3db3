// Which addresses the fetcher would try at all, judged by their text; no name is looked up. The address that
// a name leads to is judged when the connection is made (address_rules.hpp), and the port with it:
//
// A port is allowed when it is 80, 443 or configured, or when the connection goes to an address of the allow
// list. So a URL with another port is refused here where its host is a literal address outside the allow
// list, or where the allow list is empty; a name with another port passes here, and may_connect() has the
// last word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fetch_curl/address_rules.hpp"
#include "adapters/fetch_curl/options.hpp"
#include "adapters/fetch_curl/photo_url.hpp"
#include "base/error.hpp"

namespace cutroom::fetch_curl {

// Where a URL comes from: 0 is the vendor's own, n what redirect number n leads to. Begins the messages.
struct Origin {
  int redirect = 0;
  std::string name() const;   // "The photo's address", "Redirect number 2"
  std::string leads() const;  // "The photo's address points", "Redirect number 2 leads"
};

class UrlRules {
 public:
  explicit UrlRules(const Options&);

  // invalid_input, address_refused.
  Result<PhotoUrl> check(std::string_view text) const;
  // What a redirect answers, seen from the URL that was asked. address_refused; upstream_missing where it
  // can't be understood.
  Result<PhotoUrl> follow(const PhotoUrl& from, std::string_view location, Origin) const;
  // address_refused. To be asked with the address that the socket will be connected to.
  Result<void> may_connect(const PhotoUrl&, const IpAddress&, std::uint16_t port, Origin) const;

 private:
  Result<void> judge(const PhotoUrl&, Origin) const;
  bool port_allowed(std::uint16_t) const;
  bool host_allowed(const std::string&) const;
  Error port_error(std::uint16_t, Origin) const;

  struct HostPattern {
    std::string host;
    bool below = false;  // Every name below it, itself not.
  };

  std::size_t url_length_max_;
  std::vector<std::uint16_t> ports_{80, 443};
  std::vector<HostPattern> hosts_;
  AddressRules addresses_;
};

}  // namespace cutroom::fetch_curl
