// A client for Redis and Valkey that keeps itself connected.
//
// Not an adapter but what the adapters on Redis are built of. Redis may go away and come back, fail over or
// move its keys: calls fail meanwhile, and nobody has to do anything for them to work again.
//
// The executor must run one thing at a time: an io_context with one thread, or a strand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/options.hpp"
#include "adapters/redis_client/reply.hpp"
#include "adapters/redis_client/script.hpp"
#include "base/error.hpp"

namespace cutroom::redis_client {

class Redis {
 public:
  // Connects by itself, in the background, again and again, until stop().
  Redis(boost::asio::any_io_executor, Options);
  // Stops. To be destroyed on the executor, or when nothing runs it any more.
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // The following three may be called from a coroutine on any executor and resume there. Calls made meanwhile
  // share the connection, pipelined, in order.
  //
  // Errors, with Redis' own words as detail:
  //   unavailable      not connected, or the connection broke or no answer came in time (the command may or
  //   may not
  //                    have been done), or an answer that tells of a passing state: LOADING, READONLY, OOM,
  //                    ...
  //   storage_failed   every other error answer
  // The very first calls wait for the first connection, up to connect_timeout; after that a call made while
  // there is none fails at once.

  // (g++ 12: a braced list of words inside the co_await expression does not compile; name it first.)
  // In a cluster words[1] is the key (of EVAL and its kind: words[3]).
  boost::asio::awaitable<Result<Reply>> command(std::vector<std::string> words);
  // Sent together, answered in order; not atomic. One that fails makes the whole an error, the first one's;
  // the others are done all the same. In a cluster they should be of one slot: those of another one take a
  // second way, which a transaction can't.
  boost::asio::awaitable<Result<std::vector<Reply>>> pipeline(std::vector<std::vector<std::string>> commands);
  // EVALSHA; where Redis does not know the script (any more), EVAL with its text. The script must live as
  // long. One of a library: FCALL, where the server takes it and is no cluster, whose nodes each would have
  // to be given the library.
  boost::asio::awaitable<Result<Reply>> run(const Script&, std::vector<std::string> keys,
                                            std::vector<std::string> args);

  // Channels by exact name or by glob pattern, on a connection of their own, subscribed again after each
  // break. The handler is called on the executor.
  using Handler = std::function<void(const std::string& channel, const std::string& payload)>;
  void subscribe(std::string channel, Handler);
  void psubscribe(std::string pattern, Handler);

  // Called on the executor with true each time commands can be sent again and all subscriptions stand
  // (messages sent before that were missed), also after a later subscribe(); with false when that ended.
  // Several may be given; one that is given while all stands is told so.
  void on_connection(std::function<void(bool up)>);
  // Can commands be sent?
  bool is_connected() const;
  // For any thread.
  bool is_cluster() const;

  // Everything under way fails with unavailable; then the executor has no work of ours left. For any thread.
  void stop();

  class Inner;

 private:
  std::shared_ptr<Inner> inner_;
};

}  // namespace cutroom::redis_client
