#include "adapters/fetch_curl/curl_notifier.hpp"

#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/run_on.hpp"

namespace cutroom::fetch_curl {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using List = std::unique_ptr<curl_slist, FreeList>;

// What the callbacks of one delivery share.
struct Delivery {
  const UrlRules& rules;
  const PhotoUrl& url;
  const std::stop_token& stop;
  std::optional<Error> refusal;
};

std::uint16_t port_of(const sockaddr* address) {
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  sockaddr_in in{};
  std::memcpy(&in, address, sizeof in);
  return ntohs(in.sin_port);
}

// Asked with the address that is really connected to, whatever the name said before.
curl_socket_t on_socket(void* to, curlsocktype, curl_sockaddr* address) {
  auto& delivery = *static_cast<Delivery*>(to);
  const auto ip = IpAddress::from(&address->addr, address->addrlen);
  if (!ip) return CURL_SOCKET_BAD;
  if (const auto fine = delivery.rules.may_connect(delivery.url, *ip, port_of(&address->addr), {}); !fine) {
    delivery.refusal = fine.error();
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int on_progress(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Delivery*>(to)->stop.stop_requested() ? 1 : 0;
}

// An answer's body is of no interest.
std::size_t on_body(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// The rules speak of photos.
Error about_webhook(Error error) {
  constexpr std::string_view kPhoto = "The photo's address";
  if (const auto at = error.message.find(kPhoto); at != std::string::npos)
    error.message.replace(at, kPhoto.size(), "The webhook's address");
  return error;
}

}  // namespace

CurlNotifier::CurlNotifier(Options options, std::size_t at_once)
    : options_(std::move(options)), rules_(options_), threads_(at_once) {}

CurlNotifier::~CurlNotifier() { threads_.join(); }

Result<void> CurlNotifier::check(const std::string& url) const {
  if (const auto parsed = rules_.check(url); !parsed) return about_webhook(parsed.error());
  return {};
}

boost::asio::awaitable<Result<int>> CurlNotifier::post(delivery::Notice notice, std::stop_token stop) {
  co_return co_await run_on(threads_, [&] { return send(notice, stop); });
}

Result<int> CurlNotifier::send(const delivery::Notice& notice, const std::stop_token& stop) const {
  if (stop.stop_requested()) return Error{.code = Errc::cancelled};
  const auto url = rules_.check(notice.url);
  if (!url) return about_webhook(url.error());
  Delivery delivery{.rules = rules_, .url = *url, .stop = stop, .refusal = {}};
  const Easy handle(curl_easy_init());
  CURL* easy = handle.get();
  List headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  for (const auto& [name, value] : notice.headers)
    headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  headers.reset(curl_slist_append(headers.release(), "Expect:"));  // No round trip before a small body.

  curl_easy_setopt(easy, CURLOPT_CURLU, url->handle());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, notice.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(notice.body.size()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &delivery);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &delivery);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.body_bytes_max));

  const CURLcode code = curl_easy_perform(easy);
  if (stop.stop_requested()) return Error{.code = Errc::cancelled};
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status > 0) return static_cast<int>(status);  // Whatever became of the body.
  if (delivery.refusal) return about_webhook(*delivery.refusal);
  const std::string detail = url->loggable() + ": " + curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT)
    return Error{.code = Errc::timed_out, .message = "The receiver did not answer in time", .detail = detail};
  return Error{
      .code = Errc::upstream_failed, .message = "The receiver could not be reached", .detail = detail};
}

}  // namespace cutroom::fetch_curl
