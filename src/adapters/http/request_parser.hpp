// Beast's parser, filling a Request: no I/O, so every split of the input can be tested, and no tree of
// headers, since only the few that are needed are kept.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "adapters/http/request.hpp"

namespace cutroom::http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  // `into` must be clear, and outlives the parser.
  RequestParser(Request& into, std::size_t header_bytes_max) : into_(into) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(boost::none);  // Set when the route is known.
  }

  // All below: once the header is done.
  // 400's text where HTTP allows the parts but not the whole, empty where all is well.
  std::string_view objection() const;
  bool is_http_1_0() const { return version_ == 10; }
  bool expects_continue() const { return expects_continue_; }
  // Body bytes from now on are read over.
  void drop_body() { keeps_body_ = false; }
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  using ErrorCode = boost::system::error_code;
  using Verbs = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Text = boost::beast::string_view;

  void on_request_impl(Verbs, Text method, Text target, int version, ErrorCode&) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(Field, Text name, Text value, ErrorCode&) override;
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override;
  std::size_t on_body_impl(Text, ErrorCode&) override;
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& failed) override {
    return on_body_impl(body, failed);
  }
  void on_finish_impl(ErrorCode&) override {}

  void on_unnamed_field(Text name, Text value);

  Request& into_;
  int version_ = 11;
  int hosts_ = 0;
  bool odd_transfer_encoding_ = false;
  bool expects_continue_ = false;
  bool keeps_body_ = true;
  std::uint64_t body_bytes_ = 0;
};

}  // namespace cutroom::http
