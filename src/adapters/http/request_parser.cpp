#include "adapters/http/request_parser.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace cutroom::http {
namespace {

namespace beast = boost::beast;

Verb verb_from(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Verb::get;
    case beast::http::verb::head:
      return Verb::head;
    case beast::http::verb::post:
      return Verb::post;
    case beast::http::verb::put:
      return Verb::put;
    case beast::http::verb::patch:
      return Verb::patch;
    case beast::http::verb::delete_:
      return Verb::del;
    case beast::http::verb::options:
      return Verb::options;
    default:
      return Verb::other;
  }
}

void assign(std::string& into, beast::string_view text) { into.assign(text.data(), text.size()); }

// "/path?query", or the whole address as a proxy would send it.
bool read_target(beast::string_view target, Request& into) {
  if (target == "*") {
    into.path = "*";
    return true;
  }
  const boost::urls::string_view text(target.data(), target.size());
  const auto url =
      target.starts_with('/') ? boost::urls::parse_origin_form(text) : boost::urls::parse_uri(text);
  if (!url) return false;
  const auto path = url->encoded_path();
  const auto query = url->encoded_query();
  into.path.assign(path.data(), path.size());
  into.query.assign(query.data(), query.size());
  if (into.path.empty()) into.path = "/";
  return true;
}

}  // namespace

std::string_view RequestParser::objection() const {
  // Two servers that disagree on where a request ends can be made to answer each other's: refuse what is
  // unclear.
  if (odd_transfer_encoding_) return "Transfer-Encoding may only be chunked";
  if (chunked() && version_ < 11) return "HTTP/1.0 has no Transfer-Encoding";
  if (hosts_ > 1 || (hosts_ == 0 && version_ >= 11)) return "One Host header is needed";
  return {};
}

void RequestParser::on_request_impl(Verbs verb, Text, Text target, int version, ErrorCode& failed) {
  version_ = version;
  into_.verb = verb_from(verb);
  if (!read_target(target, into_)) failed = beast::http::error::bad_target;
}

void RequestParser::on_field_impl(Field field, Text name, Text value, ErrorCode&) {
  if (is_header_done()) return;  // A trailer: nothing that is needed may come that late.
  switch (field) {
    case Field::host:
      ++hosts_;
      assign(into_.headers.host, value);
      break;
    case Field::content_type:
      assign(into_.headers.content_type, value);
      break;
    case Field::accept:
      assign(into_.headers.accept, value);
      break;
    case Field::authorization:
      assign(into_.headers.authorization, value);
      break;
    case Field::origin:
      assign(into_.headers.origin, value);
      break;
    case Field::if_none_match:
      assign(into_.headers.if_none_match, value);
      break;
    case Field::if_range:
      assign(into_.headers.if_range, value);
      break;
    case Field::range:
      assign(into_.headers.range, value);
      break;
    case Field::expect:
      expects_continue_ = beast::iequals(value, "100-continue");
      break;
    case Field::transfer_encoding:
      odd_transfer_encoding_ |= !beast::iequals(value, "chunked");
      break;
    case Field::forwarded:
    case Field::via:
      into_.headers.is_forwarded = true;
      break;
    default:
      on_unnamed_field(name, value);
      break;
  }
}

// Beast has no names for these.
void RequestParser::on_unnamed_field(Text name, Text value) {
  if (beast::iequals(name, "X-Api-Key")) {
    assign(into_.headers.x_api_key, value);
  } else if (beast::iequals(name, "Idempotency-Key")) {
    assign(into_.headers.idempotency_key, value);
  } else if (beast::iequals(name, "Last-Event-ID")) {
    assign(into_.headers.last_event_id, value);
  } else if (beast::iequals(name, "X-Forwarded-For")) {
    std::string& list = into_.headers.x_forwarded_for;
    if (!list.empty()) list += ',';
    list.append(value.data(), value.size());
    into_.headers.is_forwarded = true;
  } else if (beast::iequals(name, "X-Real-IP") || beast::iequals(name, "X-Forwarded-Host")) {
    into_.headers.is_forwarded = true;
  }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) {
  // Address space only; pages come as bytes do. The length has been held against the route's limit before.
  if (keeps_body_ && length) into_.body.reserve(*length);
}

std::size_t RequestParser::on_body_impl(Text body, ErrorCode&) {
  if (keeps_body_) into_.body.append(body.data(), body.size());
  body_bytes_ += body.size();
  return body.size();
}

}  // namespace cutroom::http
