// A call's way through a cluster.
#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/cluster.hpp"
#include "adapters/redis_client/exchange.hpp"

namespace cutroom::redis_client {

using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using Steady = std::chrono::steady_clock;

namespace {

// A slot's keys move one by one, a failover takes seconds: so long between two tries.
constexpr Millis kPauseFirst{10};
constexpr Millis kPauseMax{200};
// After so many redirections in a row nodes contradict each other, and get time to agree.
constexpr int kRedirectionsAtOnce = 16;

bool is_transaction(std::span<const Words> commands) {
  return std::any_of(commands.begin(), commands.end(),
                     [](const Words& words) { return words[0] == "MULTI"; });
}

// A script reads and writes keys that it did not name. On the node where the slot's keys are to go it would
// find those missing that have not come yet, and make them anew.
bool has_a_script(std::span<const Words> commands) {
  return std::any_of(commands.begin(), commands.end(), [](const Words& words) {
    return words[0].starts_with("EVAL") || words[0].starts_with("FCALL");
  });
}

std::optional<Redirection> first_redirection(std::span<const Result<Reply>> answers) {
  for (const auto& answer : answers)
    if (auto redirection = redirection_of(answer)) return redirection;
  return std::nullopt;
}

}  // namespace

awaitable<void> Cluster::exchange(std::span<const Words> commands, std::span<Result<Reply>> answers) {
  const auto self = shared_from_this();
  const auto give_up = Steady::now() + options_.command_timeout;
  Target target{.slot = slot_of(commands)};
  co_await send(std::move(target), commands, answers);
  Backoff pause(kPauseFirst, kPauseMax);
  boost::asio::steady_timer timer(executor_);
  for (int redirections = 1;; ++redirections) {
    auto redirection = first_redirection(answers);
    if (!redirection || stopped_ || Steady::now() > give_up) co_return;
    // An ASKING holds for one command, not for a transaction. That waits until the slot has moved, as a
    // script does.
    if (redirection->kind == Redirection::Kind::ask && (is_transaction(commands) || has_a_script(commands)))
      redirection->kind = Redirection::Kind::later;
    if (redirection->kind == Redirection::Kind::later || redirections > kRedirectionsAtOnce) {
      want_refresh();
      boost::system::error_code ignored;
      timer.expires_after(pause.next());
      co_await timer.async_wait(redirect_error(use_awaitable, ignored));
      if (stopped_) co_return;
    }
    co_await send_again(*std::move(redirection), commands, answers);
  }
}

// What was redirected in this way, and only that: the rest has been done. Of a transaction that was, nothing
// has.
awaitable<void> Cluster::send_again(Redirection redirection, std::span<const Words> commands,
                                    std::span<Result<Reply>> answers) {
  const bool whole = is_transaction(commands) || has_a_script(commands);  // A script goes alone.
  std::vector<std::size_t> whose;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto own = redirection_of(answers[i]);
    if (whole || (own && own->kind == redirection.kind && own->to == redirection.to)) whose.push_back(i);
  }

  Target target = follow(redirection, commands.subspan(whole ? 0 : whose.front()));
  const bool asks = redirection.kind == Redirection::Kind::ask;
  std::vector<Words> again;
  for (const std::size_t i : whose) {
    if (asks) again.push_back({"ASKING"});
    again.push_back(commands[i]);
  }
  std::vector<Result<Reply>> news(again.size());
  co_await send(std::move(target), again, news);
  const std::size_t step = asks ? 2 : 1;
  for (std::size_t i = 0; i < whose.size(); ++i) answers[whose[i]] = std::move(news[i * step + step - 1]);
}

// Where it leads; `commands` are those that were redirected so.
Cluster::Target Cluster::follow(Redirection& redirection, std::span<const Words> commands) {
  Target target{.slot = slot_of(commands)};
  if (redirection.kind == Redirection::Kind::later) return target;
  const Endpoint* answered = place_of(target);
  if (redirection.to.host.empty() && answered != nullptr) redirection.to.host = answered->host;
  node_at(redirection.to);
  if (redirection.kind == Redirection::Kind::moved) {
    slots_[redirection.slot] = &nodes_.find(redirection.to)->first;
    want_refresh();
  }
  target.node = redirection.to;
  return target;
}

awaitable<void> Cluster::send(Target target, std::span<const Words> commands,
                              std::span<Result<Reply>> answers) {
  boost::system::error_code ignored;
  Link* link = nullptr;
  while (!stopped_) {
    const Endpoint* place = place_of(target);
    if (place == nullptr) break;
    const Node& node = nodes_.find(*place)->second;
    link = node.connection->link();
    if (link != nullptr || node.tried) break;
    co_await changed_.async_wait(redirect_error(use_awaitable, ignored));
  }
  co_await redis_client::exchange(executor_, link, commands, answers);
}

// Not to be kept over a wait: nodes come and go.
const Endpoint* Cluster::place_of(const Target& target) {
  if (target.node) {
    const auto found = nodes_.find(*target.node);
    return found == nodes_.end() ? nullptr : &found->first;
  }
  if (target.slot) return slots_[*target.slot];
  const auto connected = std::find_if(nodes_.begin(), nodes_.end(), [](const auto& entry) {
    return entry.second.connection->link() != nullptr;
  });
  return connected == nodes_.end() ? nullptr : &connected->first;
}

}  // namespace cutroom::redis_client
