#include "adapters/fetch_curl/url_rules.hpp"

#include <algorithm>

namespace cutroom::fetch_curl {
namespace {

Error refused(std::string message, std::string detail = {}) {
  return {.code = Errc::address_refused, .message = std::move(message), .detail = std::move(detail)};
}

std::string describe(const IpAddress& address, const Judgement& j) {
  std::string text = address.text() + " is in " + std::string(j.block);
  if (!j.form.empty()) text += " (" + std::string(j.form) + ")";
  return text;
}

}  // namespace

std::string Origin::name() const {
  return redirect == 0 ? "The photo's address" : "Redirect number " + std::to_string(redirect);
}

std::string Origin::leads() const { return name() + (redirect == 0 ? " points" : " leads"); }

UrlRules::UrlRules(const Options& options)
    : url_length_max_(options.url_length_max), addresses_(options.allow) {
  ports_.insert(ports_.end(), options.extra_ports.begin(), options.extra_ports.end());
  for (const std::string& entry : options.hosts) {
    const bool below = entry.starts_with("*.");
    // What isn't a name can't match one: kept, so that a list with nothing but mistakes still refuses all.
    hosts_.push_back({comparable_host(below ? entry.substr(2) : entry).value_or(""), below});
  }
}

Result<PhotoUrl> UrlRules::check(std::string_view text) const {
  if (text.size() > url_length_max_)
    return Error{
        .code = Errc::invalid_input,
        .message = "The photo's address is longer than " + std::to_string(url_length_max_) + " characters"};
  auto url = PhotoUrl::parse(text);
  if (!url) return Error{.code = Errc::invalid_input, .message = "The photo's address is not a valid URL"};
  if (auto fine = judge(*url, {}); !fine) return fine.error();
  return std::move(*url);
}

Result<PhotoUrl> UrlRules::follow(const PhotoUrl& from, std::string_view location, Origin origin) const {
  auto url = location.size() > url_length_max_ ? std::nullopt : from.resolve(location);
  if (!url)
    return Error{.code = Errc::upstream_missing,
                 .message = origin.leads() + " to something that is not a valid URL"};
  if (auto fine = judge(*url, origin); !fine) return fine.error();
  return std::move(*url);
}

Result<void> UrlRules::judge(const PhotoUrl& url, Origin origin) const {
  if (url.scheme() != "http" && url.scheme() != "https")
    return refused(origin.leads() + " to a " + url.scheme().substr(0, 20) +
                   ": URL; only http and https are allowed");
  if (url.has_user_info()) return refused(origin.name() + " must not hold a user name or password");
  if (!host_allowed(url.host()))
    return refused(origin.leads() + " to a host that is not on the list of allowed hosts", url.host());
  const auto literal = url.host_address();
  if (literal) {
    const Judgement j = addresses_.judge(*literal);
    if (!j.allowed)
      return refused(
          origin.leads() + " to " + literal->text() + ", which is not allowed (" + std::string(j.kind) + ")",
          describe(*literal, j));
    if (j.lifted) return {};
  }
  const bool port_decided_later = !literal && addresses_.lifts_some();
  if (!port_decided_later && !port_allowed(url.port())) return port_error(url.port(), origin);
  return {};
}

Result<void> UrlRules::may_connect(const PhotoUrl& url, const IpAddress& peer, std::uint16_t port,
                                   Origin origin) const {
  const Judgement j = addresses_.judge(peer);
  // The address behind a name goes to the log alone: it could tell a stranger about the inner network.
  if (!j.allowed)
    return refused(
        origin.leads() + " to " + url.host() + ", which is not allowed (" + std::string(j.kind) + ")",
        describe(peer, j));
  if (!j.lifted && !port_allowed(port)) return port_error(port, origin);
  return {};
}

bool UrlRules::port_allowed(std::uint16_t port) const {
  return std::ranges::find(ports_, port) != ports_.end();
}

bool UrlRules::host_allowed(const std::string& host) const {
  if (hosts_.empty()) return true;
  return std::ranges::any_of(hosts_, [&](const HostPattern& pattern) {
    if (pattern.host.empty()) return false;
    if (!pattern.below) return host == pattern.host;
    // Whole labels: "evilexample.com" does not lie below "example.com".
    return host.size() > pattern.host.size() + 1 && host.ends_with(pattern.host) &&
           host[host.size() - pattern.host.size() - 1] == '.';
  });
}

Error UrlRules::port_error(std::uint16_t port, Origin origin) const {
  std::string allowed;
  for (std::size_t i = 0; i < ports_.size(); ++i)
    allowed += (i == 0 ? "" : i + 1 == ports_.size() ? " and " : ", ") + std::to_string(ports_[i]);
  return refused(origin.leads() + " to port " + std::to_string(port) + "; only " + allowed + " are allowed");
}

}  // namespace cutroom::fetch_curl
