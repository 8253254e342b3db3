#include "adapters/http/session.hpp"

#include <charconv>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>

#include "base/log.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using HttpError = boost::beast::http::error;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kHeadReadBytes = 16U << 10U;
constexpr std::size_t kBodyReadBytes = 64U << 10U;
// A body that nobody wants is read over up to this, so that the connection can be used again.
constexpr std::uint64_t kDroppedBodyMax = 64U << 10U;
constexpr std::chrono::milliseconds kLinger{2'000};

std::string ip_of(const asio::ip::tcp::socket& socket) {
  error_code failed;
  auto address = socket.remote_endpoint(failed).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

// Some clients send an empty line after a body; RFC 9112, 2.2 says to read over it. Whether there is
// something behind it.
bool skip_empty_line(boost::beast::flat_buffer& buffer) {
  const auto* text = static_cast<const char*>(buffer.data().data());
  if (buffer.size() >= 2 && text[0] == '\r' && text[1] == '\n') buffer.consume(2);
  return buffer.size() > 1 || (buffer.size() == 1 && text[0] != '\r');
}

Error header_error(const error_code& failed) {
  if (failed == HttpError::header_limit)
    return {.code = Errc::too_large, .message = "The headers are too large"};
  return {.code = Errc::invalid_input, .message = "The request is not valid HTTP"};
}

Error body_too_large(std::uint64_t max) {
  return {.code = Errc::too_large, .message = "The body may have " + std::to_string(max) + " bytes at most"};
}

asio::const_buffer buffer_of(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Session::Session(std::shared_ptr<ServerCore> core, asio::ip::tcp::socket socket)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      deadline_(socket_.get_executor(), [this] { cut(); }) {
  request_.remote_ip = ip_of(socket_);
  core_->sessions.insert(this);
}

Session::~Session() {
  core_->body_bytes -= counted_bytes_;
  core_->sessions.erase(this);
  if (core_->sessions.empty()) core_->gone.cancel();
}

void Session::stop() {
  if (is_idle_) cut();
  if (stream_) stream_->stop();
}

void Session::cut() {
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> Session::run() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // So that write() can try at once, without a trip through the reactor.
  socket_.non_blocking(true, ignored);
  while (co_await serve_one()) {
  }
  if (unread_) co_await linger();
  cut();
}

asio::awaitable<void> Session::refuse() {
  const Error error{.code = Errc::unavailable, .message = "Too many connections"};
  if (co_await send(error_response(error, "connection"), false)) co_await linger();
  cut();
}

asio::awaitable<bool> Session::serve_one() {
  request_.clear();
  parser_.emplace(request_, core_->api.options.header_bytes_max);
  core_->body_bytes -= std::exchange(counted_bytes_, 0);
  if (buffer_.size() == 0 && buffer_.capacity() > kBodyReadBytes)
    buffer_.shrink_to_fit();  // Idle ones stay small.

  const auto head = co_await read_head();
  if (!head) {
    const int status = head.error().code == Errc::too_large ? 431 : error_row(head.error().code).http_status;
    co_await refuse_request(error_response(status, head.error(), "connection"));
  }
  if (!head || !*head) co_return false;
  const Route* route = find_route(core_->api.routes, request_);
  const auto body = co_await read_body(route);
  if (!body) co_await refuse_request(error_response(body.error(), describe(request_)));
  if (!body || !*body) co_return false;

  deadline_.clear();
  Response response = co_await answer(core_->api, route, request_);
  const bool keep_alive = parser_->keep_alive() && !unread_ && !core_->stopping;
  co_return co_await send(std::move(response), keep_alive) && keep_alive;
}

asio::awaitable<void> Session::refuse_request(Response response) {
  unread_ = true;
  request_.body = std::string();  // Others need the room while this client is still sending.
  core_->body_bytes -= std::exchange(counted_bytes_, 0);
  co_await send(std::move(response), false);
}

asio::awaitable<Result<bool>> Session::read_head() {
  const ServerOptions& options = core_->api.options;
  bool is_timed = false;
  while (!parser_->is_header_done()) {
    error_code failed = HttpError::need_more;
    const bool has_text = parser_->got_some() ? buffer_.size() > 0 : skip_empty_line(buffer_);
    if (has_text) buffer_.consume(parser_->put(buffer_.data(), failed));
    if (!failed) continue;
    if (failed != HttpError::need_more) co_return header_error(failed);

    is_idle_ = buffer_.size() == 0 && !parser_->got_some();
    if (is_idle_) {
      if (core_->stopping) co_return false;
      deadline_.set_in(options.idle_max);
    } else if (!is_timed) {  // Set once, and only where the first read did not bring the whole header.
      is_timed = true;
      deadline_.set_in(options.header_max);
    }
    const bool filled = co_await fill(kHeadReadBytes);
    is_idle_ = false;
    if (!filled) co_return false;
  }
  if (const std::string_view objection = parser_->objection(); !objection.empty())
    co_return Error{.code = Errc::invalid_input, .message = std::string(objection)};
  co_return true;
}

asio::awaitable<Result<bool>> Session::read_body(const Route* route) {
  if (parser_->is_done()) co_return true;
  const ServerOptions& options = core_->api.options;
  const std::uint64_t wanted = body_bytes_max(route, request_, options);
  const std::uint64_t max = wanted > 0 ? wanted : kDroppedBodyMax;
  if (parser_->content_length().value_or(0) > max) {
    if (wanted > 0) co_return body_too_large(max);
    unread_ = true;  // Answered without it, and closed.
    co_return true;
  }
  parser_->body_limit(max);
  parser_->eager(true);
  if (wanted == 0) parser_->drop_body();
  if (parser_->expects_continue() && buffer_.size() == 0) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await write(kContinue)) co_return false;
  }
  const auto started = std::chrono::steady_clock::now();
  while (!parser_->is_done()) {
    error_code failed = HttpError::need_more;
    if (buffer_.size() > 0) buffer_.consume(parser_->put(buffer_.data(), failed));
    if (auto counted = count_body_bytes(); !counted) co_return counted.error();
    if (failed == HttpError::body_limit) co_return body_too_large(max);
    if (failed && failed != HttpError::need_more) co_return header_error(failed);
    if (parser_->is_done()) break;
    // What is left over is a chunk's header or trailer, for which a header's limit is ample.
    if (buffer_.size() > options.header_bytes_max) co_return header_error(HttpError::bad_chunk);
    const std::chrono::seconds earned(parser_->body_bytes() / options.transfer_bytes_per_second_min);
    deadline_.set(started + options.transfer_grace + earned);
    if (!co_await fill(kBodyReadBytes)) co_return false;
  }
  co_return true;
}

Result<void> Session::count_body_bytes() {
  const std::size_t now = request_.body.size();
  core_->body_bytes += now - counted_bytes_;
  counted_bytes_ = now;
  if (core_->body_bytes <= core_->api.options.body_bytes_in_flight_max) return {};
  return Error{.code = Errc::unavailable, .message = "Too many uploads at the same time"};
}

asio::awaitable<bool> Session::fill(std::size_t bytes) {
  const auto [failed, n] = co_await socket_.async_read_some(buffer_.prepare(bytes), kTuple);
  buffer_.commit(n);
  co_return !failed;
}

asio::awaitable<bool> Session::send(Response response, bool keep_alive) {
  HeadFacts facts{.keep_alive = keep_alive,
                  .http_1_0 = parser_ && parser_->is_http_1_0(),
                  .length = {},
                  .origin = request_.headers.origin};
  out_.clear();
  if (auto* stream = std::get_if<std::unique_ptr<BodyStream>>(&response.body))
    co_return co_await send_stream(**stream, response, facts);
  const std::string& body = response.text();
  facts.length = body.size();
  core_->head.write(out_, response, facts);
  const std::string_view sent = request_.verb == Verb::head ? std::string_view() : std::string_view(body);
  co_return co_await write(out_, sent);
}

asio::awaitable<bool> Session::send_stream(BodyStream& stream, const Response& response, HeadFacts facts) {
  facts.length = stream.length();
  // HTTP/1.0 has no chunks: the end of the connection is the end of the body.
  if (!facts.length && facts.http_1_0) facts.keep_alive = false;
  core_->head.write(out_, response, facts);
  if (request_.verb == Verb::head) co_return co_await write(out_);

  // Of a known length the head goes out with the first piece; else a client waits for it alone.
  if (!facts.length) {
    if (!co_await write(out_)) co_return false;
    out_.clear();
  }
  stream_ = &stream;
  if (core_->stopping) stream.stop();
  if (!facts.length) watch_for_leaving();
  const bool is_whole = co_await send_pieces(stream, facts);
  stream_ = nullptr;
  if (watch_) {
    watch_.reset();
    error_code ignored;
    socket_.cancel(ignored);
  }
  co_return is_whole;
}

asio::awaitable<bool> Session::send_pieces(BodyStream& stream, const HeadFacts& facts) {
  const bool is_chunked = !facts.length && !facts.http_1_0;
  const std::string_view chunk_end = is_chunked ? "\r\n" : "";
  std::uint64_t sent = 0;
  for (;;) {
    const auto piece = co_await stream.next();
    if (!piece) {
      log::error("{}: broken off after {} bytes: {} ({})", describe(request_), sent, piece.error().text(),
                 piece.error().detail);
      co_return false;
    }
    if (piece->empty()) break;
    sent += piece->size();
    if (is_chunked) {
      std::array<char, 20> hex{};
      out_.append(hex.data(), std::to_chars(hex.data(), hex.data() + hex.size(), piece->size(), 16).ptr);
      out_ += "\r\n";
    }
    if (!co_await write(out_, *piece, chunk_end)) co_return false;
    out_.clear();
  }
  if (is_chunked) out_ += "0\r\n\r\n";
  if (!out_.empty() && !co_await write(out_)) co_return false;
  co_return facts.length ? sent == *facts.length : is_chunked;
}

void Session::watch_for_leaving() {
  watch_ = std::make_shared<char>();
  socket_.async_wait(
      asio::ip::tcp::socket::wait_read, [this, watch = std::weak_ptr(watch_)](error_code failed) {
        if (failed || watch.expired()) return;
        char byte = 0;
        const std::size_t n =
            socket_.receive(asio::buffer(&byte, 1), asio::ip::tcp::socket::message_peek, failed);
        if (failed == asio::error::would_block) return watch_for_leaving();
        // What is there is the next request; an end behind it is noticed when something can't be sent.
        if (n == 0 && stream_ != nullptr) stream_->stop();
      });
}

asio::awaitable<bool> Session::write(std::string_view first, std::string_view second,
                                     std::string_view third) {
  bool is_timed = false;
  std::array buffers{buffer_of(first), buffer_of(second), buffer_of(third)};
  error_code failed;
  for (;;) {
    std::size_t n = socket_.write_some(buffers, failed);
    if (failed && failed != asio::error::would_block) co_return false;
    for (asio::const_buffer& buffer : buffers) {
      const std::size_t of_this = std::min(n, buffer.size());
      buffer += of_this;
      n -= of_this;
    }
    const std::size_t left = asio::buffer_size(buffers);
    if (left == 0) {
      if (is_timed) deadline_.clear();  // The next piece of a stream may be long in coming.
      co_return true;
    }
    is_timed = true;
    const ServerOptions& options = core_->api.options;
    deadline_.set_in(options.transfer_grace +
                     std::chrono::seconds(left / options.transfer_bytes_per_second_min));
    std::tie(failed) = co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, kTuple);
    if (failed) co_return false;
  }
}

asio::awaitable<void> Session::linger() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  deadline_.set_in(kLinger);
  do {
    buffer_.clear();
  } while (co_await fill(kBodyReadBytes));
}

}  // namespace cutroom::http
