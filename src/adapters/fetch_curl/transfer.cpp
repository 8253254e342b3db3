#include "adapters/fetch_curl/transfer.hpp"

#include <netinet/in.h>
#include <new>
#include <sys/socket.h>

#include "adapters/fetch_curl/media_sniff.hpp"
#include "adapters/fetch_curl/outcome.hpp"

namespace cutroom::fetch_curl {
namespace {

std::uint16_t port_of(const sockaddr* address) {
  // Both families keep it at the same place.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  sockaddr_in in{};
  std::memcpy(&in, address, sizeof in);
  return ntohs(in.sin_port);
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Transfer::Transfer(const Options& options, const UrlRules& rules, PhotoUrl url)
    : options_(options), rules_(rules), url_(std::move(url)), body_(options.body_bytes_max) {}

Transfer::~Transfer() = default;

void Transfer::begin() {
  began_ = SteadyClock::now();
  open_request();
}

void Transfer::open_request() {
  status_ = 0;
  headers_complete_ = false;
  header_bytes_ = 0;
  sockets_opened_ = 0;
  body_.clear();
  refusal_.reset();
  verdict_.reset();
  curl_message_[0] = '\0';

  // A new handle for each redirect, so that nothing of one request gets into the next. (libcurl 7.88 keeps
  // the old address's text in a handle that is given another CURLU.) Connections live in the multi handle and
  // are kept.
  easy_.reset(curl_easy_init());
  if (!easy_) throw std::bad_alloc();
  set_fixed_options();

  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_CURLU, url_.handle());
  // 0 would mean no limit.
  const Millis left = std::max(Millis(1), options_.total_timeout - elapsed());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));

  if (!options_.resolve_for_tests.empty()) {
    const auto n =
        std::min(static_cast<std::size_t>(origin_.redirect), options_.resolve_for_tests.size() - 1);
    resolve_.reset();
    for (const std::string& entry : options_.resolve_for_tests[n])
      resolve_.reset(curl_slist_append(resolve_.release(), entry.c_str()));
    curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve_.get());
  }
}

void Transfer::set_fixed_options() {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message_);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Else cancelling would block the thread until a name lookup that is under way has ended.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);

  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTPAUTH, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  // Asks for the bytes as they are, and does not unpack what is compressed all the same.
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());

  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);

  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L << 10U);
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.body_bytes_max));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.low_speed_bytes_per_second));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.low_speed_time.count()));
}

std::optional<Result<delivery::Photo>> Transfer::done(CURLcode code) {
  if (verdict_) return std::move(*verdict_);
  if (headers_complete_ && is_redirect(status_)) {
    if (const auto location = header("Location")) return follow(*location);
  }
  if (headers_complete_ && status_ != 200) return status_error(status_);
  if (code != CURLE_OK) return failure(code);
  if (body_.size() == 0) return empty_error();
  // A short body ends before it is looked at on the way.
  if (const auto what = not_an_image(body_.span())) return not_an_image_error(*what);
  return delivery::Photo{body_.take()};
}

std::optional<Result<delivery::Photo>> Transfer::follow(const std::string& location) {
  if (origin_.redirect >= options_.redirects_max) return too_many_redirects_error(options_.redirects_max);
  ++origin_.redirect;
  auto next = rules_.follow(url_, location, origin_);
  if (!next) return next.error();
  if (elapsed() >= options_.total_timeout) return failure(CURLE_OPERATION_TIMEDOUT);
  easy_.reset();  // It holds on to the old address.
  url_ = std::move(*next);
  open_request();
  return std::nullopt;
}

Error Transfer::failure(CURLcode code) const {
  if (refusal_ && sockets_opened_ == 0) return *refusal_;
  curl_off_t ready_time = 0;  // When the request could be sent: connection and handshake done, or reused.
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &ready_time);
  std::string message = url_.loggable() + ": " + curl_easy_strerror(code);
  if (curl_message_[0] != '\0') message += std::string(" (") + curl_message_ + ")";
  return transfer_error(code,
                        {.connected = ready_time > 0,
                         .elapsed = elapsed(),
                         .host = url_.host(),
                         .curl_message = std::move(message)},
                        options_);
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > options_.header_bytes_max) {
    verdict_ = headers_error();
    return false;
  }
  if (headers_complete_ || (line != "\r\n" && line != "\n")) return true;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status_);
  if (status_ < 200) return true;  // "100 Continue" and its like: the answer is yet to come.
  headers_complete_ = true;
  // Nobody needs the body of anything else; done() says what the status means.
  return status_ == 200;
}

bool Transfer::take_body(const char* bytes, std::size_t n) {
  if (body_.size() == 0) {
    const auto encoding = header("Content-Encoding");
    if (encoding && !encoding->empty() && *encoding != "identity") {
      verdict_ = compressed_error();
      return false;
    }
    curl_off_t length = -1;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0) body_.expect(static_cast<std::size_t>(length));
  }
  const bool looked_at = body_.size() >= kSniffBytes;
  if (!body_.append(bytes, n)) {
    verdict_ = too_large_error(options_.body_bytes_max);
    return false;
  }
  if (looked_at || body_.size() < kSniffBytes) return true;
  const auto what = not_an_image(body_.span());
  if (what) verdict_ = not_an_image_error(*what);
  return !what;
}

std::optional<std::string> Transfer::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return std::nullopt;
  return found->value;
}

Millis Transfer::elapsed() const { return std::chrono::duration_cast<Millis>(SteadyClock::now() - began_); }

// The three callbacks: from here on no exception may leave, since libcurl is C.

std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t n, void* self) {
  try {
    return static_cast<Transfer*>(self)->take_header({bytes, size * n}) ? size * n : 0;
  } catch (const std::exception& e) {
    static_cast<Transfer*>(self)->verdict_ = Error{.code = Errc::internal, .detail = e.what()};
    return 0;
  }
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t n, void* self) {
  try {
    return static_cast<Transfer*>(self)->take_body(bytes, size * n) ? size * n : 0;
  } catch (const std::exception& e) {
    static_cast<Transfer*>(self)->verdict_ = Error{.code = Errc::internal, .detail = e.what()};
    return 0;
  }
}

// Asked with the address that the socket is then connected to, so nothing can change in between, whatever a
// name resolves to the next time. Refused: no socket, and libcurl goes on to the name's next address.
curl_socket_t Transfer::on_socket(void* self_pointer, curlsocktype purpose, curl_sockaddr* peer) {
  auto* self = static_cast<Transfer*>(self_pointer);
  try {
    const auto address = IpAddress::from(&peer->addr, peer->addrlen);
    if (purpose != CURLSOCKTYPE_IPCXN || !address) {
      self->refusal_ = Error{.code = Errc::address_refused, .detail = "neither IPv4 nor IPv6"};
      return CURL_SOCKET_BAD;
    }
    const auto allowed = self->rules_.may_connect(self->url_, *address, port_of(&peer->addr), self->origin_);
    if (!allowed) {
      if (!self->refusal_) self->refusal_ = allowed.error();
      return CURL_SOCKET_BAD;
    }
  } catch (const std::exception& e) {
    self->verdict_ = Error{.code = Errc::internal, .detail = e.what()};
    return CURL_SOCKET_BAD;
  }
  const curl_socket_t socket = ::socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
  if (socket != CURL_SOCKET_BAD) ++self->sockets_opened_;
  return socket;
}

}  // namespace cutroom::fetch_curl
