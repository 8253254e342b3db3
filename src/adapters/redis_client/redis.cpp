#include "adapters/redis_client/redis.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/inner.hpp"
#include "adapters/redis_client/reply_error.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::awaitable;

// A server before version 7 has no functions; an ACL may not allow them.
bool is_refusal(const Error& error) {
  return error.detail.starts_with("ERR unknown command") || is_reply_error(error, "NOPERM");
}

Error no_command() { return {.code = Errc::internal, .detail = "a Redis command without words"}; }

}  // namespace

// Where a call goes on on our executor: all three are functions of the client's inner half and what was
// asked.
struct Calls {
  using Inner = std::shared_ptr<Redis::Inner>;

  static awaitable<Result<Reply>> one(Inner inner, Words words) {
    if (words.empty()) co_return no_command();
    Result<Reply> answer;
    co_await inner->exchange(std::span(&words, 1), std::span(&answer, 1));
    co_return answer;
  }

  static awaitable<Result<std::vector<Reply>>> many(Inner inner, std::vector<Words> commands) {
    for (const Words& words : commands)
      if (words.empty()) co_return no_command();
    std::vector<Reply> replies;
    if (commands.empty()) co_return replies;
    std::vector<Result<Reply>> answers(commands.size());
    co_await inner->exchange(commands, answers);
    replies.reserve(answers.size());
    for (auto& answer : answers) {
      if (!answer) co_return answer.error();
      replies.push_back(std::move(*answer));
    }
    co_return replies;
  }

  static awaitable<Result<Reply>> script(Inner inner, Words words, const Script& of) {
    Result<Reply> answer;
    if (of.library != nullptr && inner->has_functions()) {
      words[0] = "FCALL";
      words[1] = of.library->name + '_' + of.name;
      co_await inner->exchange(std::span(&words, 1), std::span(&answer, 1));
      if (!answer && answer.error().detail.starts_with("ERR Function not found")) {
        Words load{"FUNCTION", "LOAD", of.library->text};
        co_await inner->exchange(std::span(&load, 1), std::span(&answer, 1));
        if (answer ||
            answer.error().detail.starts_with("ERR Library"))  // It is there by now: another was faster.
          co_await inner->exchange(std::span(&words, 1), std::span(&answer, 1));
      }
      if (answer || !is_refusal(answer.error())) co_return answer;
      inner->forgo_functions();
      words[0] = "EVALSHA";
      words[1] = of.sha1;
    }
    co_await inner->exchange(std::span(&words, 1), std::span(&answer, 1));
    if (answer || !is_reply_error(answer.error(), "NOSCRIPT")) co_return answer;
    words[0] = "EVAL";
    words[1] = of.text;
    co_await inner->exchange(std::span(&words, 1), std::span(&answer, 1));
    co_return answer;
  }

  // The caller's thread may be another one than the executor's; then there is a hop each way.
  template <class T>
  static awaitable<T> there(Inner inner, awaitable<T> call) {
    if (inner->is_here()) co_return co_await std::move(call);
    co_return co_await boost::asio::co_spawn(inner->executor(), std::move(call), boost::asio::use_awaitable);
  }
};

Redis::Redis(boost::asio::any_io_executor executor, Options options)
    : inner_(std::make_shared<Inner>(std::move(executor), std::move(options))) {
  inner_->start();
}

// Here and now: a loop that nobody runs any more would never get to it.
Redis::~Redis() { inner_->stop(); }

awaitable<Result<Reply>> Redis::command(std::vector<std::string> words) {
  return Calls::there(inner_, Calls::one(inner_, std::move(words)));
}

awaitable<Result<std::vector<Reply>>> Redis::pipeline(std::vector<std::vector<std::string>> commands) {
  return Calls::there(inner_, Calls::many(inner_, std::move(commands)));
}

awaitable<Result<Reply>> Redis::run(const Script& script, std::vector<std::string> keys,
                                    std::vector<std::string> args) {
  Words words;
  words.reserve(3 + keys.size() + args.size());
  words.insert(words.end(), {"EVALSHA", script.sha1, std::to_string(keys.size())});
  std::move(keys.begin(), keys.end(), std::back_inserter(words));
  std::move(args.begin(), args.end(), std::back_inserter(words));
  return Calls::there(inner_, Calls::script(inner_, std::move(words), script));
}

void Redis::subscribe(std::string channel, Handler handler) {
  boost::asio::dispatch(inner_->executor(), [inner = inner_, channel = std::move(channel),
                                             handler = std::move(handler)]() mutable {
    if (auto* to = inner->subscriber()) to->subscribe(std::move(channel), std::move(handler));
  });
}

void Redis::psubscribe(std::string pattern, Handler handler) {
  boost::asio::dispatch(inner_->executor(), [inner = inner_, pattern = std::move(pattern),
                                             handler = std::move(handler)]() mutable {
    if (auto* to = inner->subscriber()) to->psubscribe(std::move(pattern), std::move(handler));
  });
}

void Redis::on_connection(std::function<void(bool up)> listener) {
  boost::asio::dispatch(inner_->executor(), [inner = inner_, listener = std::move(listener)]() mutable {
    inner->add_listener(std::move(listener));
  });
}

bool Redis::is_cluster() const { return inner_->is_cluster(); }
bool Redis::is_connected() const { return inner_->is_connected(); }

void Redis::stop() {
  boost::asio::dispatch(inner_->executor(), [inner = inner_] { inner->stop(); });
}

}  // namespace cutroom::redis_client
