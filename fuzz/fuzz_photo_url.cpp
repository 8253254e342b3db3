// An address as a vendor gives it, and a redirect from there. What the rules let pass has http or https, no
// user, and no literal address that isn't public.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/fetch_curl/address_rules.hpp"
#include "adapters/fetch_curl/url_rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cutroom::fetch_curl::Options options;
  static const cutroom::fetch_curl::UrlRules rules(options);
  static const cutroom::fetch_curl::AddressRules addresses;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto must_be_fine = [](const cutroom::fetch_curl::PhotoUrl& url) {
    if (url.scheme() != "http" && url.scheme() != "https") std::abort();
    if (url.has_user_info()) std::abort();
    if (const auto address = url.host_address(); address && !addresses.judge(*address).allowed) std::abort();
  };
  const auto url = rules.check(first);
  if (!url) return 0;
  must_be_fine(*url);
  if (first.size() == text.size()) return 0;
  if (const auto next = rules.follow(*url, text.substr(first.size() + 1), {.redirect = 1}))
    must_be_fine(*next);
  return 0;
}
