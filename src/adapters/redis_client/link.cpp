#include "adapters/redis_client/link.hpp"

#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

namespace cutroom::redis_client {
namespace {

using boost::asio::awaitable;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 32 * 1024;
// Of a connection that is answered at all, seconds of work; beyond it more waiting helps nobody.
constexpr std::size_t kCallsMax = 65'536;
constexpr std::size_t kOutBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kKeptBytes = 1024 * 1024;  // A buffer that had to grow beyond this is given back.

Error lost(std::string detail) { return {.code = Errc::unavailable, .detail = std::move(detail)}; }

}  // namespace

Link::Link(boost::asio::any_io_executor executor, Settings settings)
    : executor_(executor),
      settings_(std::move(settings)),
      stream_(executor, settings_.tls),
      timer_(executor),
      in_(kReadBytes, '\0') {}

awaitable<Result<std::vector<Reply>>> Link::open() {
  const auto self = shared_from_this();
  timer_.expires_after(settings_.connect_timeout);
  timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto link = weak.lock();
    if (cancelled || !link || link->open_) return;
    link->close(
        lost("no connection within " + std::to_string(link->settings_.connect_timeout.count()) + " ms"));
  });
  auto connected = co_await stream_.connect(settings_.endpoint);
  if (!connected) close(connected.error());
  if (closed_) co_return why_closed_;
  auto greeted = co_await greet();
  if (!greeted) close(greeted.error());
  if (closed_) co_return why_closed_;
  open_ = true;
  timer_.cancel();
  co_return greeted;
}

awaitable<Result<std::vector<Reply>>> Link::greet() {
  for (const Words& words : settings_.greeting) append_command(out_, words);
  flush();
  std::vector<Reply> answers;
  while (answers.size() < settings_.greeting.size()) {
    Result<Reply> answer;
    const auto next = reader_.next(answer);
    if (next == ReplyReader::Next::broken) co_return lost("what answered is no Redis");
    if (next == ReplyReader::Next::answer) {
      if (!answer) co_return answer.error();
      answers.push_back(std::move(*answer));
      continue;
    }
    error_code failed;
    const std::size_t size = co_await stream_.read_some(in_, failed);
    if (failed) co_return lost("the connection broke: " + failed.message());
    reader_.feed(std::string_view(in_).substr(0, size));
  }
  co_return answers;
}

awaitable<Error> Link::run() {
  const auto self = shared_from_this();
  while (!closed_) {
    if (!deliver()) close(lost("what came is no RESP"));
    if (closed_) break;
    error_code failed;
    const std::size_t size = co_await stream_.read_some(in_, failed);
    if (failed)
      close(lost("the connection broke: " + failed.message()));
    else
      reader_.feed(std::string_view(in_).substr(0, size));
  }
  co_return why_closed_;
}

// Whoever is resumed may do anything with this link, close it too.
bool Link::deliver() {
  Result<Reply> answer;
  while (!closed_) {
    switch (reader_.next(answer)) {
      case ReplyReader::Next::broken:
        return false;
      case ReplyReader::Next::needs_more:
        return true;
      case ReplyReader::Next::answer:
        break;
    }
    if (calls_.empty()) {
      if (!settings_.push) return false;  // An answer that nobody asked for.
      settings_.push(answer);
    } else if (calls_.front()->take(std::move(answer))) {
      const auto call = std::move(calls_.front());
      calls_.pop_front();
      call->resume();
    }
  }
  return true;
}

bool Link::has_room() const { return calls_.size() < kCallsMax && out_.size() < kOutBytesMax; }

void Link::submit(std::unique_ptr<Call> call) {
  for (const Words& words : call->commands()) append_command(out_, words);
  call->deadline = Steady::now() + settings_.command_timeout;
  calls_.push_back(std::move(call));
  if (!watching_) watch_deadlines();
  flush_soon();
}

void Link::send(const Words& words) {
  append_command(out_, words);
  flush_soon();
}

// Not at once: who else is about to submit in this round of the executor joins the same write.
void Link::flush_soon() {
  if (write_under_way_ || flush_posted_) return;
  flush_posted_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void Link::flush() {
  if (closed_ || write_under_way_ || out_.empty()) return;
  if (writing_.capacity() > kKeptBytes) writing_ = std::string();
  writing_.clear();
  std::swap(out_, writing_);
  write_under_way_ = true;
  stream_.write(writing_, [self = shared_from_this()](error_code failed) {
    self->write_under_way_ = false;
    if (failed)
      self->close(lost("the connection broke: " + failed.message()));
    else
      self->flush();
  });
}

// One timer for all calls: they are answered in order and have the same time each, so the first one's is the
// next to run out. One that is not answered in time takes the link with it, for what is behind it can't be
// answered either.
void Link::watch_deadlines() {
  watching_ = !calls_.empty() && !closed_;
  if (!watching_) return;
  timer_.expires_at(calls_.front()->deadline);
  timer_.async_wait([self = shared_from_this()](error_code) {
    if (self->closed_) return;
    if (!self->calls_.empty() && self->calls_.front()->deadline <= Steady::now())
      self->close(
          lost("no answer within " + std::to_string(self->settings_.command_timeout.count()) + " ms"));
    self->watch_deadlines();
  });
}

void Link::close(Error why) {
  if (closed_) return;
  closed_ = true;
  open_ = false;
  why_closed_ = std::move(why);
  stream_.close();
  timer_.cancel();
  const auto calls = std::exchange(calls_, {});
  for (const auto& call : calls) {
    call->fail_the_rest(why_closed_);
    call->resume_later();
  }
}

}  // namespace cutroom::redis_client
