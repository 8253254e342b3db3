#include "adapters/fetch_curl/photo_url.hpp"

#include <algorithm>
#include <charconv>
#include <locale.h>

namespace cutroom::fetch_curl {
namespace {

constexpr unsigned kParseFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_ALLOW_SPACE | CURLU_URLENCODE;

// libcurl converts names beyond ASCII by the locale of the calling thread; in the C locale it can't.
class Utf8Locale {
 public:
  Utf8Locale() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = uselocale(utf8_);
  }
  ~Utf8Locale() {
    if (utf8_ == nullptr) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

std::optional<std::string> part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string out(text);
  curl_free(text);
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string normal_host(std::string host) {
  std::ranges::transform(host, host.begin(), lower);
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (!host.empty() && host.back() == '.') host.pop_back();
  return host;
}

// Replaces a name beyond ASCII by its xn-- form.
bool to_ascii_host(CURLU* handle) {
  const auto host = part(handle, CURLUPART_HOST);
  if (!host || is_ascii(*host)) return true;
  const Utf8Locale utf8;
  // The whole URL, not CURLUPART_HOST: of that libcurl 7.88 leaks a copy when the name can't be converted.
  // And once more through the parser: the name may have become a number ("０x7f.1" in full-width digits).
  const auto whole = part(handle, CURLUPART_URL, CURLU_PUNYCODE);
  if (!whole || curl_url_set(handle, CURLUPART_URL, whole->c_str(), kParseFlags) != CURLUE_OK) return false;
  return is_ascii(part(handle, CURLUPART_HOST).value_or(""));
}

}  // namespace

std::optional<PhotoUrl> PhotoUrl::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Handle handle(curl_url());
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(), kParseFlags) != CURLUE_OK)
    return std::nullopt;
  return from(std::move(handle));
}

std::optional<PhotoUrl> PhotoUrl::resolve(std::string_view location) const {
  if (location.empty() || location.find('\0') != std::string_view::npos) return std::nullopt;
  Handle handle(curl_url_dup(handle_.get()));
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(location).c_str(), kParseFlags) != CURLUE_OK)
    return std::nullopt;
  return from(std::move(handle));
}

std::optional<PhotoUrl> PhotoUrl::from(Handle handle) {
  if (!to_ascii_host(handle.get())) return std::nullopt;
  PhotoUrl url;
  const auto scheme = part(handle.get(), CURLUPART_SCHEME);
  if (!scheme) return std::nullopt;
  url.scheme_ = *scheme;
  std::ranges::transform(url.scheme_, url.scheme_.begin(), lower);
  if (url.scheme_ == "http" || url.scheme_ == "https") {
    const auto host = part(handle.get(), CURLUPART_HOST);
    const auto port = part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!host || !port) return std::nullopt;
    url.host_ = normal_host(*host);
    if (url.host_.empty()) return std::nullopt;
    std::from_chars(port->data(), port->data() + port->size(), url.port_);
  }
  url.has_user_info_ =
      part(handle.get(), CURLUPART_USER).has_value() || part(handle.get(), CURLUPART_PASSWORD).has_value();
  url.handle_ = std::move(handle);
  return url;
}

std::string PhotoUrl::loggable() const {
  return scheme_ + "://" + host_ + ":" + std::to_string(port_) + part(handle(), CURLUPART_PATH).value_or("");
}

std::optional<std::string> comparable_host(std::string_view host) {
  const auto url = PhotoUrl::parse("http://" + std::string(host) + "/");
  if (!url || url->has_user_info() || part(url->handle(), CURLUPART_PATH) != "/" ||
      part(url->handle(), CURLUPART_PORT) || part(url->handle(), CURLUPART_QUERY) ||
      part(url->handle(), CURLUPART_FRAGMENT))
    return std::nullopt;
  return url->host();
}

}  // namespace cutroom::fetch_curl
