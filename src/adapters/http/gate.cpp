#include "adapters/http/gate.hpp"

#include <boost/beast/core/string.hpp>

#include "adapters/http/named_vendor.hpp"
#include "adapters/http/repeated_call.hpp"
#include "base/run_on.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;
using engine::RequestClass;

// Looking through more than this takes longer than the way to another thread and back.
constexpr std::size_t kLookHereBytesMax = 128U << 10U;

// "Bearer KEY", whatever the case of the first word; else what X-Api-Key has.
std::string key_of(const RequestHeaders& headers) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view authorization = headers.authorization;
  if (headers.x_api_key.empty() && boost::beast::iequals(authorization.substr(0, kScheme.size()), kScheme)) {
    const std::size_t begin = authorization.find_first_not_of(' ', kScheme.size());
    if (begin != std::string_view::npos) return std::string(authorization.substr(begin));
  }
  return headers.x_api_key;
}

// Of "http://localhost:3001" or "localhost:3001".
bool is_this_machine(std::string_view place) {
  if (const std::size_t scheme = place.find("://"); scheme != std::string_view::npos)
    place.remove_prefix(scheme + 3);
  if (boost::beast::iequals(place.substr(0, place.rfind(':')), "localhost")) return true;
  return is_loopback(std::string(place));
}

// A connection from this machine is not enough: a proxy that runs here passes on requests from anywhere, and
// a web page that a person here looks at can send requests too. The one adds headers, the other has an
// Origin, or, after its name was made to point here, a Host that isn't this machine.
bool is_from_here(const Request& request) {
  const RequestHeaders& headers = request.headers;
  return is_loopback(request.remote_ip) && !headers.is_forwarded && is_this_machine(headers.host) &&
         (headers.origin.empty() || is_this_machine(headers.origin));
}

bool may_name_a_vendor(RequestClass request) {
  return request == RequestClass::background_removal || request == RequestClass::image_processing ||
         request == RequestClass::bulk;
}

asio::awaitable<std::string> found_in_body(const Api& api, const Request& request,
                                           std::string (*look)(const Request&)) {
  if (request.body.size() <= kLookHereBytesMax) co_return look(request);
  co_return co_await run_on(api.use.pool, [&] { return look(request); });
}

// What the call was answered before, where it was; what stands against it is found again by its handler.
asio::awaitable<std::optional<engine::Submitted>> answer_before(const Api& api, Request& request) {
  if (request.headers.idempotency_key.empty()) co_return std::nullopt;
  request.fingerprint = co_await found_in_body(api, request, fingerprint_of);
  auto once = once_of(request);
  auto before = co_await api.use.submission.repeated(std::move(*once));
  co_return before ? std::move(*before) : std::nullopt;
}

}  // namespace

asio::awaitable<engine::Admitted> pass_gate(const Api& api, const Route& route, Request& request) {
  engine::Admission& admission = api.use.admission;
  engine::Credentials credentials{
      .key = key_of(request.headers),
      .address = client_address(request.remote_ip, request.headers.x_forwarded_for, api.proxies),
      .from_here = is_from_here(request)};
  engine::Admitted admitted;
  auto caller = admission.identify(credentials, route.access);
  if (!caller) {
    // Guessing keys is a request like any other, and as limited.
    const engine::Caller unknown{.vendor = credentials.address, .address = credentials.address};
    admitted = co_await admission.admit(unknown, RequestClass::read);
    if (!admitted.refused) admitted.refused = caller.error();
    co_return admitted;
  }
  request.caller = std::move(*caller);
  if (may_name_a_vendor(route.request)) {
    const std::string named = co_await found_in_body(api, request, named_vendor);
    if (const auto spoken = admission.speaks_for(request.caller, named); !spoken) {
      admitted.refused = spoken.error();
      co_return admitted;
    }
    request.answered = co_await answer_before(api, request);
  }
  // Whoever asks again for an answer that is there already takes nothing from what is meant for submissions.
  co_return co_await admission.admit(request.caller, request.answered ? RequestClass::read : route.request);
}

void add_limit_headers(Response& response, const vendors::Standing& standing) {
  const auto seconds = (standing.reset.count() + 999) / 1'000;
  response.add_header("RateLimit-Limit", std::to_string(standing.limit));
  response.add_header("RateLimit-Remaining", std::to_string(standing.remaining));
  response.add_header("RateLimit-Reset", std::to_string(seconds));
}

}  // namespace cutroom::http
